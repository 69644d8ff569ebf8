using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Chat.Node.Files;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>Files: announced on the wire, sent and got over HTTP, and part of messages.</summary>
public abstract class FileTests : FileTest
{
    private protected FileTests(StorageProvider provider)
        : base(provider)
    {
    }

    public sealed class OnSqlite() : FileTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : FileTests(StorageProvider.MySql);

    [Fact]
    public async Task A_picture_comes_with_a_message_to_those_who_take_part_and_to_nobody_else()
    {
        var id = await UploadAsync(_alice, "Ann's 📷.png", "image/png", Png);
        var sent = await SendAsync(_alice, _bob.UserId, "", id);
        Assert.Equal(0, sent.Number("errno"));
        var file = Assert.Single((await _bob.NextAsync()).GetProperty("attachments").EnumerateArray());
        Assert.Equal((id, "Ann's 📷.png", "image/png", (long)Png.Length), (file.Text("id"), file.Text("name"), file.Text("type"), file.Number("size")));

        using var got = await _http.GetAsync(Relative(file.Text("url")));
        Assert.Equal(HttpStatusCode.OK, got.StatusCode);
        Assert.Equal(Png, await got.Content.ReadAsByteArrayAsync());
        Assert.Equal("image/png", got.Content.Headers.ContentType?.ToString());
        Assert.Equal("inline", got.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal("Ann's 📷.png", got.Content.Headers.ContentDisposition?.FileNameStar);
        Assert.Equal("nosniff", Assert.Single(got.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("default-src 'none'; sandbox", Assert.Single(got.Headers.GetValues("Content-Security-Policy")));
        Assert.True(got.Headers.CacheControl?.Private);

        var history = (await _bob.RequestAsync(new { msgid = 107, conversation = sent.Text("conversation") })).GetProperty("messages")[0];
        var again = Assert.Single(history.GetProperty("attachments").EnumerateArray());
        Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync(Relative(again.Text("url")))).StatusCode);

        var listed = (await _bob.RequestAsync(new { msgid = 134 })).GetProperty("conversations")[0].GetProperty("last");
        Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync(Relative(Assert.Single(listed.GetProperty("attachments").EnumerateArray()).Text("url")))).StatusCode);

