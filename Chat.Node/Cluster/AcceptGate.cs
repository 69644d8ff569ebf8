using DotNetty.Buffers;
using DotNetty.Transport.Channels;

namespace Chat.Node.Cluster;

/// <summary>
/// Stands before a listening channel of DotNetty and stops it from accepting while too many accepted connections have not spoken as a node
/// does and are not closed yet. Closing takes turns of other threads: on a busy machine thousands are accepted meanwhile, each with a file descriptor.
/// Further connections wait in the kernel's queue.
/// </summary>
/// <param name="listening">The channel that accepts.</param>
/// <param name="max">So many accepted connections may be open without a node's first words (<see cref="NodeGreeting"/>).</param>
sealed class AcceptGate(IChannel listening, int max) : ChannelHandlerAdapter
{
    readonly Lock _lock = new();
    int _silent;

    /// <summary>So many are open now. From any thread.</summary>
    public int Silent => Volatile.Read(ref _silent);

    /// <summary>On the listening channel what is read are connections.</summary>
    public override void ChannelRead(IChannelHandlerContext context, object message)
    {
        if (message is IChannel accepted)
        {
            Count(1);
            var watch = new SilenceWatch(this);
            accepted.Pipeline.AddFirst(watch);
            _ = LeaveWhenClosedAsync(accepted, watch);
        }

        context.FireChannelRead(message);
    }

    static async Task LeaveWhenClosedAsync(IChannel accepted, SilenceWatch watch)
    {
        await accepted.CloseCompletion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        watch.End();
    }

    void Count(int change)
    {
        // Under the lock, so that the order of what is set is the order of what was counted.
        lock (_lock)
        {
            _silent += change;
            var mayAccept = _silent < max;
            if (listening.Configuration.AutoRead != mayAccept)
                listening.Configuration.AutoRead = mayAccept;
        }
    }

    /// <summary>Sees a connection's first bytes, and goes when it knows that a node speaks.</summary>
    sealed class SilenceWatch(AcceptGate gate) : ChannelHandlerAdapter
    {
        readonly NodeGreeting _greeting = new();
        int _hasEnded;

        public override void ChannelRead(IChannelHandlerContext context, object message)
        {
            var isNode = message is IByteBuffer bytes && _greeting.IsComplete(bytes);
            if (isNode)
                End();
            context.FireChannelRead(message);
            if (isNode)
                context.Channel.Pipeline.Remove(this);
        }

        public void End()
        {
            if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
                gate.Count(-1);
        }
    }
}

/// <summary>
/// The first bytes of a connection that another node's Akka.Remote has opened: a frame (four bytes of length, the lowest first) with the
/// instruction to associate. Anybody can say so, but those who look for open ports do not.
/// </summary>
sealed class NodeGreeting
{
    /// <summary>Field 2, the instruction, of <c>AkkaProtocolMessage</c>; its length follows.</summary>
    const byte Instruction = 0x12;

    const int FrameHeader = 4;
    const int LongestLength = 3;

    /// <summary>Field 1, the command: to associate. Then field 2, who it is.</summary>
    static readonly byte[] Associate = [0x08, 0x01, 0x12];

    readonly List<byte> _first = new(FrameHeader + 1 + LongestLength + Associate.Length);

    /// <summary>Whether it is there, with these bytes. They are not taken.</summary>
    public bool IsComplete(IByteBuffer bytes)
    {
        for (var i = 0; i < bytes.ReadableBytes && _first.Count < _first.Capacity; i++)
            _first.Add(bytes.GetByte(bytes.ReaderIndex + i));
        if (_first.Count <= FrameHeader || _first[FrameHeader] != Instruction)
            return false;
        var at = FrameHeader + 1;
        while (at < _first.Count && _first[at] >= 0x80 && at <= FrameHeader + LongestLength)
            at++;
        return _first.Skip(at + 1).Take(Associate.Length).SequenceEqual(Associate);
    }
}
