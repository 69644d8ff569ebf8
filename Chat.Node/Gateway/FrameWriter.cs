using System.IO.Pipelines;
using Akka.Actor;
using Chat.Node.Actors;

namespace Chat.Node.Gateway;

/// <summary>A flush that was under way has ended.</summary>
/// <param name="IsOver">The connection has ended with it.</param>
sealed record FlushEnded(bool IsOver) : INoSerializationVerificationNeeded;

/// <summary>A legacy client was left alone for long enough.</summary>
sealed class PauseEnded : INoSerializationVerificationNeeded
{
    public static readonly PauseEnded Instance = new();
}

/// <summary>What came of an attempt to flush.</summary>
enum FlushStep
{
    /// <summary>Nothing is to be flushed now, or a flush is under way.</summary>
    None,

    /// <summary>A part of the frames has left.</summary>
    Flushed,

    /// <summary>The connection has ended.</summary>
    Over,

    /// <summary>Everything has left, and that was to be the end.</summary>
    Last,
}

/// <summary>Frames to the client: one flush for everything that is queued, and when it is due.</summary>
sealed class FrameWriter(ISessionTransport transport, GatewayServices services, ActorCell context)
{
    const int MaxFramesBeforeFlush = 64;

    readonly Outbox _outbox = new(transport, services.Limits.OutboxFrames, services.Clock, transport.Peer, services.Outboxes);
    OneShotTimer _pausing;
    DeferredFlush? _deferred;
    bool _isDue;
    bool _isOver;

    /// <summary>Set when a hello arrives.</summary>
    public bool IsModern
    {
        set => _outbox.IsModern = value;
    }

    public bool IsEmpty => _outbox.IsEmpty;

    public bool IsFlushing => _outbox.IsFlushing;

    /// <summary>The client is given what is queued, nothing more.</summary>
    public bool ClosesWhenFlushed { get; private set; }

    /// <inheritdoc cref="Outbox.InFlight" />
    public ReadOnlySpan<Receipt> InFlight => _outbox.InFlight;

    /// <inheritdoc cref="Outbox.Sent" />
    public long Sent => _outbox.Sent;

    /// <summary>The connection has ended: what is queued, and what still comes, goes nowhere.</summary>
    public void OnOver() => _isOver = true;

    /// <inheritdoc cref="Outbox.TryAdd" />
    public bool TryAdd(ReadOnlyMemory<byte> frame, Receipt receipt) => _isOver || _outbox.TryAdd(frame, receipt);

    /// <inheritdoc cref="Outbox.DropPushes" />
    public void DropPushes() => _outbox.DropPushes();

    public void CloseWhenFlushed() => ClosesWhenFlushed = true;

    public void OnPauseEnded() => _pausing.Clear();

    /// <summary>The round of the sockets is over: acknowledgements wait no longer.</summary>
    public void OnFlushDue() => _isDue = !_outbox.IsEmpty;

    public void OnFlushed() => _outbox.OnFlushed();

    /// <summary>
    /// Behind the last message that waits: one flush for everything that these messages brought. It takes a part of a large queue only, and
    /// often ends at once: to be called again until there is nothing to do.
    /// </summary>
    public FlushStep TryFlush(bool isFinishing)
    {
        if (_isOver || _outbox.IsFlushing || _pausing.IsSet || (_outbox.IsEmpty && !ClosesWhenFlushed))
            return FlushStep.None;
        if (_outbox.Count < MaxFramesBeforeFlush && (context.HasMessages || WaitsForRound(isFinishing)))
            return FlushStep.None;
        return _outbox.IsEmpty ? FlushStep.Last : Flush();
    }

    public void Stop()
    {
        _deferred?.End();
        _pausing.Cancel();
        _outbox.Release();
    }

    /// <summary>Acknowledgements that are alone wait for what comes next, if it is on its way.</summary>
    bool WaitsForRound(bool isFinishing)
    {
        if (_isDue || isFinishing || !_outbox.HoldsOnlyAcknowledgements)
            return false;
        _deferred ??= new DeferredFlush(context.Self);
        if (!_deferred.IsWaiting)
            services.Acknowledgements.Enter(_deferred);
        return true;
    }

    FlushStep Flush()
    {
        _isDue = false;
        _deferred?.End();
        var pause = _outbox.Pause;
        if (pause > TimeSpan.Zero)
        {
            _pausing.Set(context, pause, PauseEnded.Instance);
            return FlushStep.None;
        }

        ValueTask<FlushResult> flush;
        try
        {
            flush = _outbox.FlushAsync();
        }
        catch (InvalidOperationException)
        {
            return FlushStep.Over; // the connection has just ended: its pipe takes nothing any more
        }

        if (flush.IsCompletedSuccessfully)
        {
#pragma warning disable CA2012 // taken once: either here or below
            var result = flush.Result;
#pragma warning restore CA2012
            return result.IsCompleted || result.IsCanceled ? FlushStep.Over : FlushStep.Flushed;
        }

        flush.AsTask().PipeTo(
            context.Self, success: result => new FlushEnded(result.IsCompleted || result.IsCanceled), failure: _ => new FlushEnded(IsOver: true));
        return FlushStep.None;
    }
}
