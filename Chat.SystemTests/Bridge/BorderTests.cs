using System.Text;
using Chat.SystemTests.EndToEnd;
using Xunit;

namespace Chat.SystemTests.Bridge;

/// <summary>Two users, one at a node of ours, one at a legacy server.</summary>
[Collection(NodeCollection.Name)]
public sealed class BorderTests
{
    [Fact]
    public async Task Chats_cross_the_border_in_both_directions_in_order_and_are_in_the_history_once()
    {
        await using var scenario = await BridgeScenario.StartAsync();
        var node = await scenario.StartNodeAsync();
        var server = await scenario.StartLegacyAsync();
        var ours = await scenario.LogInModernAsync(node, "ours");
        var theirs = await scenario.LogInLegacyAsync(server, "theirs");
        await scenario.ListensAsync(ours.UserId);
        await scenario.ListensAsync(theirs.Id);

        foreach (var text in Receiving.Texts("in", 50))
            await theirs.SendAsync(ours.UserId, text);
        Assert.Equal(Receiving.Texts("in", 50), await ours.NextTextsAsync(50));
        foreach (var text in Receiving.Texts("out", 50))
            Assert.Equal(0, (await ours.SendToAsync(theirs.Id, text)).Number("errno"));
        Assert.Equal(Receiving.Texts("out", 50), await theirs.NextTextsAsync(50));

        await ours.AssertSilentAsync();
        Assert.Empty(theirs.Client.TakeAll());
        Assert.Equal(
            [.. Receiving.Texts("in", 50), .. Receiving.Texts("out", 50)],
            await ours.HistoryAsync(Receiving.DirectId(ours.UserId, theirs.Id)));
        Assert.Equal(0L, await node.ScalarAsync<long>("SELECT COUNT(*) FROM OfflineMessage"));
    }

    [Fact]
    public async Task What_is_published_is_the_legacy_object_and_nothing_else()
    {
        await using var scenario = await BridgeScenario.StartAsync();
        var node = await scenario.StartNodeAsync();
        var ours = await scenario.LogInModernAsync(node, "ours");
        var theirs = await RegisterAsync(scenario, node);
        using var spy = await scenario.Redis.ConnectAsync();
        await spy.SendAsync("SUBSCRIBE", $"{theirs}");
        await spy.ReadAsync();
        await node.ScalarAsync<int>($"UPDATE Users SET state = 'online' WHERE id = {theirs}");

        await ours.RequestAsync(new { msgid = 6, toid = theirs, msg = "你好 😀", cmid = "c-1", time = "2026-01-02 03:04:05" });
        Assert.Equal(
            $$"""{"id":{{ours.UserId}},"msg":"你好 😀","msgid":6,"name":"{{ours.Name}}","time":"2026-01-02 03:04:05","toid":{{theirs}}}""",
            await PayloadAsync(spy));

        var text = string.Concat(Enumerable.Repeat("ä😀", 400));
        await ours.SendToAsync(theirs, text);
        var received = new StringBuilder();
        while (received.Length < text.Length)
        {
            var payload = await PayloadAsync(spy);
            Assert.True(Encoding.UTF8.GetByteCount(payload) <= 1024);
            received.Append(System.Text.Json.JsonDocument.Parse(payload).RootElement.Text("msg"));
        }

        Assert.Equal(text, received.ToString());
    }

    [Fact]
    public async Task What_nobody_receives_is_queued_and_delivered_at_the_next_login_wherever_it_is()
    {
        await using var scenario = await BridgeScenario.StartAsync();
        var node = await scenario.StartNodeAsync();
        var server = await scenario.StartLegacyAsync();
        var ours = await scenario.LogInModernAsync(node, "ours");
        var absent = await RegisterAsync(scenario, node);
        await node.ScalarAsync<int>($"UPDATE Users SET state = 'online' WHERE id = {absent}"); // a server that crashed long ago

        foreach (var text in Receiving.Texts("away", 2))
            Assert.Equal(0, (await ours.SendToAsync(absent, text)).Number("errno"));
        await node.EventuallyAsync(2L, $"SELECT COUNT(*) FROM OfflineMessage WHERE userid = {absent}");

        var client = await scenario.ConnectLegacyAsync(server.Port);
        await node.ScalarAsync<int>($"UPDATE Users SET state = 'offline' WHERE id = {absent}");
        var ack = await client.LogInAsync(absent);
        Assert.Equal(
            Receiving.Texts("away", 2),
            ack.GetProperty("offlinemsg").EnumerateArray().Select(message => System.Text.Json.JsonDocument.Parse(message.GetString()!).RootElement.Text("msg")));
    }

