using System.Diagnostics;
using Akka.Actor;
using Chat.Node.Bridge;
using Chat.Node.Contracts;
using Chat.Node.Telemetry;
using Chat.SystemTests.EndToEnd;
using Chat.SystemTests.Support;
using Chat.Tests.Actors;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using Xunit.Abstractions;

namespace Chat.SystemTests.Bridge;

/// <summary>A full node's worth of users at one keeper: nobody waits for anybody else's round trip.</summary>
[Collection(NodeCollection.Name)]
public sealed class ManyChannelsTests(ITestOutputHelper output) : ActorTest
{
    const int Users = 50_000;

    [Fact]
    public async Task Fifty_thousand_channels_are_held_held_again_after_a_restart_of_redis_and_left()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var connection = new RedisConnection(redis.ConnectionString, Node, NullLogger<RedisConnection>.Instance);
        await connection.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => connection.IsConnected);
        using var meter = new BridgeMeter(() => true);
        var user = NewProbe("user");
        var services = new KeeperServices(
            connection, Node, OfflineStore, meter, TimeProvider.System, NullLogger.Instance, Region(NewProbe().Ref), Region(NewProbe().Ref));
        var keeper = Sys.ActorOf(Props.Create(() => new ChannelSubscriber(services)));

        var watch = Stopwatch.StartNew();
        for (var id = 1; id <= Users; id++)
            keeper.Tell(new HoldChannel(id, Opens: true), user.Ref);
        for (var id = 1; id <= Users; id++)
            await user.ExpectMsgAsync<ChannelHeld>(Patience * 4);
        Report("held", watch);
        Assert.Equal(Users, await CountAsync(redis));

        await redis.KillAsync();
        await redis.StartAsync();
        watch.Restart();
        await Eventually.EqualAsync(Users, () => CountAsync(redis));
        Report("held again after a restart", watch);

        watch.Restart();
        for (var id = 1; id <= Users; id++)
            keeper.Tell(new LeaveChannel(id), user.Ref);
        for (var id = 1; id <= Users; id++)
            await user.ExpectMsgAsync<ChannelLeft>(Patience * 4);
        Report("left", watch);
        Assert.Equal(0, await CountAsync(redis));
    }

    /// <summary>The library has a channel of its own.</summary>
    static async Task<int> CountAsync(RedisServer redis) => (await redis.ChannelsAsync()).Count(channel => char.IsAsciiDigit(channel[0]));

    void Report(string what, Stopwatch watch) => output.WriteLine($"{Users} channels {what} in {watch.ElapsedMilliseconds} ms");
}
