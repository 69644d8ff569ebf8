using Akka.Actor;
using Akka.Event;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Conversations;

/// <summary>What waits to be told of the group; null: it could not be read.</summary>
sealed record SystemMessagesRead(IReadOnlyList<WaitingSystemMessage>? Messages) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

/// <summary>What was logged waits no more, or could not be removed; then it is found again, as logged.</summary>
sealed record SystemMessagesRemoved(bool IsDone) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

/// <summary>
/// System messages on their way into the log, in their order: what waits is read, numbered like every message, and removed when it is logged. In rounds,
/// one at a time, so that nothing is numbered twice; the log's unique key stands behind it.
/// </summary>
sealed class SystemDesk(
    ConversationId id, ConversationServices services, ConversationState state, DeliveryLane deliveries, LogWriter writer, LogFollower follower, IActorRef self)
{
    const int RoundSize = 50;

    readonly Dictionary<string, long> _open = new(StringComparer.Ordinal);
    readonly List<long> _logged = [];
    bool _isWanted;
    bool _isUnderWay;

    public bool HasOpenWork => _isWanted || _isUnderWay;

    /// <summary>Something may wait.</summary>
    public void Wake()
    {
        if (!id.IsGroup || services.System is null)
            return;
        _isWanted = true;
        Begin();
    }

    /// <summary>Whoever was let in by another server is told of like everybody.</summary>
    public void TellUntold()
    {
        if (services.System is { } outbox)
            outbox.TellUntoldAsync(id.B).PipeTo(self, success: _ => WakeSystemDesk.Instance, failure: _ => WakeSystemDesk.Instance);
    }

    public void OnTick()
    {
        if (_isWanted)
            Begin();
    }

    /// <summary>False if the message is none of this.</summary>
    public bool TryReceive(object message)
    {
        switch (message)
        {
            case SystemMessagesRead read:
                OnRead(read.Messages);
                return true;
            case SystemMessagesRemoved removed:
                End(mustComeAgain: !removed.IsDone, isUrgent: removed.IsDone);
                return true;
            case WakeSystemDesk:
                Wake();
                return true;
            default:
                return false;
        }
    }

    public void OnRowSettled(RowSettled settled)
    {
        if (!settled.Row.IsSystem || !_open.Remove(settled.Row.Cmid, out var waiting))
            return;
        if (settled.Outcome.Status is AppendStatus.Written or AppendStatus.Duplicate)
            _logged.Add(waiting);
        else
            _isWanted = true;
        Remove();
    }

    void Begin()
    {
        if (_isUnderWay || follower.IsRecovering)
            return;
        (_isWanted, _isUnderWay) = (false, true);
        services.System!.ReadAsync(id.B, RoundSize).PipeTo(self, success: messages => new SystemMessagesRead(messages), failure: _ => new SystemMessagesRead(null));
    }

    void OnRead(IReadOnlyList<WaitingSystemMessage>? messages)
    {
        if (messages is not { Count: > 0 })
        {
            End(mustComeAgain: messages is null, isUrgent: false);
            return;
        }

        _isWanted |= messages.Count == RoundSize;
        foreach (var waiting in messages)
        {
            if (waiting.IsLogged)
                _logged.Add(waiting.Id);
            else if (!TryAppend(waiting))
                break; // what is behind it keeps its place
        }

        Remove();
    }

    bool TryAppend(WaitingSystemMessage waiting)
    {
        if (follower.IsRecovering || deliveries.IsFull || state.Head >= StoredNumbers.MaxSeq)
        {
            _isWanted = true;
            return false;
        }

        var judgement = state.Import(0, waiting.Cmid, services.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        if (judgement.Verdict == Verdict.Answer)
        {
            _logged.Add(waiting.Id);
            return true;
        }

        var row = new LogRow(id, judgement.Number, 0, waiting.Cmid, judgement.Ts, waiting.Message.ToBody(id.B, waiting.Text, judgement.Ts).Bytes) { Systems = state.Systems };
        if (judgement.Verdict == Verdict.Take && !writer.TryAppend(row))
        {
            state.TakeBack(judgement.Number);
            _isWanted = true;
            return false;
        }

        _open[waiting.Cmid] = waiting.Id;
        return true;
    }

    /// <summary>When nothing of the round is on its way any more, what is logged need not wait.</summary>
    void Remove()
    {
        if (_open.Count > 0)
            return;
        if (_logged.Count == 0)
        {
            End(mustComeAgain: false, isUrgent: false);
            return;
        }

        long[] ids = [.. _logged];
        _logged.Clear();
        services.System!.RemoveAsync(id.B, ids).PipeTo(self, success: _ => new SystemMessagesRemoved(true), failure: _ => new SystemMessagesRemoved(false));
    }

    /// <param name="mustComeAgain">Something went wrong: the next tick tries again.</param>
    /// <param name="isUrgent">What waits now need not wait for a tick.</param>
    void End(bool mustComeAgain, bool isUrgent)
    {
        _isUnderWay = false;
        _isWanted |= mustComeAgain;
        if (_isWanted && isUrgent)
            Begin();
    }
}

/// <summary>Something may wait for the log.</summary>
sealed class WakeSystemDesk : INoSerializationVerificationNeeded, IDeadLetterSuppression
{
    public static readonly WakeSystemDesk Instance = new();
}