    /// <summary>Some legacy servers never unsubscribe when a connection ends.</summary>
    [Fact]
    public async Task Who_is_listed_as_offline_is_offline_whoever_listens_on_the_channel()
    {
        await using var scenario = await BridgeScenario.StartAsync();
        var node = await scenario.StartNodeAsync();
        var ours = await scenario.LogInModernAsync(node, "ours");
        var client = await scenario.ConnectLegacyAsync(node.Port);
        var theirs = await client.RegisterAsync("theirs");
        using var stale = await scenario.Redis.ConnectAsync();
        await stale.SendAsync("SUBSCRIBE", $"{theirs}");
        await stale.ReadAsync();

        Assert.Equal(0, (await ours.SendToAsync(theirs, "not lost")).Number("errno"));
        await node.EventuallyAsync(1L, $"SELECT COUNT(*) FROM OfflineMessage WHERE userid = {theirs}");
        await node.ScalarAsync<int>($"UPDATE Users SET state = 'online' WHERE id = {theirs}");
        Assert.Equal(2, (await client.LogInAsync(theirs)).Number("errno")); // both say so
        await node.ScalarAsync<int>($"UPDATE Users SET state = 'offline' WHERE id = {theirs}");
        var ack = await client.LogInAsync(theirs);
        Assert.Equal(0, ack.Number("errno"));
        Assert.Contains("not lost", Assert.Single(ack.GetProperty("offlinemsg").EnumerateArray()).GetString());
        Assert.Equal(0, (await ours.SendToAsync(theirs, "live")).Number("errno"));
        Assert.Equal("live", (await client.NextAsync()).Text("msg"));

        await client.SendAsync($$"""{"id":{{theirs}},"msgid":3}""");
        await node.EventuallyAsync("offline", $"SELECT state FROM Users WHERE id = {theirs}");
        Assert.Equal(0, (await ours.SendToAsync(theirs, "queued again")).Number("errno"));
        await node.EventuallyAsync(1L, $"SELECT COUNT(*) FROM OfflineMessage WHERE userid = {theirs}");
    }

    [Fact]
    public async Task Garbage_on_a_channel_hurts_nobody()
    {
        await using var scenario = await BridgeScenario.StartAsync();
        var node = await scenario.StartNodeAsync();
        var server = await scenario.StartLegacyAsync();
        var ours = await scenario.LogInModernAsync(node, "ours");
        var atNode = await scenario.LogInLegacyAsync(node.Port, "legacy");
        var theirs = await scenario.LogInLegacyAsync(server, "theirs");
        await scenario.ListensAsync(ours.UserId);
        foreach (var garbage in (string[])["", "hello", "{}", "[1]", """{"msgid":6,"id":1e400,"msg":"x"}""", """{"id":999999,"msg":"x","msgid":6,"toid":1}""", new string('[', 5000), $$"""{"id":{{theirs.Id}},"msg":"not yours","msgid":6,"name":"x","time":"t","toid":{{theirs.Id}}}"""])
        {
            Assert.Equal(1, await scenario.Redis.PublishAsync($"{ours.UserId}", garbage));
            await scenario.Redis.PublishAsync($"{atNode.Id}", garbage);
        }

        await theirs.SendAsync(ours.UserId, "fine");
        await theirs.SendAsync(atNode.Id, "fine too");
        Assert.Equal(["fine"], await ours.NextTextsAsync(1));
        Assert.Equal(["fine too"], await atNode.NextTextsAsync(1));
        Assert.Equal(["fine"], await ours.HistoryAsync(Receiving.DirectId(ours.UserId, theirs.Id)));
    }

    [Fact]
    public async Task Two_equal_texts_in_one_second_are_two_messages()
    {
        await using var scenario = await BridgeScenario.StartAsync();
        var node = await scenario.StartNodeAsync();
        var server = await scenario.StartLegacyAsync();
        var ours = await scenario.LogInModernAsync(node, "ours");
        var theirs = await scenario.LogInLegacyAsync(server, "theirs");
        await scenario.ListensAsync(ours.UserId);
        for (var i = 0; i < 5; i++)
            await theirs.SendAsync(ours.UserId, "same");
        Assert.Equal(Enumerable.Repeat("same", 5), await ours.NextTextsAsync(5));
        Assert.Equal(Enumerable.Repeat("same", 5), await ours.HistoryAsync(Receiving.DirectId(ours.UserId, theirs.Id)));
    }

    [Fact]
    public async Task A_burst_from_a_legacy_server_does_not_end_a_legacy_client_at_our_node()
    {
        await using var scenario = await BridgeScenario.StartAsync();
        var node = await scenario.StartNodeAsync();
        var server = await scenario.StartLegacyAsync();
        var here = await scenario.LogInLegacyAsync(node.Port, "here");
        var theirs = await scenario.LogInLegacyAsync(server, "theirs");
        await scenario.ListensAsync(here.Id);
        foreach (var text in Receiving.Texts("burst", 50))
            await theirs.SendAsync(here.Id, text);
        Assert.Equal(Receiving.Texts("burst", 50), await here.NextTextsAsync(50));
        await here.SendAsync(theirs.Id, "still here");
        Assert.Equal("still here", await theirs.NextTextAsync());
    }

    [Fact]
    public async Task Without_a_history_chats_cross_the_border_too()
    {
        await using var scenario = await BridgeScenario.StartAsync();
        var node = await scenario.StartNodeAsync("--Chat:History:Enabled=false");
        var server = await scenario.StartLegacyAsync();
        var ours = await scenario.LogInModernAsync(node, "ours");
        var theirs = await scenario.LogInLegacyAsync(server, "theirs");
        await scenario.ListensAsync(ours.UserId);
        foreach (var text in Receiving.Texts("in", 20))
            await theirs.SendAsync(ours.UserId, text);
        Assert.Equal(Receiving.Texts("in", 20), await ours.NextTextsAsync(20));
        foreach (var text in Receiving.Texts("out", 20))
            Assert.Equal(0, (await ours.SendToAsync(theirs.Id, text)).Number("errno"));
        Assert.Equal(Receiving.Texts("out", 20), await theirs.NextTextsAsync(20));
    }

    static async Task<int> RegisterAsync(BridgeScenario scenario, TestNode node) =>
        await (await scenario.ConnectLegacyAsync(node.Port)).RegisterAsync($"u-{Guid.NewGuid():n}"[..20]);

    static async Task<string> PayloadAsync(Support.RespConnection spy) =>
        Encoding.UTF8.GetString((byte[])((object?[])(await spy.ReadAsync().WaitAsync(TestNode.Patience))!)[2]!);
}
