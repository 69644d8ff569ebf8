using Chat.Node.Actors;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>What becomes of a push.</summary>
enum PushVerdict
{
    Write,

    /// <summary>The client has been shown it: only the receipt goes through the box.</summary>
    WriteReceipt,

    /// <summary>It was written before, and its receipt is still to come.</summary>
    UnderWay,

    /// <summary>It has left before, or the client has seen the gap: the user is told at once.</summary>
    Flushed,
}

/// <summary>When the user is told of what has left.</summary>
enum ReportTime
{
    Never,
    Now,
    Later,
}

/// <summary>
/// What one connection was given: of each conversation how far its pushes were written, have left, and were reported to the user. With a
/// history nobody waits for that report: it only lets the user and the conversation forget, so a session under load reports now and then,
/// for all that has left meanwhile. Without one acknowledgements wait for it. Pure.
/// </summary>
sealed class PushLedger
{
    /// <summary>Of one conversation no more than so many numbers are kept back.</summary>
    public const int MaxUnreported = 64;

    /// <summary>How far a conversation's pushes have been written to this connection, have left it, and have been reported to the user.</summary>
    sealed class PushedNumbers
    {
        public long Written;
        public long Flushed;
        public long Reported;
        public bool IsUnreported;

        /// <summary>Of a legacy client, which cannot recognise a repetition: the numbers that were written last, in whatever order.</summary>
        public ReplayWindow Shown;
    }

    /// <summary>How far the copies of one life of a conversation have been written, and have left.</summary>
    sealed class CopyNumbers(long incarnation)
    {
        public readonly long Incarnation = incarnation;
        public long Written;
        public long Flushed;

        /// <summary>The place in the log of the copy that was written last.</summary>
        public long LastSeq;
    }

    SmallMap<ConversationId, PushedNumbers> _pushed;
    SmallMap<ConversationId, CopyNumbers> _copies;
    Queue<ConversationId>? _unreported;
    long _reportedAt;
    bool _isReportDue;

    /// <summary>Set when a hello arrives.</summary>
    public bool IsModern { get; set; }

    /// <summary>The highest row of the offline queue without a number that was written to this connection.</summary>
    public long OfflineTo { get; private set; }

    /// <summary>The last number of a conversation that was written to this connection.</summary>
    public long WrittenTo(ConversationId conversation) => _pushed.TryGetValue(conversation, out var numbers) ? numbers.Written : 0;

    /// <summary>A push has come: notes that it is written, if it is to be.</summary>
    public PushVerdict TakePush(Push push)
    {
        if (push.IsSideLane)
            return TakeCopy(push);
        var message = push.Message;
        if (message.Seq == 0)
            return PushVerdict.Write;
        var numbers = NumbersOf(message.Conversation);
        // A repetition, after the user's actor moved. Strictly ascending: never write it twice.
        if (message.Seq <= numbers.Written)
            return message.Seq <= numbers.Flushed ? PushVerdict.Flushed : PushVerdict.UnderWay;
        numbers.Written = message.Seq;
        return IsModern || numbers.Shown.TryAdd(message.Seq)
            ? PushVerdict.Write
            : PushVerdict.WriteReceipt; // it came as a copy before
    }

    /// <summary>
    /// Pushes of other servers' messages, which come beside the order of the numbers. A modern client gets only what is above its last
    /// number, and fetches the rest by the gap; a legacy one knows no numbers and gets each that it has not been shown.
    /// </summary>
    PushVerdict TakeCopy(Push push)
    {
        var message = push.Message;
        if (!_copies.TryGetValue(message.Conversation, out var copies) || copies.Incarnation != push.Incarnation)
            _copies[message.Conversation] = copies = new CopyNumbers(push.Incarnation);
        if (push.Number <= copies.Written)
            return push.Number <= copies.Flushed ? PushVerdict.Flushed : PushVerdict.UnderWay;
        copies.Written = push.Number;
        if (message.Seq == 0)
            return PushVerdict.Write;
        var numbers = NumbersOf(message.Conversation);
        if (!IsModern)
            return numbers.Shown.TryAdd(message.Seq) ? PushVerdict.Write : PushVerdict.WriteReceipt;
        if (message.Seq > numbers.Written)
        {
            numbers.Written = copies.LastSeq = message.Seq;
            return PushVerdict.Write;
        }

        copies.Flushed = push.Number; // it has it, or has seen the gap
        return PushVerdict.Flushed;
    }

