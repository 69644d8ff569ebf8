using Akka.Actor;
using Akka.Event;

namespace Chat.Node.Conversations;

/// <summary>What the log holds and this life does not know of: after a failed write, and when a node that is gone may have written.</summary>
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
        var newest = await _services.Loader.ReadNewestAsync(_id, RememberedAfterRecovery);
        return new RowsFound(await _services.Loader.ReadAfterAsync(_id, head), newest);
    }

    void OnRowsFound(RowsFound found)
    {
        _isReading = false;
        Learn(found);
        _isRecovering = false;
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
            FanOutRow(row, hasSiblings: true, originSession: 0, mayBeKnown: true);
        }

        _state.ResetHead();
        RenewReceiver();
    }

    void OnRecoveryFailed(Exception cause)
    {
        _isReading = false; // the next tick tries again
        _log.Warning("conversation {0} waits for the database: {1}", _id, cause.Message);
    }

    /// <summary>A node that is gone may have logged something after this life had read the log: look again, then finish.</summary>
    void OnResumeFanOut(IActorRef sweeper)
    {
        if (!_awaitingFanOut.Contains(sweeper))
            _awaitingFanOut.Add(sweeper);
        if (!_services.KeepsHistory)
            AnswerSweepers();
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
        AnswerSweepers();
    }

    void AnswerSweepers()
    {
        if (!_fanOut.IsIdle || _unlookedBehind >= 0)
            return;
        _awaitingFanOut.ForEach(waiting => waiting.Tell(new FanOutFinished(_id)));
        _awaitingFanOut.Clear();
    }
}
