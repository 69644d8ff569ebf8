using DotNetty.Transport.Channels;

namespace Chat.Node.Cluster;

/// <summary>
/// Stands before a listening channel of DotNetty and stops it from accepting while too many accepted connections have said nothing and are
/// not closed yet. Closing takes turns of other threads: on a busy machine thousands are accepted meanwhile, each with a file descriptor.
/// Further connections wait in the kernel's queue.
/// </summary>
/// <param name="listening">The channel that accepts.</param>
/// <param name="max">So many accepted connections may be open and silent.</param>
sealed class AcceptGate(IChannel listening, int max) : ChannelHandlerAdapter
{
    readonly Lock _lock = new();
    int _silent;

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

    /// <summary>Sees a connection's first bytes, and goes.</summary>
    sealed class SilenceWatch(AcceptGate gate) : ChannelHandlerAdapter
    {
        int _hasEnded;

        public override void ChannelRead(IChannelHandlerContext context, object message)
        {
            End();
            context.FireChannelRead(message);
            context.Channel.Pipeline.Remove(this);
        }

        public void End()
        {
            if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
                gate.Count(-1);
        }
    }
}
