using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>When the conversations are read, in milliseconds since 1970.</summary>
/// <param name="Now">By this node's clock.</param>
/// <param name="Slowest">By the slowest clock of the nodes at work: nothing is written any more with a time far before it.</param>
/// <param name="NewestStart">The last start of a node that was known before they were read.</param>
readonly record struct SyncMoment(long Now, long Slowest, long NewestStart);

/// <summary>One answer to a sync: what is news, oldest change first, as far as it fits; and the token that says so. Pure.</summary>
sealed record SyncPage(SyncToken Token, IReadOnlyList<ConversationEntry> Entries, bool HasMore)
{
    /// <summary>An entry in JSON and its trace in the token, at most.</summary>
    const int EntryBytes = 256;

    /// <summary>A trace alone, at most.</summary>
    const int TraceBytes = 60;

    /// <summary>Everything else in the frame, at most.</summary>
    const int EnvelopeBytes = 512;

    readonly record struct Change(SyncRow Row, SeenConversation Seen, long At, bool IsNews);

    /// <param name="rows">All conversations of the user.</param>
    /// <param name="since">What the device knows.</param>
    /// <param name="moment">When they were read.</param>
    /// <param name="maxFrameBytes">The largest object.</param>
    /// <param name="reader">The user, if the client is to be told how much is unread.</param>
    public static SyncPage Make(IReadOnlyList<SyncRow> rows, SyncToken? since, SyncMoment moment, int maxFrameBytes, int? reader = null)
    {
        var overlap = (long)SyncToken.Overlap.TotalMilliseconds;
        if (since is null || since.Watermark > moment.Now + overlap)
            since = new SyncToken(0, moment.NewestStart, []); // of a time to come: made up, or of a clock that was put back
        var max = Math.Max(1, (maxFrameBytes - 1024) / EntryBytes);
        var sorted = rows.Select(row => ChangeOf(row, since)).OrderBy(change => change.At).ToList();
        var news = sorted.Where(change => change.IsNews).ToList();
        var hasMore = news.Count > max;
        if (hasMore)
            news.RemoveRange(max, news.Count - max);
        var watermark = hasMore ? Math.Min(news[^1].At, moment.Now + overlap) : moment.Slowest - overlap;
        // Where they do not fit, the oldest are told once more.
        var known = sorted.Where(change => change.At >= watermark && !change.IsNews).TakeLast((maxFrameBytes - EnvelopeBytes - (news.Count * EntryBytes)) / TraceBytes);
        var recent = news.Where(change => change.At >= watermark).Concat(known).Select(change => change.Seen).ToList();
        return new SyncPage(
            new SyncToken(watermark, moment.NewestStart, recent),
            news.ConvertAll(change => EntryOf(change, reader)),
            hasMore);
    }

    static ConversationEntry EntryOf(Change change, int? reader)
    {
        var ((id, head, read, rev, floor), row) = (change.Seen, change.Row);
        var entry = new ConversationEntry(id, head, MarkStanding.Trusted(row.ReceivedTo, head), read, rev);
        return reader is { } userId ? entry with { Unread = row.UnreadOf(userId), Floor = floor } : entry;
    }

    static Change ChangeOf(SyncRow row, SyncToken since)
    {
        var seen = new SeenConversation(row.Conversation, row.Head, MarkStanding.TrustedRead(row.ReadTo, row.Head), StoredNumbers.OrZero(row.Rev), row.Floor);
        var at = Math.Max(StoredNumbers.OrZero(row.Ts), Math.Max(Math.Max(StoredNumbers.OrZero(row.Updated), StoredNumbers.OrZero(row.Removed)), StoredNumbers.OrZero(row.Changed)));
        return new Change(row, seen, at, since.IsNews(seen, at, StoredNumbers.OrZero(row.Started)));
    }
}
