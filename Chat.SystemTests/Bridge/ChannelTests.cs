using Chat.SystemTests.EndToEnd;
using Xunit;

namespace Chat.SystemTests.Bridge;

/// <summary>Which node listens for a user, and what is stored of who is online.</summary>
[Collection(NodeCollection.Name)]
public sealed class ChannelTests
{
    [Fact]
    public async Task One_node_listens_whatever_sessions_come_and_go_and_nothing_is_lost_or_doubled_meanwhile()
    {
        await using var scenario = await BridgeScenario.StartAsync();
        var nodes = await scenario.StartClusterAsync(2);
        var server = await scenario.StartLegacyAsync();
        var first = await scenario.LogInModernAsync(nodes[0], "ours");
        var theirs = await scenario.LogInLegacyAsync(server, "theirs");
        await scenario.ListensAsync(first.UserId);
        var second = await scenario.LogInAgainAsync(nodes[1], first);
        await second.FenceAsync();
        Assert.Equal(1, await scenario.Redis.SubscribersAsync($"{first.UserId}"));

        const int Count = 300;
        var sending = Task.Run(async () =>
        {
            foreach (var text in Receiving.Texts("m", Count))
            {
                await theirs.SendAsync(first.UserId, text);
                await Task.Delay(2);
            }
        });
        await first.NextTextsAsync(30);
        first.Abort();
        Assert.Equal(Receiving.Texts("m", Count), await second.NextTextsAsync(Count));
        await sending;
        await scenario.ListensAsync(first.UserId);
        await second.AssertSilentAsync();
        Assert.Equal(Receiving.Texts("m", Count), await second.HistoryAsync(Receiving.DirectId(first.UserId, theirs.Id)));
        second.Abort();
        await scenario.ListensAsync(first.UserId, 0);
        await nodes[0].EventuallyAsync("offline", $"SELECT state FROM Users WHERE id = {first.UserId}");
    }

    [Fact]
    public async Task Our_users_are_listed_as_online_again_after_a_legacy_server_was_interrupted()
    {
        await using var scenario = await BridgeScenario.StartAsync();
        var node = await scenario.StartNodeAsync();
        var server = await scenario.StartLegacyAsync();
        var ours = await scenario.LogInModernAsync(node, "ours");
        await node.EventuallyAsync("online", $"SELECT state FROM Users WHERE id = {ours.UserId}");
        await server.InterruptAsync();
        await node.EventuallyAsync("online", $"SELECT state FROM Users WHERE id = {ours.UserId}");
        Assert.Equal(0, (await ours.RequestAsync(new { msgid = 3 })).Number("errno"));
        await node.EventuallyAsync("offline", $"SELECT state FROM Users WHERE id = {ours.UserId}");
        await scenario.ListensAsync(ours.UserId, 0);
    }

    [Fact]
    public async Task Who_is_online_at_another_server_is_refused_and_who_only_seems_to_be_is_not()
    {
        await using var scenario = await BridgeScenario.StartAsync();
        var node = await scenario.StartNodeAsync();
        var server = await scenario.StartLegacyAsync();
        var theirs = await scenario.LogInLegacyAsync(server, "theirs");
        await scenario.ListensAsync(theirs.Id);

        await using (var early = await node.ConnectAsync())
            Assert.Equal(2, (await early.RequestAsync(new { msgid = 1, id = theirs.Id, password = "secret" })).Number("errno"));
        await server.KillAsync(); // its users stay online in the table
        await scenario.ListensAsync(theirs.Id, 0);
        Assert.Equal("online", await node.ScalarAsync<string>($"SELECT state FROM Users WHERE id = {theirs.Id}"));
        await using var late = await node.ConnectAsync();
        await late.LogInAsync(new { msgid = 1, id = theirs.Id, password = "secret" });
    }

    [Fact]
    public async Task What_another_server_queues_for_somebody_who_is_here_arrives_within_seconds_and_is_logged()
    {
        await using var scenario = await BridgeScenario.StartAsync();
        var node = await scenario.StartNodeAsync();
        var server = await scenario.StartLegacyAsync();
        var theirs = await scenario.LogInLegacyAsync(server, "theirs");
        var ours = await scenario.LogInModernAsync(node, "ours");
        var legacy = await scenario.LogInLegacyAsync(node.Port, "doc");
        await scenario.ListensAsync(ours.UserId);
        foreach (var id in (int[])[ours.UserId, legacy.Id])
        {
            var chat = $$"""{"id":{{theirs.Id}},"msg":"queued","msgid":6,"name":"{{theirs.Name}}","time":"t","toid":{{id}}}""";
            await node.ScalarAsync<int>($"INSERT INTO OfflineMessage VALUES ('{id}', '{chat}')");
        }

        Assert.Equal(["queued"], await ours.NextTextsAsync(1));
        Assert.Equal(["queued"], await legacy.NextTextsAsync(1));
        Assert.Equal(["queued"], await ours.HistoryAsync(Receiving.DirectId(ours.UserId, theirs.Id)));
        await node.EventuallyAsync(0L, $"SELECT COUNT(*) FROM OfflineMessage WHERE ts IS NULL OR userid = {legacy.Id}");
    }
}
