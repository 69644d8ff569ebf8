using Chat.Protocol;

namespace Chat.Node.Storage;

/// <summary>The verdict on a mark.</summary>
enum MarkOutcome
{
    Stored,

    /// <summary>It is above the last number of the conversation.</summary>
    AboveHead,

    /// <summary>The user takes no part in the conversation, or there is no such conversation.</summary>
    NotYours,
}

/// <summary>How far a user has received and read a conversation, as others may see it: <c>Received</c> is never below <c>Read</c>.</summary>
readonly record struct ReceiptMark(long Received, long Read);

/// <summary>
/// The answer to a mark; <c>Head</c> is the last number of the conversation. Of a stored mark <c>Receipt</c> is how far the user is with it, where that is news
/// to others; else it is null.
/// </summary>
readonly record struct MarkVerdict(MarkOutcome Outcome, long Head, ReceiptMark? Receipt = null)
{
    /// <summary>What a group's watchers are told: how far others see the user to have read; null: no news to them.</summary>
    public long? ShownRead { get; init; }

    /// <summary>The user has read further than before, or is to see the conversation as unread no longer: news to the user's other devices.</summary>
    public bool IsNewsToDevices { get; init; }
}

/// <summary>The facts in the database about a user and a conversation, by which a mark is judged. Pure.</summary>
sealed class MarkStanding
{
    public int UserId { get; init; }

    public int A { get; init; }

    public int B { get; init; }

    /// <summary>The last number in the log; 0 if there is none.</summary>
    public long Head { get; init; }

    /// <summary>1 for a member of an existing group, and for one of two existing users.</summary>
    public long TakesPart { get; init; }

    public long QueuedTo { get; init; }

    public long ReceivedTo { get; init; }

    public long ReadTo { get; init; }

    /// <summary>How far others see that the user has read; null: as far as <see cref="ReadTo"/>.</summary>
    public long? ShownTo { get; init; }

    /// <summary>1 if others are not to see how far the user reads from now on.</summary>
    public long HidesRead { get; init; }

    /// <summary><see cref="ConversationFlags"/>.</summary>
    public long Flags { get; init; }

    /// <summary>1 if one of two users has blocked the other.</summary>
    public long IsBlocked { get; init; }

    public ConversationId Conversation => ConversationId.FromStored(A, B);

    /// <summary>Something is marked that was never said, or a number is below 0.</summary>
    public bool IsImpossible => !IsPossible(QueuedTo, Head) || !IsPossible(ReceivedTo, Head) || !IsPossible(ReadTo, Head);

    /// <summary>How far others see that the user has read.</summary>
    public long ShownRead => Seen(ReceivedTo, ReadTo, ShownTo, Head).Read;

    public MarkVerdict Judge(DeliveryMark mark)
    {
        if (TakesPart == 0)
            return new MarkVerdict(MarkOutcome.NotYours, Head);
        if (Math.Max(mark.ReceivedTo, mark.ReadTo) > Head)
            return new MarkVerdict(MarkOutcome.AboveHead, Head);
        var news = NewsOf(mark);
        return new MarkVerdict(MarkOutcome.Stored, Head, news)
        {
            ShownRead = news?.Read > ShownRead ? news.Value.Read : null,
            IsNewsToDevices = mark.ReadTo > TrustedRead(ReadTo, Head) || (mark.ReadTo > 0 && ((ConversationFlags)Flags).HasFlag(ConversationFlags.MarkedUnread)),
        };
    }

    public DeliveryMark ToMark() => new(UserId, Conversation, Trusted(QueuedTo, Head), Trusted(ReceivedTo, Head), TrustedRead(ReadTo, Head));

    /// <summary>A mark above the head says nothing of what a user has: the messages up to it may have come after it.</summary>
    public static long Trusted(long mark, long head) => IsPossible(mark, head) ? mark : 0;

    /// <summary>Who has read above the head has read all that is there.</summary>
    public static long TrustedRead(long mark, long head) => Math.Clamp(mark, 0, head);

    /// <summary>
    /// How far a user is, as others may see it. Who has read a message has received it, whatever the devices have said. While one of two has blocked the other it
    /// stays at what was read before: what came on a device since would tell when the user was there.
    /// </summary>
    public static ReceiptMark Seen(long receivedTo, long readTo, long? shownTo, long head, bool isBlocked = false)
    {
        var read = TrustedRead(readTo, head);
        var shown = shownTo is { } limit ? Math.Clamp(limit, 0, read) : read;
        return new ReceiptMark(isBlocked ? shown : Math.Max(Trusted(receivedTo, head), shown), shown);
    }

    ReceiptMark? NewsOf(DeliveryMark mark)
    {
        var before = Seen(ReceivedTo, ReadTo, ShownTo, Head);
        var isRead = mark.ReadTo > TrustedRead(ReadTo, Head);
        var after = new ReceiptMark(Math.Max(before.Received, mark.ReceivedTo), isRead && HidesRead == 0 ? mark.ReadTo : before.Read);
        after = after with { Received = Math.Max(after.Received, after.Read) };
        return after == before || IsBlocked != 0 ? null : after;
    }

    static bool IsPossible(long mark, long head) => mark >= 0 && mark <= head;
}
