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

/// <summary>The answer to a mark; <c>Head</c> is the last number of the conversation.</summary>
readonly record struct MarkVerdict(MarkOutcome Outcome, long Head);

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

    public ConversationId Conversation => ConversationId.FromStored(A, B);

    /// <summary>Something is marked that was never said.</summary>
    public bool IsImpossible => QueuedTo > Head || ReceivedTo > Head || ReadTo > Head;

    public MarkVerdict Judge(DeliveryMark mark) => new(
        TakesPart == 0 ? MarkOutcome.NotYours
            : Math.Max(mark.ReceivedTo, mark.ReadTo) > Head ? MarkOutcome.AboveHead
            : MarkOutcome.Stored,
        Head);

    public DeliveryMark ToMark() => new(UserId, Conversation, Trusted(QueuedTo, Head), Trusted(ReceivedTo, Head), Math.Min(ReadTo, Head));

    /// <summary>A mark above the head says nothing of what a user has: the messages up to it may have come after it.</summary>
    public static long Trusted(long mark, long head) => mark <= head ? mark : 0;
}
