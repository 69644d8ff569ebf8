using System.Net;
using System.Text.Json;
using Chat.Node.Files;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>A file is for those who see a message that has it.</summary>
public abstract class FileSightTests : FileTest
{
    private protected FileSightTests(StorageProvider provider)
        : base(provider)
    {
    }

    public sealed class OnSqlite() : FileSightTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : FileSightTests(StorageProvider.MySql);

    /// <summary>What is written before a message says nothing once that was refused.</summary>
    [Fact]
    public async Task A_message_that_was_refused_keeps_no_file_alive_after_a_recall()
    {
        var id = await UploadAsync(_alice, "x", "image/png", Png);
        Assert.Equal(0, (await _bob.RequestAsync(new { msgid = 120, id = _alice.UserId, @do = "block" })).Number("errno"));
        Assert.Equal(12, (await SendAsync(_alice, _bob.UserId, "one", id)).Number("errno"));
        Assert.Equal(0, (await _bob.RequestAsync(new { msgid = 120, id = _alice.UserId, @do = "unblock" })).Number("errno"));
        var address = Relative(_node.Service<FileLinks>().GetAddress(id, _bob.UserId));
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(address)).StatusCode);
        var sent = await SendAsync(_alice, _bob.UserId, "two", id);
        Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync(address)).StatusCode);
        Assert.Equal(0, (await _alice.RequestAsync(new { msgid = 131, conversation = sent.Text("conversation"), seq = sent.Number("seq"), recall = true })).Number("errno"));
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(address)).StatusCode);
    }

    [Fact]
    public async Task A_recalled_message_that_comes_again_brings_its_file_back_to_nobody()
    {
        var id = await UploadAsync(_alice, "x", "image/png", Png);
        var first = await AgainAsync();
        Assert.Equal(0, (await SendAsync(_alice, _bob.UserId, "two", id)).Number("errno"));
        var conversation = first.Text("conversation");
        Assert.Equal(0, (await _alice.RequestAsync(new { msgid = 131, conversation, seq = first.Number("seq"), recall = true })).Number("errno"));
        Assert.Equal(first.Number("seq"), (await AgainAsync()).Number("seq"));
        Assert.Equal(1, await _node.ScalarAsync<int>("SELECT COUNT(*) FROM AttachmentUse"));
        Assert.Equal(0, (await _alice.RequestAsync(new { msgid = 131, conversation, seq = first.Number("seq") + 1, recall = true })).Number("errno"));
        Assert.Equal(FileState.Doomed, (await _node.Service<FileStore>().FindAsync(id))!.Standing);

        Task<JsonElement> AgainAsync() => _alice.RequestAsync(new { msgid = 6, toid = _bob.UserId, msg = "one", cmid = "the-same", attachments = new[] { new { id } } });
    }

    [Fact]
    public async Task Who_does_not_see_a_message_does_not_get_its_file()
    {
        var group = (int)(await _alice.RequestAsync(new { msgid = 8, groupname = "late", groupdesc = "" })).Number("groupid");
        Assert.Equal(0, (await _alice.RequestAsync(new { msgid = 126, groupid = group, history = "joined" })).Number("errno"));
        var id = await UploadAsync(_alice, "x", "image/png", Png);
        Assert.Equal(0, (await SendToGroupAsync()).Number("errno"));
        Assert.Equal(0, (await _bob.RequestAsync(new { msgid = 9, groupid = group })).Number("errno"));
        var address = Relative(_node.Service<FileLinks>().GetAddress(id, _bob.UserId));
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(address)).StatusCode);
        var seen = await SendToGroupAsync();
        Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync(address)).StatusCode);
        Assert.Equal(0, (await _bob.RequestAsync(new { msgid = 135, conversation = $"g:{group}", clear_to = seen.Number("seq") })).Number("errno"));
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(address)).StatusCode);

        Task<JsonElement> SendToGroupAsync() => _alice.RequestAsync(new { msgid = 10, groupid = group, msg = "look", attachments = new[] { new { id } } });
    }
}
