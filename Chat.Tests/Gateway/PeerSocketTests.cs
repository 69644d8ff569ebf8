using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Chat.Bench.Micro;
using Chat.Node.Gateway;
using Chat.Protocol;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Gateway;

/// <summary>Real sockets of this machine, and what their kernel says of them.</summary>
public sealed class PeerSocketTests : IDisposable
{
    static readonly Receipt Push = new(ReceiptKind.Push, ConversationId.Group(5), 1, 7);

    readonly SocketPair _sockets = new();
    readonly Socket _ours;
    readonly Socket _theirs;
    readonly PeerSocket _peer;

    public PeerSocketTests() => (_ours, _theirs, _peer) = (_sockets.Ours, _sockets.Theirs, _sockets.Peer);

    public void Dispose() => _sockets.Dispose();

    [Fact]
    public async Task What_the_peer_has_acknowledged_is_known_also_after_it_has_gone()
    {
        Assert.True(_peer.TryRead(out var before));
        Assert.Equal((0L, 0L), (before.BytesAcknowledged, before.BytesWritten));
        Assert.Equal(1000, _peer.Send(new byte[1000]));
        await Eventually.TrueAsync(() => _peer.TryRead(out var info) && info is { BytesAcknowledged: 1000, BytesWritten: 1000 });

        _theirs.LingerState = new LingerOption(true, 0);
        _theirs.Close(); // a reset
        await Eventually.TrueAsync(() => _ours.Poll(0, SelectMode.SelectRead));
        Assert.True(_peer.TryRead(out var after));
        Assert.Equal(1000, after.BytesAcknowledged);
        Assert.Throws<IOException>(() => _peer.Send(new byte[1]));

        _ours.Dispose();
        Assert.False(_peer.TryRead(out _));
        Assert.Throws<IOException>(() => _peer.Send(new byte[1]));
    }

    [Fact]
    public void The_time_outs_are_set()
    {
        Assert.Equal(30_000, _ours.GetRawInt(level: 6, option: 18)); // TCP_USER_TIMEOUT
        Assert.Equal(15, (int)_ours.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime)!);
        Assert.Equal(5, (int)_ours.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval)!);
    }

    [Fact]
    public async Task A_reader_that_stops_gets_every_frame_whole_when_it_goes_on_and_none_is_reported_before()
    {
        const int Frames = 6000; // more than the kernel's buffers hold
        var clock = new ManualClock();
        var outbox = new Outbox(new PipeOutput(new Pipe().Writer), Frames, clock, _peer);
        for (var i = 0; i < Frames; i++)
            Assert.True(outbox.TryAdd(Encoding.UTF8.GetBytes($"{{\"i\":{i}}}"), Push));
        await FlushAsync();
        Assert.InRange(outbox.Count, 1, Frames - 1);
        Assert.True(outbox.Pause > TimeSpan.Zero);
        Assert.True(_peer.TryRead(out var full) && full.BytesAcknowledged < outbox.Sent);

        var reading = Task.Run(() =>
        {
            var buffer = new byte[1024];
            for (var i = 0; i < Frames; i++)
            {
                Assert.Equal(1024, _theirs.Receive(buffer)); // as a legacy client: what one call gives is one object
                Assert.Equal($"{{\"i\":{i}}}".PadRight(1024), Encoding.UTF8.GetString(buffer));
            }
        });
        while (!outbox.IsEmpty && !reading.IsCompleted)
            await FlushAsync();
        await reading.WaitAsync(Eventually.Patience);
        Assert.Equal(Frames * 1024L, outbox.Sent);
        await Eventually.TrueAsync(() => _peer.TryRead(out var info) && info.BytesAcknowledged == outbox.Sent);

        async Task FlushAsync()
        {
            do
            {
                clock.Now += TimeSpan.FromSeconds(1);
                Assert.False((await outbox.FlushAsync()).IsCompleted);
                outbox.OnFlushed();
            }
            while (!outbox.IsEmpty && outbox.Pause == TimeSpan.Zero);
        }
    }

    [Fact]
    public async Task The_end_of_the_connection_ends_the_flush()
    {
        var outbox = new Outbox(new PipeOutput(new Pipe().Writer), 10, new ManualClock(), _peer);
        outbox.TryAdd("{}"u8.ToArray(), Push);
        _ours.Dispose();
        Assert.True((await outbox.FlushAsync()).IsCompleted);
        Assert.Empty(outbox.InFlight.ToArray());
    }
}

static class RawOptions
{
    public static int GetRawInt(this Socket socket, int level, int option)
    {
        Span<byte> value = stackalloc byte[4];
        socket.GetRawSocketOption(level, option, value);
        return BitConverter.ToInt32(value);
    }
}
