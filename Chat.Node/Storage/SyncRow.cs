using Chat.Protocol;

namespace Chat.Node.Storage;

/// <summary>A conversation of a user as it stands: its newest message, the user's marks, and the newest change.</summary>
sealed class SyncRow
{
    public long A { get; init; }

    public long B { get; init; }

    /// <summary>Of rows that are one.</summary>
    public ConversationId Conversation => StoredNumbers.Conversation(A, B) ?? throw new InvalidOperationException($"({A}, {B}) is no conversation");

    public long Head { get; init; }

    /// <summary>How many of its numbers are of texts; null: all are.</summary>
    public long? N { get; init; }

    /// <summary>How many system messages there are up to the head.</summary>
    public long Systems => LogRow.SystemsTo(Head, N);

    /// <summary>And how many up to <see cref="ReadFrom"/>.</summary>
    public long SystemsRead { get; set; }

    /// <summary>When the newest message was sent.</summary>
    public long Ts { get; init; }

    /// <summary>Who has sent it.</summary>
    public long Sender { get; init; }

    public long ReceivedTo { get; init; }

    public long ReadTo { get; init; }

    public long Updated { get; init; }

    /// <summary>The user has cleared the conversation up to here.</summary>
    public long HiddenTo { get; init; }

    /// <summary>The first number that a member sees who came later; 0: everything.</summary>
    public long JoinSeq { get; init; }

    /// <summary>Nobody is shown what is up to here: it was kept long enough.</summary>
    public long RemovedTo { get; init; }

    /// <summary>When that was said last, in milliseconds since 1970, UTC.</summary>
    public long Removed { get; init; }

    /// <summary>Nothing up to here is shown to the user.</summary>
    public long UnseenTo => Math.Max(Math.Max(HiddenTo, JoinSeq - 1), RemovedTo);

    public long Flags { get; init; }

    public bool IsArchived => Has(ConversationFlags.Archived);

    public bool IsMarkedUnread => Has(ConversationFlags.MarkedUnread);

    /// <summary>Which start of a node has logged the newest message, see <see cref="NodeRow.Started"/>.</summary>
    public long Started { get; init; }

    /// <summary>Of its newest change; 0 if no message of it was changed.</summary>
    public long Rev { get; init; }

    /// <summary>When that was.</summary>
    public long Changed { get; init; }

    /// <summary>Messages below this number are not shown to the user; 0: all are.</summary>
    public long Floor => UnseenTo > 0 ? Math.Min(UnseenTo, Head) + 1 : 0;

    /// <summary>What counts as read: behind it messages may be unread.</summary>
    public long ReadFrom => Math.Max(MarkStanding.TrustedRead(ReadTo, Head), Math.Max(0, Floor - 1));

    bool Has(ConversationFlags flag) => ((ConversationFlags)Flags & flag) != ConversationFlags.None;

    /// <summary>
    /// How many messages of others the user has not read. Who has sent the last one has read what is before it, even if the mark that says so is
    /// still on its way.
    /// </summary>
    public long UnreadOf(int userId) => Sender == userId ? 0 : Math.Max(0, Head - Systems - (ReadFrom - SystemsRead));
}
