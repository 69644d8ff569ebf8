using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Event;
using Chat.Node.Contracts;
using Chat.Node.Storage;

namespace Chat.Node.Conversations;

/// <summary>
/// What the log holds and this life does not know of: after a failed write, and when a node that is gone may have written. And what
/// this life leaves to the next.
/// </summary>
sealed partial class ConversationActor
{
    /// <summary>
    /// A row was not written, or nobody knows: read what the log holds behind the last number that is known to be
    /// committed, and go on from there. Until then everything is refused.
    /// </summary>
    void Recover()
    {
        ArmTick();
        if (!_state.IsEmpty || _isReading)
            return;
        _isReading = true;
        ReadBehindAsync(_state.CommittedHead)
            .PipeTo(Self, success: found => found, failure: cause => new RecoveryFailed(cause));
    }

    async Task<RowsFound> ReadBehindAsync(long head)
    {
        // In this order: a write that was given up may be committed in between, and what is learnt has to be fanned out too.
        var newest = await _services.Loader.ReadNewestAsync(_id);
        return new RowsFound(await _services.Loader.ReadAfterAsync(_id, head), newest);
    }

    void OnRowsFound(RowsFound found)
    {
        _isReading = false;
        Learn(found);
        _isRecovering = false;
        TouchSlot();
        _log.Info("conversation {0} goes on after number {1}", _id, _state.CommittedHead);
    }

    /// <summary>Rows that turned up in the log, while none of our own is on its way to it.</summary>
    void Learn(RowsFound found)
    {
        foreach (var row in found.Newest)
            _state.Learn(row);
        foreach (var row in found.Rows)
        {
            _state.Learn(row);
            if (BridgeImports.CopyOf(row, _services.Nodes) is { } copy)
                Imports.Remember(copy);
            if (IsOurs(row))
                FanOutRow(row, hasSiblings: true, originSession: 0, mayBeKnown: true);
        }

        _state.ResetHead();
        _writer.StartNewLife();
    }

    void OnRecoveryFailed(Exception cause)
    {
        _isReading = false; // the next tick tries again
        _log.Warning("conversation {0} waits for the database: {1}", _id, cause.Message);
    }

    /// <summary>A node that is gone may have logged something after this life had read the log: look again, then finish.</summary>
    void OnResumeFanOut(IActorRef sweeper)
    {
        if (HasLostTrusted)
        {
            Context.Parent.Tell(new Passivate(StopConversation.Instance)); // the next life starts in front of what it left
            return;
        }

        _awaitingFanOut.TryAdd(sweeper, long.MaxValue);
        if (!_services.KeepsHistory)
            NoteForSweepers();
        else if (_unlookedBehind < 0)
            LookBehind();
    }

    void LookBehind()
    {
        var head = _unlookedBehind = _state.CommittedHead;
        ReadBehindAsync(head).PipeTo(Self, success: found => new LookedBehind(head, found), failure: _ => new LookedBehind(head, null));
        ArmTick();
    }

    void OnLookedBehind(LookedBehind looked)
    {
        if (looked.Found is not { } found || (_state.CommittedHead == looked.Head && (!_state.IsEmpty || _isRecovering)))
            return; // the next tick looks again, when our own rows have settled
        _unlookedBehind = -1;
        // Numbers are dense and nobody gives one twice: a row of our own behind the head means that there was no other.
        if (_state.CommittedHead == looked.Head && found.Rows.Count > 0)
            Learn(found);
        NoteForSweepers();
    }

    /// <summary>What is on its way now is what they wait for; a busy conversation is never idle.</summary>
    void NoteForSweepers()
    {
        foreach (var sweeper in _awaitingFanOut.Keys.ToList())
            _awaitingFanOut[sweeper] = Math.Min(_awaitingFanOut[sweeper], _deliveries.LastNumber);
        AnswerSweepers();
    }

    void AnswerSweepers()
    {
        foreach (var (sweeper, _) in _awaitingFanOut.Where(waiting => _deliveries.IsFinishedTo(waiting.Value)).ToList())
        {
            _awaitingFanOut.Remove(sweeper);
            sweeper.Tell(new FanOutFinished(_id));
        }
    }

    /// <summary>No new posts; rows on their way are answered first. Unconfirmed deliveries are left to the next life.</summary>
    void Stop()
    {
        _isStopping = true;
        if (!_state.IsEmpty)
            return;
        Context.Stop(Self);
    }

    /// <summary>Also when a hand-off took too long, or this actor failed: what is open is somebody else's now.</summary>
    protected override void PostStop()
    {
        _ticker.Clear();
        _writer.Stop(isFinished: _isStarted && _state.IsEmpty && _deliveries.IsIdle && !_isRecovering);
    }

    /// <summary>Nodes outside the cluster whose rows were left to them to bring to everybody.</summary>
    readonly HashSet<long> _trustedNodes = [];

    /// <summary>
    /// Whether a row that was found in the log is ours to bring to everybody: a living node outside the cluster does it for its own.
    /// </summary>
    bool IsOurs(LogRow row)
    {
        if (!_services.Nodes.UnclusteredNodes.Contains(row.Node))
            return true;
        _trustedNodes.Add(row.Node);
        return false;
    }

    /// <summary>A node that was trusted to bring its rows to everybody is gone: a new life looks for what it left.</summary>
    bool HasLostTrusted => _trustedNodes.Any(node => !_services.Nodes.UnclusteredNodes.Contains(node));
}
