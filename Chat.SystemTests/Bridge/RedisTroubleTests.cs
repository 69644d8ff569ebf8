using System.Net;
using Chat.SystemTests.EndToEnd;
using Chat.SystemTests.Support;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Bridge;

/// <summary>Redis is not there, goes, comes back, or does not answer.</summary>
[Collection(NodeCollection.Name)]
public sealed class RedisTroubleTests
{
    [Fact]
    public async Task A_node_starts_without_redis_and_uses_it_when_it_is_there()
    {
        await using var scenario = await BridgeScenario.StartAsync();
        await scenario.Redis.StopAsync();
        var node = await scenario.StartNodeAsync();
        var ours = await scenario.LogInModernAsync(node, "ours");
        var absent = await scenario.LogInLegacyAsync(node.Port, "absent");
        await absent.Client.SendAsync($$"""{"id":{{absent.Id}},"msgid":3}""");
        await node.EventuallyAsync(0L, $"SELECT COUNT(*) FROM UserPresence WHERE userid = {absent.Id}");
        Assert.Equal((HttpStatusCode.OK, "Degraded"), await ReadinessAsync(node));
        Assert.Equal(0, (await ours.SendToAsync(absent.Id, "queued")).Number("errno"));
        await node.EventuallyAsync(1L, $"SELECT COUNT(*) FROM OfflineMessage WHERE userid = {absent.Id}");

        await scenario.Redis.StartAsync();
        await scenario.ListensAsync(ours.UserId);
        await Eventually.EqualAsync((HttpStatusCode.OK, "Healthy"), () => ReadinessAsync(node));
        var server = await scenario.StartLegacyAsync();
        var theirs = await scenario.LogInLegacyAsync(server, "theirs");
        await theirs.SendAsync(ours.UserId, "now");
        Assert.Equal(["now"], await ours.NextTextsAsync(1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_that_was_acknowledged_is_lost_while_redis_is_away_and_everything_subscribes_again(bool isKilled)
    {
        await using var scenario = await BridgeScenario.StartAsync();
        var node = await scenario.StartNodeAsync();
        var server = await scenario.StartLegacyAsync();
        var ours = await scenario.LogInModernAsync(node, "ours");
        var friend = await scenario.LogInModernAsync(node, "friend");
        var theirs = await scenario.LogInLegacyAsync(server, "theirs");
        await scenario.ListensAsync(ours.UserId);

        var sent = new List<string>();
        async Task SendAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var text = $"m {sent.Count + 1}";
                Assert.Equal(0, (await ours.SendToAsync(theirs.Id, text)).Number("errno"));
                sent.Add(text);
            }
        }

        await SendAsync(30);
        var sending = SendAsync(100);
        await (isKilled ? scenario.Redis.KillAsync() : scenario.Redis.FreezeAsync());
        await sending;
        // One that was published and is not answered may have been received; what comes after it is not published at all.
        await Eventually.EqualAsync(true, async () =>
        {
            await SendAsync(1);
            var now = await MetricsPage.ReadAsync(node.HttpPort);
            return isKilled
                ? now.Sum("chat_bridge_queued_unavailable_total") > 0 && now.Sum("chat_bridge_connected") == 0
                : now.Sum("chat_bridge_queued_unknown_total") > 0;
        });
        Assert.Equal(0, (await ours.SendToAsync(friend.UserId, "inside")).Number("errno"));
        Assert.Equal(["inside"], await friend.NextTextsAsync(1));
        await (isKilled ? scenario.Redis.StartAsync() : scenario.Redis.ThawAsync());
        await scenario.ListensAsync(ours.UserId);
        await SendAsync(30);

        // What the legacy server has not shown waits in the queue, or is shown a second time only where nobody could know.
        var shown = new List<string>();
        await Eventually.EqualAsync(true, async () =>
        {
            shown.AddRange(theirs.Client.TakeAll().Select(frame => frame.Text("msg")));
            var queued = await node.RowsAsync($"SELECT message FROM OfflineMessage WHERE userid = {theirs.Id} ORDER BY id");
            var texts = queued.Select(row => System.Text.Json.JsonDocument.Parse(row).RootElement.Text("msg")).ToList();
            Assert.Equal(texts.Distinct(), texts);
            return shown.Concat(texts).ToHashSet().SetEquals(sent);
        });
        Assert.Equal(shown.Distinct(), shown);
        Assert.Equal(shown, sent.Where(shown.Contains)); // in order
    }

    [Fact]
    public async Task The_metrics_count_what_crosses()
    {
        await using var scenario = await BridgeScenario.StartAsync();
        var node = await scenario.StartNodeAsync();
        var server = await scenario.StartLegacyAsync();
        var ours = await scenario.LogInModernAsync(node, "ours");
        var theirs = await scenario.LogInLegacyAsync(server, "theirs");
        var absent = await (await scenario.ConnectLegacyAsync(node.Port)).RegisterAsync($"u-{Guid.NewGuid():n}"[..20]);
        await scenario.ListensAsync(ours.UserId);
        var before = await MetricsPage.ReadAsync(node.HttpPort);
        await ours.SendToAsync(theirs.Id, "out");
        await theirs.SendAsync(ours.UserId, "in");
        await ours.SendToAsync(absent, "nobody");
        await Eventually.EqualAsync(true, async () =>
        {
            var now = await MetricsPage.ReadAsync(node.HttpPort);
            return new[] { "chat_bridge_published_total", "chat_bridge_received_total", "chat_bridge_no_receiver_total" }
                .All(name => now.Sum(name) == before.Sum(name) + 1);
        });
        Assert.Equal(1, (await MetricsPage.ReadAsync(node.HttpPort)).Sum("chat_bridge_connected"));
    }

    static async Task<(HttpStatusCode, string)> ReadinessAsync(TestNode node)
    {
        using var http = new HttpClient { Timeout = TestNode.Patience };
        using var response = await http.GetAsync(new Uri($"http://127.0.0.1:{node.HttpPort}/health/ready"));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