    /// <summary>
    /// Whether a row of the offline queue is to be written. After the user's actor moved a modern client fills holes itself, a legacy one is
    /// shown each that it has not seen.
    /// </summary>
    public bool TryTakeRow(QueuedMessage row)
    {
        if (row is not { Conversation: { } conversation, Seq: > 0 })
        {
            OfflineTo = Math.Max(OfflineTo, row.Id);
            return true;
        }

        var numbers = NumbersOf(conversation);
        if (!IsModern)
            return numbers.Shown.TryAdd(row.Seq);
        if (row.Seq <= numbers.Written)
            return false;
        numbers.Written = row.Seq;
        return true;
    }

    /// <summary>A push has left. The number that the user is told at once; 0 if it is told later.</summary>
    public long OnFlushed(in Receipt receipt)
    {
        var numbers = NumbersOf(receipt.Conversation);
        numbers.Flushed = Math.Max(receipt.Number, numbers.Flushed);
        // A legacy client acknowledges nothing: what its user is not told is given to it again if this node dies.
        if (!IsModern || numbers.Flushed - numbers.Reported >= MaxUnreported)
            return numbers.Reported = numbers.Flushed;
        if (!numbers.IsUnreported)
        {
            numbers.IsUnreported = true;
            (_unreported ??= new Queue<ConversationId>()).Enqueue(receipt.Conversation);
        }

        return 0;
    }

    /// <summary>
    /// A copy has left. The number up to which the user need not wait for pushes any more, or 0: a message in front of a copy that came
    /// only now was not written, since the client has seen the gap.
    /// </summary>
    public long OnCopyFlushed(in Receipt receipt)
    {
        if (!_copies.TryGetValue(receipt.Conversation, out var copies) || copies.Incarnation != receipt.Incarnation)
            return 0;
        copies.Flushed = receipt.Number;
        if (copies.Flushed < copies.Written || copies.LastSeq == 0)
            return 0;
        var numbers = NumbersOf(receipt.Conversation);
        return numbers.Flushed = Math.Max(numbers.Flushed, copies.LastSeq);
    }

    /// <summary>At once if the last report was a while ago, else when the clock says so: <see cref="OnReportDue"/>.</summary>
    public ReportTime NextReport(long now)
    {
        if (_unreported is not { Count: > 0 })
            return ReportTime.Never;
        if (now - _reportedAt >= FlushReportTimer.Interval.TotalMilliseconds)
            return ReportTime.Now;
        if (_isReportDue)
            return ReportTime.Never; // it is on its way
        _isReportDue = true;
        return ReportTime.Later;
    }

    public void OnReportDue() => _isReportDue = false;

    /// <summary>One after the other, what the user does not know to have left. False when there is no more, and the report is made.</summary>
    public bool TryTakeUnreported(long now, out ConversationId conversation, out long number)
    {
        while (_unreported is { Count: > 0 })
        {
            conversation = _unreported.Dequeue();
            var numbers = NumbersOf(conversation);
            numbers.IsUnreported = false;
            if (numbers.Reported >= numbers.Flushed)
                continue;
            number = numbers.Reported = numbers.Flushed;
            return true;
        }

        _reportedAt = now;
        (conversation, number) = (default, 0);
        return false;
    }

    /// <summary>Logged out: the next user has been given nothing.</summary>
    public void Clear()
    {
        _pushed.Clear();
        _copies.Clear();
        OfflineTo = 0;
    }

    PushedNumbers NumbersOf(ConversationId conversation)
    {
        if (!_pushed.TryGetValue(conversation, out var numbers))
            _pushed[conversation] = numbers = new PushedNumbers();
        return numbers;
    }
}
