using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>The end of a session: its client is gone, or the node sends it away, or it has to be closed.</summary>
sealed partial class SessionActor
{
    /// <summary>
    /// The client is gone: no more pushes, at once. What it asked for before is still done, and its posts are still
    /// answered to, so that a client that sends and leaves has sent.
    /// </summary>
    void OnConnectionClosed(ConnectionClosed closed)
    {
        if (_isEnding || _isClosed)
            return;
        _isEnding = true;
        _isDrainDue = false;
        _endingSince = CoarseMilliseconds;
        Detach();
        _outbox.DropPushes();
        if (!closed.CanStillWrite)
            _connection.End(isGraceful: false);
        EndAttaching();
        HandleRequests();
        ArmTick();
    }

    void EndWhenDone()
    {
        if (_requests is not { Count: > 0 } && !_isBusy && _unanswered == 0 && (_outbox.IsEmpty || _connection.IsEnded)
            && !_outbox.IsFlushing)
            Close(Disconnected);
    }

    void OnDrain(DrainSession drain) =>
        _draining.Set(Context, _isModern ? drain.Spread * Random.Shared.NextDouble() : drain.Spread, DrainNow.Instance);

    void OnDrainNow()
    {
        if (_isEnding || _isClosed)
            return;
        _isDrainDue = _outbox.IsFlushing || IsOnItsWay();
        if (_isDrainDue)
            return; // what is just leaving would be queued as well: when it has arrived
        if (_isModern)
            Send(ModernFrames.GoAway("draining", (int)(DrainSpread.ReconnectWithin * Random.Shared.NextDouble()).TotalMilliseconds));
        _connection.StopReading();
        Detach();
        _outbox.DropPushes(); // the user queues them
        _isEnding = true;
        _endingSince = CoarseMilliseconds;
        EndAttaching();
        HandleRequests();
        ArmTick();
    }

    void CloseWhenFlushed()
    {
        _closesWhenFlushed = true;
    }

    void Close(string reason)
    {
        if (_isClosed)
            return;
        _isClosed = true;
        if (reason == Disconnected)
            Log.SessionEnded(_services.Logger, _connection.Id, _user?.Id ?? 0);
        else
            Log.SessionClosed(_services.Logger, _connection.Id, _connection.Address, _user?.Id ?? 0, reason);
        Context.Stop(Self);
    }

    protected override void PostStop()
    {
        _deferredFlush?.End();
        _ticking.Cancel();
        _attachingAgain.Cancel();
        _pausing.Cancel();
        _continuing.Cancel();
        _draining.Cancel();
        foreach (var (_, link) in _links)
            link.CancelRetry();
        Detach();
        _connection.End(isGraceful: _outbox.IsEmpty && !_outbox.IsFlushing);
    }
}
