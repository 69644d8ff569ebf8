using Chat.Node.Cluster;
using Chat.Tests.Support;
using DotNetty.Buffers;
using DotNetty.Transport.Channels;
using DotNetty.Transport.Channels.Embedded;
using Xunit;

namespace Chat.Tests.Cluster;

public sealed class AcceptGateTests
{
    const int Max = 3;

    readonly EmbeddedChannel _listening = new();

    public AcceptGateTests()
    {
        _listening.Configuration.AutoRead = true;
        _listening.Pipeline.AddFirst(new AcceptGate(_listening, Max));
    }

    bool IsAccepting => _listening.Configuration.AutoRead;

    [Fact]
    public void So_many_silent_connections_are_accepted_and_no_more()
    {
        Accept(Max - 1);
        Assert.True(IsAccepting);
        Accept(1);
        Assert.False(IsAccepting);
    }

    [Fact]
    public async Task One_that_is_closed_makes_room()
    {
        var accepted = Accept(Max);
        await accepted[0].CloseAsync();
        await Eventually.TrueAsync(() => IsAccepting);
        Accept(1);
        Assert.False(IsAccepting);
    }

    [Fact]
    public async Task One_that_speaks_makes_room_once_and_is_heard()
    {
        var accepted = Accept(Max);
        Say(accepted[0]);
        Assert.True(IsAccepting);
        Say(accepted[0]);
        await accepted[0].CloseAsync();
        await accepted[0].CloseCompletion;
        Accept(1);
        Assert.False(IsAccepting);
    }

    List<EmbeddedChannel> Accept(int count)
    {
        var accepted = Enumerable.Range(0, count).Select(_ => new EmbeddedChannel()).ToList();
        foreach (var channel in accepted)
        {
            Assert.True(_listening.WriteInbound(channel));
            Assert.Same(channel, _listening.ReadInbound<IChannel>());
        }

        return accepted;
    }

    static void Say(EmbeddedChannel channel)
    {
        Assert.True(channel.WriteInbound(Unpooled.WrappedBuffer([1])));
        Assert.NotNull(channel.ReadInbound<IByteBuffer>());
    }
}
