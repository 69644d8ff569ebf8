using Chat.Protocol;

namespace Chat.Node.Storage;

/// <summary>A message as it is before a change: its row in the log, and what has become of it so far (<c>Rev</c> is 0 if nothing has).</summary>
sealed class StoredMessage
{
    public long Seq { get; init; }

    public int Sender { get; init; }

    /// <summary>When it was sent.</summary>
    public long Ts { get; init; }

    public byte[] Body { get; set; } = [];

    /// <summary>What it refers to, as it is stored before the change.</summary>
    public byte[]? Refs { get; init; }

    /// <summary>What it refers to.</summary>
    public MessageReferences References
    {
        get => field ??= MessageReferences.Parse(Refs);
        set;
    }

    public long Rev { get; set; }

    /// <summary>When it was last changed.</summary>
    public long Changed { get; set; }

    public long Edited { get; set; }

    public int RecalledBy { get; set; }

    public long Recalled { get; set; }

    public long Pinned { get; set; }

    public bool IsRecalled => RecalledBy > 0;

    /// <summary>How many users have reacted with what.</summary>
    public Dictionary<string, int> Reactions { get; } = new(StringComparer.Ordinal);

    /// <summary>What those have reacted with who want to change something.</summary>
    public HashSet<(int UserId, string Emoji)> Own { get; } = [];
}

/// <summary>What changes of a conversation are judged by.</summary>
/// <param name="Rev">Of the newest change. It was read before the rest: so nothing that came between is taken for older.</param>
/// <param name="Messages">Those that are to be changed, as far as they are in the log.</param>
/// <param name="Roles">Of a group, the members among those who want to change something.</param>
sealed record ChangeBasis(long Rev, IReadOnlyDictionary<long, StoredMessage> Messages, IReadOnlyDictionary<int, string> Roles)
{
    /// <summary>Up to where users have cleared the conversation; of others nothing.</summary>
    public IReadOnlyDictionary<int, long> HiddenTo { get; init; } = new Dictionary<int, long>();
}

/// <summary>A reaction that is to be there, or no longer.</summary>
readonly record struct ReactionWrite(long Seq, int UserId, string Emoji, bool IsThere);

/// <summary>Changes of one conversation that are written together. Each message in it has a rev of its own, one after the other.</summary>
/// <param name="Conversation">Which.</param>
/// <param name="BasisRev">The newest rev when they were judged: if it is another one by now, nothing is written.</param>
/// <param name="Ts">Milliseconds since 1970, UTC.</param>
/// <param name="Messages">As they are to be.</param>
/// <param name="Rewritten">Those of them whose text is another one.</param>
/// <param name="Reactions">What becomes of reactions.</param>
sealed record ChangeSet(
    ConversationId Conversation, long BasisRev, long Ts, IReadOnlyList<StoredMessage> Messages, IReadOnlySet<long> Rewritten, IReadOnlyList<ReactionWrite> Reactions);
