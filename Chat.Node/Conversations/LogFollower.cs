using Akka.Actor;
using Akka.Event;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Conversations;

sealed record Loaded(ConversationStart Start) : INoSerializationVerificationNeeded;

sealed record RowsFound(IReadOnlyList<LogRow> Rows, IReadOnlyList<LogRow> Newest) : INoSerializationVerificationNeeded;

sealed record RecoveryFailed(Exception Cause) : INoSerializationVerificationNeeded;

sealed record LookedBehind(long Head, RowsFound? Found) : INoSerializationVerificationNeeded;

/// <summary>
/// What the log holds and this life does not know of: after a failed write, and when a node that is gone may have written. And who waits
/// until everybody has what is in it.
/// </summary>
sealed class LogFollower(
    ConversationId id, ConversationServices services, ConversationState state, DeliveryLane deliveries, LogWriter writer, IActorRef self)
{
    /// <summary>Sweepers, and the number up to which everybody has to have everything; the highest there is until the log was looked at.</summary>
    readonly Dictionary<IActorRef, long> _awaitingFanOut = [];

    /// <summary>Nodes outside the cluster whose rows were left to them to bring to everybody.</summary>
    readonly HashSet<long> _trustedNodes = [];

    /// <summary>The head behind which a sweeper wants the log to be read again; -1 when nobody does.</summary>
    long _unlookedBehind = -1;

    bool _isReading;

    /// <summary>Whether a row was not written, or nobody knows: until the log was read everything is refused.</summary>
    public bool IsRecovering { get; private set; }

    public bool HasOpenWork => IsRecovering || _unlookedBehind >= 0;

    /// <summary>A node that was trusted to bring its rows to everybody is gone: a new life looks for what it left.</summary>
    public bool HasLostTrusted => _trustedNodes.Any(node => !services.Nodes.UnclusteredNodes.Contains(node));

    /// <summary>Whether the log was read at all.</summary>
    public bool IsStarted { get; private set; }

    public void Load() => services.Loader.StartAsync(id, writer.OldestTs)
        .PipeTo(self, success: start => new Loaded(start), failure: cause => new LoadFailed(cause));

    /// <summary>Starts this life: brings to everybody what an earlier one may not have.</summary>
    public void Start(ConversationStart start)
    {
        IsStarted = true;
        state.StartAt(start.Head);
        (state.Members, state.JoinSeqs) = (start.Participants.Members, start.Participants.JoinSeqs);
        deliveries.StartAfter(start.Unfinished.Count > 0 ? start.Unfinished[0].Seq - 1 : state.CommittedHead);
        foreach (var row in start.Unfinished.Where(IsOurs))
            FanOutAgain(row);
        TouchSlot();
    }

    /// <summary>A row was not written, or nobody knows: no new rows until the log was read.</summary>
    public void RequireRecovery() => IsRecovering = true;

    /// <summary>
    /// Reads what the log holds behind the last number that is known to be committed, to go on from there; when the rows on their way
    /// have settled.
    /// </summary>
    public void Recover()
    {
        if (!state.IsEmpty || _isReading)
            return;
        _isReading = true;
        ReadBehindAsync(state.CommittedHead)
            .PipeTo(self, success: found => found, failure: cause => new RecoveryFailed(cause));
    }

    public void OnRowsFound(RowsFound found, ILoggingAdapter log)
    {
        _isReading = false;
        Learn(found);
        IsRecovering = false;
        TouchSlot();
        log.Info("conversation {0} goes on after number {1}", id, state.CommittedHead);
    }

    public void OnRecoveryFailed(Exception cause, ILoggingAdapter log)
    {
        _isReading = false; // the next tick tries again
        log.Warning("conversation {0} waits for the database: {1}", id, cause.Message);
    }

    /// <summary>Rows that turned up in the log, while none of our own is on its way to it.</summary>
    public void Learn(RowsFound found)
    {
        foreach (var row in found.Newest)
            state.Learn(row);
        foreach (var row in found.Rows)
        {
            state.Learn(row);
            if (IsOurs(row))
                FanOutAgain(row);
        }

        state.ResetHead();
        writer.StartNewLife();
    }

    /// <summary>A node that is gone may have logged something after this life had read the log: look again, then finish.</summary>
    public void OnResumeFanOut(IActorRef sweeper)
    {
        _awaitingFanOut.TryAdd(sweeper, long.MaxValue);
        if (!services.KeepsHistory)
            NoteForSweepers();
        else if (_unlookedBehind < 0)
            LookBehind();
    }

    /// <summary>Returns the rows that were not known.</summary>
    public IReadOnlyList<LogRow> OnLookedBehind(LookedBehind looked)
    {
        if (looked.Found is not { } found || (state.CommittedHead == looked.Head && (!state.IsEmpty || IsRecovering)))
            return []; // the next tick looks again, when our own rows have settled
        _unlookedBehind = -1;
        // Numbers are dense and nobody gives one twice: a row of our own behind the head means that there was no other.
        var isNew = state.CommittedHead == looked.Head && found.Rows.Count > 0;
        if (isNew)
            Learn(found);
        NoteForSweepers();
        return isNew ? found.Rows : [];
    }

    /// <summary>Tells sweepers whether everybody has what they wait for.</summary>
    public void AnswerSweepers()
    {
        if (_awaitingFanOut.Count == 0)
            return;
        foreach (var (sweeper, _) in _awaitingFanOut.Where(waiting => deliveries.IsFinishedTo(waiting.Value)).ToList())
        {
            _awaitingFanOut.Remove(sweeper);
            sweeper.Tell(new FanOutFinished(id));
        }
    }

    public void OnTick()
    {
        if (IsRecovering)
            Recover();
        if (_unlookedBehind >= 0)
            LookBehind();
    }

    public void TouchSlot() => writer.Touch(isKnown: state.IsEmpty && !IsRecovering, deliveries.OldestTs);

    void LookBehind()
    {
        var head = _unlookedBehind = state.CommittedHead;
        ReadBehindAsync(head).PipeTo(self, success: found => new LookedBehind(head, found), failure: _ => new LookedBehind(head, null));
    }

    async Task<RowsFound> ReadBehindAsync(long head)
    {
        // In this order: a write that was given up may be committed in between, and what is learnt has to be fanned out too.
        var newest = await services.Loader.ReadNewestAsync(id);
        return new RowsFound(await services.Loader.ReadAfterAsync(id, head), newest);
    }

    /// <summary>What is on its way now is what they wait for; a busy conversation is never idle.</summary>
    void NoteForSweepers()
    {
        foreach (var sweeper in _awaitingFanOut.Keys.ToList())
            _awaitingFanOut[sweeper] = Math.Min(_awaitingFanOut[sweeper], deliveries.LastNumber);
        AnswerSweepers();
    }

    /// <summary>
    /// Whether a row that was found in the log is ours to bring to everybody: a living node outside the cluster does it for its own.
    /// </summary>
    bool IsOurs(LogRow row)
    {
        if (!services.Nodes.UnclusteredNodes.Contains(row.Node))
            return true;
        _trustedNodes.Add(row.Node);
        return false;
    }

    /// <summary>To those who are members by now: who came later, and does not see what was said before, gets nothing of it.</summary>
    void FanOutAgain(LogRow row)
    {
        var receivers = state.Receivers(services.Webhooks.AreOn);
        if (state.JoinSeqs is not null)
            receivers = receivers.ToArray().Where(userId => userId == IWebhooks.ReceiverId || state.Sees(userId, row.Seq)).ToArray();
        deliveries.Add(AcceptedMessage.Of(row), row.Seq, receivers, hasCopies: true, mayBeKnown: true);
        TouchSlot();
    }
}
