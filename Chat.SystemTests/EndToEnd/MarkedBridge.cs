using Chat.SystemTests.Support;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>For <see cref="SilentLogTests"/>: what other servers publish, and what cannot be published to them.</summary>
static class MarkedBridge
{
    const string Marker = SilentLogTests.Marker;

    public static async Task CrossAsync(TestNode node, RedisServer redis, AllLines log, ModernTestClient alice, ModernTestClient bob)
    {
        await Eventually.EqualAsync(1L, () => redis.SubscribersAsync($"{bob.UserId}"));
        string[] published =
        [
            $"{Marker} nonsense", $$"""{"msg":"{{Marker}}"}""", $$"""{"msg":"{{Marker}}","id":{{alice.UserId}},"toid":"{{Marker}}"}""", $$"""{"msg":"{{Marker}} nobody","id":99999,"toid":{{bob.UserId}}}""",
            $$"""{"msgid":6,"id":{{alice.UserId}},"name":"alice","toid":{{bob.UserId}},"msg":"{{Marker}} over the bridge"}""",
        ];
        foreach (var each in published)
            Assert.Equal(1, await redis.PublishAsync($"{bob.UserId}", each));
        while ((await SilentLogTests.NextMessageAsync(bob)).Text("msg") != $"{Marker} over the bridge")
        {
            // what was sent to him before
        }

        Assert.Contains(log.Lines, line => line.Contains("is no message, and was dropped", StringComparison.Ordinal));
        await using var absent = await node.ConnectLegacyAsync();
        var id = await absent.RegisterAsync("absent");
        Assert.Equal(0, (await alice.SendToAsync(id, $"{Marker} published")).Number("errno"));
        await redis.KillAsync();
        await Eventually.TrueAsync(() => log.Lines.Any(line => line.Contains("Redis is not to be had", StringComparison.Ordinal)));
        Assert.Equal(0, (await alice.SendToAsync(id, $"{Marker} not published")).Number("errno"));
        await redis.StartAsync();
        await Eventually.EqualAsync(1L, () => redis.SubscribersAsync($"{bob.UserId}"));
    }
}
