using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Delivery;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Conversations;

/// <summary>
/// A conversation's way into the log. What became of a row comes back as <see cref="RowSettled"/>. The conversation's slot says from when
/// on rows may be unfinished.
/// </summary>
sealed class LogWriter
{
    readonly MessageLog _log;
    readonly FanOutWatermarks _watermarks;
    readonly FanOutWatermarks.Slot _slot;
    readonly IActorRef _self;
    AppendReceiver _receiver;

    public LogWriter(MessageLog log, FanOutWatermarks watermarks, ConversationId id, IActorRef self)
    {
        _log = log;
        _watermarks = watermarks;
        _slot = watermarks.Open(id);
        _self = self;
        _receiver = ReceiverOf(self);
    }

    /// <summary>From when on rows may be unfinished.</summary>
    public long OldestTs => _slot.OldestTs;

    public bool TryAppend(LogRow row)
    {
        // The slot is set before the row can be anywhere, so that the node's mark never passes it.
        if (_slot.OldestTs == long.MaxValue)
            _slot.OldestTs = row.Ts;
        return _log.TryAppend(row, _receiver);
    }

    /// <summary>Whether a row is not of an earlier life.</summary>
    public bool IsOfThisLife(RowSettled settled) => ReferenceEquals(settled.Receiver, _receiver);

    /// <summary>Rows that were given up are of an earlier life from now on.</summary>
    public void StartNewLife() => _receiver = ReceiverOf(_self);

    /// <summary>While nobody knows what became of a row, the slot stays where it is: the row may be in the log.</summary>
    /// <param name="isKnown">Whether it is known of all rows.</param>
    /// <param name="oldestTs">The oldest that is on its way to its receivers.</param>
    public void Touch(bool isKnown, long oldestTs) => _slot.OldestTs = isKnown ? oldestTs : Math.Min(_slot.OldestTs, oldestTs);

    /// <summary>This life ends; what is open is somebody else's now.</summary>
    public void Stop(bool isFinished)
    {
        if (isFinished)
            _watermarks.Close(_slot.Conversation);
        else
            _slot.IsAbandoned = true;
    }

    static AppendReceiver ReceiverOf(IActorRef self) =>
        new((receiver, row, outcome) => self.Tell(new RowSettled(row, outcome, receiver)));
}
