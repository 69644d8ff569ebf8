using System.Text;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>Legacy clients over TCP: shapes, frames, and what must never be lost for them.</summary>
[Collection(NodeCollection.Name)]
public abstract class LegacyTests(NodeFixture fixture)
{
    TestNode Node => fixture.Node;

    public sealed class OnSqlite(SqliteNode node) : LegacyTests(node), IClassFixture<SqliteNode>;

    public sealed class OnMariaDb(MariaDbNode node) : LegacyTests(node), IClassFixture<MariaDbNode>;

    [Fact]
    public async Task A_legacy_and_a_modern_user_chat_with_each_other()
    {
        await using var modern = await Node.LogInNewAsync("modern");
        var (legacy, id, name) = await LogInNewAsync();
        await using var _ = legacy;

        await legacy.SendChatAsync(id, name, modern.UserId, "hi");
        var push = await modern.NextAsync();
        Assert.Equal(("hi", 1L, "2026-01-02 03:04:05"), (push.Text("msg"), push.Number("seq"), push.Text("time")));
        Assert.False(push.Text("cmid").Length == 0);

        var ack = await modern.RequestAsync(new { msgid = 6, toid = id, msg = "hello", cmid = "c", zzz = 1 });
        var time = DateTimeOffset.FromUnixTimeMilliseconds(ack.Number("ts")).ToString("yyyy-MM-dd HH:mm:ss");
        Assert.Equal(
            $$"""{"id":{{modern.UserId}},"msg":"hello","msgid":6,"name":"{{modern.Name}}","time":"{{time}}","toid":{{id}},"zzz":1}""",
            Encoding.UTF8.GetString(await legacy.NextBytesAsync()).TrimEnd(' '));
    }

    [Fact]
    public async Task A_burst_comes_in_frames_that_a_legacy_client_survives()
    {
        await using var modern = await Node.LogInNewAsync("modern");
        var (legacy, id, _) = await LogInNewAsync();
        await using var __ = legacy;
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => modern.StartRequestAsync(new { msgid = 6, toid = id, msg = $"m{i}" })))
            .WaitAsync(TestNode.Patience);

        for (var i = 0; i < 300; i++)
            Assert.Equal($"m{i}", (await legacy.NextAsync()).Text("msg"));
    }

    [Fact]
    public async Task A_long_text_comes_in_several_complete_objects()
    {
        await using var modern = await Node.LogInNewAsync("modern");
        var (legacy, id, _) = await LogInNewAsync();
        await using var __ = legacy;
        var text = string.Concat(Enumerable.Range(0, 700).Select(i => $"{i}你😀"));
        await modern.SendToAsync(id, text);
        await modern.SendToAsync(id, "end");

        var received = new StringBuilder();
        while (await legacy.NextAsync() is var next && next.Text("msg") != "end")
            received.Append(next.Text("msg"));
        Assert.Equal(text, received.ToString());
    }

    [Fact]
    public async Task What_was_sent_while_it_was_offline_comes_once_and_in_order_however_much_it_is()
    {
        await using var modern = await Node.LogInNewAsync("modern");
        var (legacy, id, _) = await LogInNewAsync();
        await legacy.DisposeAsync();
        await Node.EventuallyAsync("offline", $"SELECT state FROM Users WHERE id = {id}");
        await Task.WhenAll(Enumerable.Range(0, 250).Select(i => modern.StartRequestAsync(new { msgid = 6, toid = id, msg = $"m{i}" })))
            .WaitAsync(TestNode.Patience);
        await Node.EventuallyAsync(250L, $"SELECT COUNT(*) FROM OfflineMessage WHERE userid = {id}");

        await using var again = await Node.ConnectLegacyAsync();
        var ack = await again.LogInAsync(id);
        Assert.Equal((2L, 0L, false), (ack.Number("msgid"), ack.Number("errno"), ack.Has("offlinemsg")));
        for (var i = 0; i < 250; i++)
            Assert.Equal($"m{i}", (await again.NextAsync()).Text("msg"));
        await Node.EventuallyAsync(0L, $"SELECT COUNT(*) FROM OfflineMessage WHERE userid = {id}");
        Assert.Empty(await again.FenceAsync());
    }

    [Fact]
    public async Task A_client_that_sends_and_leaves_at_once_has_sent()
    {
        await using var modern = await Node.LogInNewAsync("modern");
        var (legacy, id, name) = await LogInNewAsync();
        for (var i = 0; i < 50; i++)
            await legacy.SendChatAsync(id, name, modern.UserId, $"m{i}");
        await legacy.LeaveAsync();

        for (var i = 0; i < 50; i++)
            Assert.Equal($"m{i}", (await modern.NextAsync()).Text("msg"));
    }

    [Theory]
    [InlineData("\0")]
    [InlineData("\n")]
    [InlineData("")]
    [InlineData("  \r\n")]
    public async Task Objects_are_found_whatever_is_between_them_and_however_they_are_cut(string separator)
    {
        await using var modern = await Node.LogInNewAsync("modern");
        var (legacy, id, name) = await LogInNewAsync();
        await using var _ = legacy;
        var all = string.Concat(Enumerable.Range(0, 20).Select(i =>
            $$"""{"id":{{id}},"msg":"{} \" } {{i}}","msgid":6,"name":"{{name}}","time":"t","toid":{{modern.UserId}}}""" + separator));
        foreach (var chunk in Encoding.UTF8.GetBytes(all).Chunk(37))
            await legacy.SendRawAsync(chunk);

        for (var i = 0; i < 20; i++)
            Assert.Equal($$"""{} " } {{i}}""", (await modern.NextAsync()).Text("msg"));
    }

    [Fact]
    public async Task Requests_before_the_login_end_the_connection_without_a_word()
    {
        await using var client = await Node.ConnectLegacyAsync();
        await client.SendChatAsync(1, "x", 1, "hi");

        await client.Closed.WaitAsync(TestNode.Patience);
        Assert.Empty(client.TakeAll());
    }

    async Task<(LegacyTestClient Client, int Id, string Name)> LogInNewAsync()
    {
        var client = await Node.ConnectLegacyAsync();
        var name = $"legacy-{Guid.NewGuid():n}"[..30];
        var id = await client.RegisterAsync(name);
        var ack = await client.LogInAsync(id);
        Assert.Equal($$"""{"errno":0,"id":{{id}},"msgid":2,"name":"{{name}}"}""", ack.GetRawText());
        return (client, id, name);
    }
}