        await using var mallory = await ModernTestClient.NewAsync(_node.Port, "mallory");
        foreach (var address in (string[])[again.Text("url").Replace($"u={_bob.UserId}", $"u={mallory.UserId}", StringComparison.Ordinal), $"/files/{id}", "/files/..%2Fchat.db", "/files/a_x"])
            Assert.Equal(HttpStatusCode.Forbidden, (await _http.GetAsync(Relative(address))).StatusCode);
        var own = _node.Service<FileLinks>().GetAddress(id, mallory.UserId);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(Relative(own))).StatusCode); // signed, and yet not for her
    }

    [Fact]
    public async Task Parts_of_a_file_and_what_a_browser_has_already()
    {
        var id = await UploadAsync(_alice, "a.bin", "application/x-thing", Png);
        var address = Relative(_node.Service<FileLinks>().GetAddress(id, _alice.UserId));
        using var part = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Range = new RangeHeaderValue(10, 19) } };
        using var got = await _http.SendAsync(part);
        Assert.Equal((HttpStatusCode.PartialContent, $"bytes 10-19/{Png.Length}"), (got.StatusCode, got.Content.Headers.ContentRange?.ToString()));
        Assert.Equal(Png[10..20], await got.Content.ReadAsByteArrayAsync());
        Assert.Equal(("attachment", "application/octet-stream"), (got.Content.Headers.ContentDisposition?.DispositionType, got.Content.Headers.ContentType?.ToString()));
        using var behind = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Range = new RangeHeaderValue(Png.Length, null) } };
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, (await _http.SendAsync(behind)).StatusCode);
        using var known = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { IfNoneMatch = { got.Headers.ETag! } } };
        Assert.Equal(HttpStatusCode.NotModified, (await _http.SendAsync(known)).StatusCode);
        using var head = new HttpRequestMessage(HttpMethod.Head, address);
        Assert.Equal(Png.Length, (await _http.SendAsync(head)).Content.Headers.ContentLength);
    }

    [Fact]
    public async Task What_does_not_come_as_announced_is_not_kept()
    {
        async Task<HttpStatusCode> PutAsync(byte[] announced, byte[] sent, string type = "text/plain", bool isChunked = false)
        {
            var start = await StartUploadAsync(_alice, "x", type, announced);
            using var request = new HttpRequestMessage(HttpMethod.Put, Relative(start.Text("put"))) { Content = new ByteArrayContent(sent) };
            if (isChunked)
                request.Headers.TransferEncodingChunked = true;
            using var response = await _http.SendAsync(request);
            var status = response.StatusCode;
            Assert.Equal(status != HttpStatusCode.Created, response.Headers.ConnectionClose == true); // what was not read would stand before the next request
            var file = await _node.Service<FileStore>().FindAsync(start.Text("attachment"));
            Assert.Equal(status == HttpStatusCode.Created, file!.IsStored);
            return status;
        }

        Assert.Equal(HttpStatusCode.Created, await PutAsync(Png, Png, isChunked: true));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await PutAsync(Png, Png[..^1]));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await PutAsync(Png, Png[..^1], isChunked: true));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await PutAsync(Png, [.. Png, 1]));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PutAsync(Png, [.. Png, .. new byte[200_000]], isChunked: true));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await PutAsync(Png, [.. Png.Reverse()]));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await PutAsync("<html><script>"u8.ToArray(), "<html><script>"u8.ToArray(), "image/png"));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Files, "parts")));
        Assert.Single(Directory.EnumerateFiles(Files, "a_*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Html_is_downloaded_and_never_shown()
    {
        var html = "<script>alert(1)</script>"u8.ToArray();
        foreach (var type in (string[])["text/html", "image/svg+xml"])
        {
            var id = await UploadAsync(_alice, "x.html", type, html);
            using var got = await _http.GetAsync(Relative(_node.Service<FileLinks>().GetAddress(id, _alice.UserId)));
            Assert.Equal(("attachment", "application/octet-stream"), (got.Content.Headers.ContentDisposition?.DispositionType, got.Content.Headers.ContentType?.ToString()));
        }
    }

    [Fact]
    public async Task Limits_are_told_and_other_pages_may_not()
    {
        var large = await StartUploadAsync(_alice, "x", "a/b", new byte[MaxBytes + 1]);
        Assert.Equal((8L, false), (large.Number("errno"), large.GetProperty("retry").GetBoolean()));
        await UploadAsync(_alice, "x", "a/b", new byte[MaxBytes]);
        Assert.Equal(16, (await StartUploadAsync(_alice, "x", "a/b", new byte[MaxBytes])).Number("errno")); // a megabyte in all
        for (var i = 0; i < FileStore.MaxOpen; i++)
            Assert.Equal(0, (await StartUploadAsync(_bob, "x", "a/b", [1])).Number("errno"));
        Assert.Equal(16, (await StartUploadAsync(_bob, "x", "a/b", [1])).Number("errno"));

        var start = await StartUploadAsync(_alice, "x", "a/b", [1]);
        using var foreign = new HttpRequestMessage(HttpMethod.Put, Relative(start.Text("put"))) { Content = new ByteArrayContent([1]), Headers = { { "Origin", "https://evil.example" } } };
        Assert.Equal(HttpStatusCode.Forbidden, (await _http.SendAsync(foreign)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _http.PutAsync(Relative(_node.Service<FileLinks>().GetAddress(start.Text("attachment"), _alice.UserId)), new ByteArrayContent([1]))).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await _http.PutAsync(Relative(start.Text("put")), new ByteArrayContent([1]))).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await _http.PutAsync(Relative(start.Text("put")), new ByteArrayContent([2]))).StatusCode); // it came already
    }

    [Fact]
    public async Task A_message_has_only_files_of_its_sender_that_have_come()
    {
        var alices = await UploadAsync(_alice, "x", "a/b", [1]);
        var open = (await StartUploadAsync(_bob, "x", "a/b", [1])).Text("attachment");
        foreach (var id in (string[])[alices, open, $"a_{new string('0', 32)}"])
        {
            var refused = await SendAsync(_bob, _alice.UserId, "hi", id);
            Assert.Equal((4L, false), (refused.Number("errno"), refused.GetProperty("retry").GetBoolean()));
            Assert.Contains("\"attachments\" names a file that is not yours", refused.Text("errmsg"), StringComparison.Ordinal);
        }

        Assert.Equal(4, (await SendAsync(_bob, _alice.UserId, "hi", "../../x")).Number("errno"));
        Assert.Equal(0, await _node.ScalarAsync<int>("SELECT COUNT(*) FROM AttachmentUse"));
        await using var old = await _node.ConnectAsync();
        await old.LogInAsync(new { msgid = 1, id = _alice.UserId, password = "secret" });
        Assert.Equal(5, (await old.RequestAsync(new { msgid = 138, name = "x", size = 1, type = "a/b", sha256 = new string('0', 64) })).Number("errno"));
        Assert.Equal(0, (await SendAsync(_alice, _bob.UserId, "hi", alices)).Number("errno"));
        Assert.Equal("hi", (await old.NextAsync()).Text("msg"));
    }

    [Fact]
    public async Task A_recalled_message_takes_its_file_along_unless_another_one_has_it()
    {
        var id = await UploadAsync(_alice, "x", "image/png", Png);
        var first = await SendAsync(_alice, _bob.UserId, "one", id);
        Assert.Equal(0, (await SendAsync(_alice, _bob.UserId, "two", id)).Number("errno"));
        var address = Relative((await _bob.NextAsync()).GetProperty("attachments")[0].Text("url"));
        var conversation = first.Text("conversation");
        Assert.Equal(0, (await _alice.RequestAsync(new { msgid = 131, conversation, seq = 1, recall = true })).Number("errno"));
        Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync(address)).StatusCode);
        Assert.Equal(0, (await _alice.RequestAsync(new { msgid = 131, conversation, seq = 2, recall = true })).Number("errno"));
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(address)).StatusCode);
        Assert.DoesNotContain((await _bob.RequestAsync(new { msgid = 107, conversation })).GetProperty("messages").EnumerateArray(), message => message.Has("attachments"));
        Assert.Single(Directory.EnumerateFiles(Files, id, SearchOption.AllDirectories));
        await _node.Service<FileSweeper>().SweepAsync();
        Assert.Empty(Directory.EnumerateFiles(Files, id, SearchOption.AllDirectories));
        Assert.Equal(0, await _node.ScalarAsync<int>("SELECT COUNT(*) FROM Attachment"));
        Assert.Equal(4, (await SendAsync(_alice, _bob.UserId, "three", id)).Number("errno"));
    }

    [Fact]
    public async Task What_nobody_uses_is_swept_after_a_while()
    {
        var unused = await UploadAsync(_alice, "x", "a/b", [1]);
        var used = await UploadAsync(_alice, "x", "a/b", [2]);
        await StartUploadAsync(_alice, "never", "a/b", [3]);
        Assert.Equal(0, (await SendAsync(_alice, _bob.UserId, "hi", used)).Number("errno"));
        var store = _node.Service<FileStore>();
        // One whose message never came: its node died between the two.
        var lost = await UploadAsync(_alice, "x", "a/b", [4]);
        Assert.NotNull(await store.UseAsync([lost], new FileUse(Chat.Protocol.ConversationId.Direct(_alice.UserId, _bob.UserId), _alice.UserId, "never-sent")));
        await _node.Service<FileSweeper>().SweepAsync();
        Assert.Equal(4, await _node.ScalarAsync<int>("SELECT COUNT(*) FROM Attachment"));
        var day = (long)FileSweeper.UnusedStay.TotalMilliseconds + 60_000;
        await _node.ExecuteAsync($"UPDATE Attachment SET since = since - {day}");
        await _node.ExecuteAsync($"UPDATE AttachmentUse SET since = since - {day}");
        await _node.Service<FileSweeper>().SweepAsync();
        Assert.Equal([used], await _node.RowsAsync("SELECT id FROM Attachment"));
        Assert.Equal(1, await _node.ScalarAsync<int>("SELECT COUNT(*) FROM AttachmentUse WHERE checked = 1"));
        Assert.Equal([used], Directory.EnumerateFiles(Files, "a_*", SearchOption.AllDirectories).Select(Path.GetFileName));
        Assert.False((await store.FindAsync(unused))?.IsStored == true);
    }

    [Fact]
    public async Task A_body_that_never_ends_takes_no_place_for_ever()
    {
        var start = await StartUploadAsync(_alice, "x", "a/b", new byte[100_000]);
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, _node.WebPort);
        var stream = tcp.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"PUT {start.Text("put")} HTTP/1.1\r\nHost: 127.0.0.1:{_node.WebPort}\r\nContent-Length: 100000\r\n\r\nabc"));
        var answer = await new StreamReader(stream).ReadLineAsync().WaitAsync(TestNode.Patience); // Kestrel's slowest rate, within seconds
        Assert.Contains("408", answer ?? "HTTP/1.1 408", StringComparison.Ordinal);
        await Eventually.EqualAsync(0, () => Task.FromResult(Directory.EnumerateFiles(Path.Combine(Files, "parts")).Count()));
        await UploadAsync(_alice, "y", "a/b", [1]);
    }

    [Fact]
    public async Task A_file_that_comes_when_it_is_waited_for_no_more_leaves_nothing()
    {
        var id = (await StartUploadAsync(_alice, "x", "a/b", Png)).Text("attachment");
        var file = (await _node.Service<FileStore>().FindAsync(id))!;
        await _node.ExecuteAsync("DELETE FROM Attachment");
        var outcome = await _node.Service<FileUploads>().TakeAsync(file, new MemoryStream(Png), CancellationToken.None);
        Assert.Equal((int)HttpStatusCode.Gone, outcome.Status);
        Assert.Empty(Directory.EnumerateFiles(Files, "a_*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Another_node_gives_the_same_files_and_one_with_another_folder_none()
    {
        var id = await UploadAsync(_alice, "x", "image/png", Png);
        Assert.Equal(0, (await SendAsync(_alice, _bob.UserId, "hi", id)).Number("errno"));
        var address = Relative((await _bob.NextAsync()).GetProperty("attachments")[0].Text("url"));
        await using (var second = await StartAsync())
        {
            Assert.Equal(Png, await _http.GetByteArrayAsync(new Uri(new Uri($"http://127.0.0.1:{second.WebPort}"), address)));
            await using var there = await ModernTestClient.ConnectAsync(second.Port, protocol: 3);
            Assert.Contains("files", there.Hello.GetProperty("features").EnumerateArray().Select(feature => feature.GetString()));
        }

        await using var stranger = await StartAsync("elsewhere");
        await using var client = await ModernTestClient.ConnectAsync(stranger.Port, protocol: 3);
        Assert.DoesNotContain("files", client.Hello.GetProperty("features").EnumerateArray().Select(feature => feature.GetString()));
        await client.LogInAsync(new { msgid = 1, id = _bob.UserId, password = "secret" });
        Assert.Equal((17L, false), ((await StartUploadAsync(client, "x", "a/b", [1])).Number("errno"), false));
        using var none = await _http.GetAsync(new Uri(new Uri($"http://127.0.0.1:{stranger.WebPort}"), address));
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }
}
