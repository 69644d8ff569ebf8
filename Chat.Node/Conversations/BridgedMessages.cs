using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Conversations;

/// <summary>A message of which other servers may send copies: one per receiver.</summary>
sealed class CopiedMessage(string digest, int occurrence, string cmid)
{
    public string Digest => digest;

    /// <summary>Which of equal messages it is; 0 of a row that another node of ours wrote.</summary>
    public int Occurrence => occurrence;

    public string Cmid => cmid;

    /// <summary>Its row in the log; null while it is on its way there.</summary>
    public AcceptedMessage? Logged { get; set; }

    /// <summary>Whether this life of the conversation has logged it; else members may have had it before.</summary>
    public bool IsOfThisLife { get; init; }

    public bool IsForgotten { get; set; }

    /// <summary>Who has had a copy.</summary>
    public HashSet<int> Claimed { get; } = [];

    /// <summary>A row that was found in the log, and that other servers may send copies of; null if it is none.</summary>
    public static CopiedMessage? Of(LogRow row, INodeDirectory nodes)
    {
        var id = row.Conversation;
        if (ImportId.IsImport(row.Cmid))
            return id.IsGroup ? new CopiedMessage(ImportId.DigestOf(row.Cmid), ImportId.OccurrenceOf(row.Cmid), row.Cmid) { Logged = AcceptedMessage.Of(row) } : null;
        return !row.IsSystem && nodes.UnclusteredNodes.Contains(row.Node) && BridgedChat.TryRead(row.Body, id.IsGroup ? row.Sender : id.Other(row.Sender), row.Ts, out var chat) is null
            ? new CopiedMessage(Convert.ToHexStringLower(chat!.Digest.Span), 0, row.Cmid) { Logged = AcceptedMessage.Of(row) }
            : null;
    }
}

/// <summary>
/// Tells copies of one message from equal messages: a member's second copy is another message, and another member's first copy is
/// the same. Remembers the newest messages. Pure.
/// </summary>
sealed class BridgedMessages
{
    const int MaxRemembered = 512;

    readonly Dictionary<string, List<CopiedMessage>> _byDigest = new(StringComparer.Ordinal);
    readonly Queue<CopiedMessage> _order = new();

    public void Add(CopiedMessage message)
    {
        if (!_byDigest.TryGetValue(message.Digest, out var equal))
            _byDigest[message.Digest] = equal = [];
        if (equal.Exists(known => known.Cmid == message.Cmid && known.Occurrence == message.Occurrence && known.Logged?.Seq == message.Logged?.Seq))
            return;
        equal.Add(message);
        _order.Enqueue(message);
        while (_order.Count > MaxRemembered && _order.Peek() is { } oldest && (oldest.IsForgotten || oldest.Logged is not null))
            Remove(_order.Dequeue());
    }

    /// <summary>The message of a cmid.</summary>
    public CopiedMessage? Find(string cmid) =>
        ImportId.IsImport(cmid) && _byDigest.TryGetValue(ImportId.DigestOf(cmid), out var equal) ? equal.Find(known => known.Cmid == cmid) : null;

    /// <summary>It did not get into the log: its copies come again.</summary>
    public void Remove(CopiedMessage message)
    {
        message.IsForgotten = true;
        if (!_byDigest.TryGetValue(message.Digest, out var equal))
            return;
        equal.Remove(message);
        if (equal.Count == 0)
            _byDigest.Remove(message.Digest);
    }

    /// <summary>The message that a member's copy is of, which is the member's from now on; null if there is none yet.</summary>
    /// <param name="member">Whose copy it is.</param>
    /// <param name="digest">Of what the other server sent.</param>
    /// <param name="hadTo">
    /// What an earlier life of the conversation brought to the member: everything up to this number. Says nothing of a row that another
    /// node wrote: it takes the row as delivered when it has sent the copy.
    /// </param>
    public CopiedMessage? Claim(int member, string digest, long hadTo)
    {
        if (!_byDigest.TryGetValue(digest, out var equal))
            return null;
        var message = equal.Find(known => !known.Claimed.Contains(member)
            && (known.IsOfThisLife || known.Occurrence == 0 || known.Logged is null || known.Logged.Seq > hadTo));
        message?.Claimed.Add(member);
        return message;
    }

    /// <summary>The number of the next message that is equal to those before.</summary>
    public int NextOccurrence(string digest) =>
        _byDigest.TryGetValue(digest, out var equal) ? equal.Max(known => known.Occurrence) + 1 : 1;
}
