using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Storage;

/// <summary>
/// A message on its way into the log, or out of it. <c>Body</c> is the canonical object of <see cref="ChatBody"/>; <c>Node</c> is
/// the incarnation that wrote it, of a row that was read.
/// </summary>
sealed record LogRow(ConversationId Conversation, long Seq, int Sender, string Cmid, long Ts, ReadOnlyMemory<byte> Body, long Node = 0)
{
    /// <summary>How many system messages there are up to here: the rest are texts, which count as unread.</summary>
    public long Systems { get; init; }

    /// <summary>Nobody has sent it: it tells what has become of a group.</summary>
    public bool IsSystem => Sender == 0;

    /// <summary>What the column n says; null is the usual case.</summary>
    public long? StoredTexts => Systems == 0 ? null : Seq - Systems;

    /// <summary>The same as <see cref="Systems"/>, from what the column n says.</summary>
    public static long SystemsTo(long seq, long? texts) => texts is { } n ? Math.Clamp(seq - n, 0, seq) : 0;

    /// <summary>What it refers to (<see cref="MessageReferences.ToBytes"/>); empty: nothing. In tables of its own, so that other messages cost nothing more.</summary>
    public ReadOnlyMemory<byte> References { get; init; }

    /// <summary>Until it is committed, if its way is recorded.</summary>
    public MessageSpan? Span { get; init; }
}

/// <summary>The outcome of writing a row.</summary>
enum AppendStatus
{
    /// <summary>Committed.</summary>
    Written,

    /// <summary>The same sender and cmid are in the log already, under <see cref="AppendOutcome.Seq"/>.</summary>
    Duplicate,

    /// <summary>The number is taken by another message: somebody else writes this conversation, or its head is not known.</summary>
    Conflict,

    /// <summary>The row was not written, or nobody knows.</summary>
    Unknown,

    /// <summary>The row was not written and never will be: a value does not fit.</summary>
    Refused,
}

/// <summary>The outcome for one row; <c>Seq</c> and <c>Ts</c> are those of the message in the log.</summary>
readonly record struct AppendOutcome(AppendStatus Status, long Seq = 0, long Ts = 0)
{
    public static readonly AppendOutcome Unknown = new(AppendStatus.Unknown);
    public static readonly AppendOutcome Conflict = new(AppendStatus.Conflict);
    public static readonly AppendOutcome Refused = new(AppendStatus.Refused);

    public static AppendOutcome Written(LogRow row) => new(AppendStatus.Written, row.Seq, row.Ts);

    public static AppendOutcome Duplicate(long seq, long ts) => new(AppendStatus.Duplicate, seq, ts);
}

/// <summary>A row in the queue of the log with the one who waits for it.</summary>
readonly record struct PendingAppend(LogRow Row, AppendReceiver Receiver);

/// <summary>
/// Told once for each row, in the order of a conversation's rows, from any thread. The log stops it at the first row
/// that was not written; its owner goes on with a new one.
/// </summary>
sealed class AppendReceiver(Action<AppendReceiver, LogRow, AppendOutcome> onSettled)
{
    volatile bool _isStopped;

    public bool IsStopped => _isStopped;

    public void Stop() => _isStopped = true;

    public void Settle(LogRow row, AppendOutcome outcome) => onSettled(this, row, outcome);
}
