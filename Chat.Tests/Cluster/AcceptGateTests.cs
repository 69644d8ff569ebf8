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

    /// <summary>As Akka.Remote 1.5 begins, but for who it is.</summary>
    static readonly byte[] Greeting = [60, 0, 0, 0, 0x12, 58, 0x08, 0x01, 0x12, 54, 0x0A];

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
        Say(accepted[0], Greeting);
        Assert.True(IsAccepting);
        Say(accepted[0], 1);
        await accepted[0].CloseAsync();
        await accepted[0].CloseCompletion;
        Accept(1);
        Assert.False(IsAccepting);
    }

    /// <summary>Closing those takes turns of other threads: until then each has a file descriptor.</summary>
    [Theory]
    [InlineData("01")]
    [InlineData("474554202F20485454502F312E300D0A0D0A")] // GET / HTTP/1.0
    [InlineData("00000000")]
    [InlineData("E80300001261")]
    [InlineData("0400000012020803")] // a heartbeat
    [InlineData("0A000000616263646566676869")]
    public void One_that_does_not_speak_as_a_node_makes_no_room(string hex)
    {
        foreach (var channel in Accept(Max))
            Say(channel, Convert.FromHexString(hex));
        Assert.False(IsAccepting);
    }

    [Fact]
    public void The_first_words_of_a_node_may_come_in_pieces()
    {
        var accepted = Accept(Max);
        for (var i = 0; i < 9; i++)
        {
            Assert.False(IsAccepting);
            Say(accepted[0], Greeting[i]);
        }

        Assert.True(IsAccepting);
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

    static void Say(EmbeddedChannel channel, params byte[] words)
    {
        Assert.True(channel.WriteInbound(Unpooled.WrappedBuffer(words)));
        Assert.NotNull(channel.ReadInbound<IByteBuffer>());
    }
}
