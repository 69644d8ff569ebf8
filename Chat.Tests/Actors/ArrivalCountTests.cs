using System.Text;
using Chat.Node.Bridge;
using Chat.Node.Telemetry;
using Chat.Tests.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>What comes on a channel and is dropped, queued, or lost, is counted: an alert goes by it.</summary>
public sealed class ArrivalCountTests : ActorTest
{
    [Fact]
    public void What_is_no_message_is_counted()
    {
        using var meter = new BridgeMeter(() => true);
        using var readings = new Readings(meter.Meter);
        Arrivals(meter).Take(OpenChannel(), "nonsense"u8.ToArray());
        Assert.Equal(1, readings.Of("chat.bridge.garbage"));
    }

    [Fact]
    public async Task What_comes_too_fast_is_counted_and_so_is_what_is_lost()
    {
        using var meter = new BridgeMeter(() => true);
        using var readings = new Readings(meter.Meter);
        Clock.Stop(); // nothing that waits becomes overdue
        var stall = Database.StallWrites();
        var (arrivals, channel) = (Arrivals(meter), OpenChannel());
        Come(HeldChannel.MaxWaiting);
        Assert.Equal(0, readings.Of("chat.bridge.overflowed"));
        Come(1);
        Assert.Equal(1, readings.Of("chat.bridge.overflowed"));
        Come(HeldChannel.MaxSpilling - 1);
        Assert.Equal(0, readings.Of("chat.bridge.lost"));
        Come(1);
        Assert.Equal(1, readings.Of("chat.bridge.lost"));
        stall.Release();
        await ExpectMsgAsync<ChannelSpilt>(Patience); // the write is over before its database goes

        void Come(int count)
        {
            for (var i = 0; i < count; i++)
                arrivals.Take(channel, Encoding.UTF8.GetBytes($$"""{"msg":"text","id":{{Bob}}}"""));
        }
    }

    static HeldChannel OpenChannel()
    {
        var channel = new HeldChannel(Alice);
        channel.Open();
        return channel;
    }

    SubscriberArrivals Arrivals(BridgeMeter meter) => new(
        new KeeperServices(null!, Node, OfflineStore, meter, Clock, NullLogger.Instance, Region(NewProbe().Ref), Region(NewProbe().Ref)), TestActor);
}
