using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>One answer to a sync: what is news, oldest change first, as far as it fits; and the token that says so. Pure.</summary>
sealed record SyncPage(SyncToken Token, IReadOnlyList<ConversationEntry> Entries, bool HasMore)
{
    /// <summary>An entry in JSON and its trace in the token, at most.</summary>
    const int EntryBytes = 160;

    public static SyncPage Make(IReadOnlyList<SyncRow> rows, SyncToken? since, long now, int maxFrameBytes)
    {
        var overlap = (long)SyncToken.Overlap.TotalMilliseconds;
        if (since is null || since.Watermark > now + overlap)
            since = new SyncToken(0, []); // of a time to come: made up, or of a clock that was put back
        var max = Math.Max(1, (maxFrameBytes - 1024) / EntryBytes);
        var sorted = rows.Select(row => (Row: row, ChangedAt: Math.Max(row.Ts, row.Updated), Seen: SeenOf(row)))
            .OrderBy(entry => entry.ChangedAt).ToList();
        var news = sorted.Where(entry => since.IsNews(entry.Seen, entry.ChangedAt)).ToList();
        var hasMore = news.Count > max;
        if (hasMore)
            news.RemoveRange(max, news.Count - max);
        var watermark = hasMore ? Math.Min(news[^1].ChangedAt, now + overlap) : now - overlap;
        var told = news.Select(entry => entry.Seen).ToHashSet();
        var recent = sorted
            .Where(entry => entry.ChangedAt >= watermark && (told.Contains(entry.Seen) || !since.IsNews(entry.Seen, entry.ChangedAt)))
            .Select(entry => entry.Seen)
            .ToList();
        return new SyncPage(
            new SyncToken(watermark, recent),
            news.ConvertAll(entry => new ConversationEntry(entry.Seen.Id, entry.Seen.Head, MarkStanding.Trusted(entry.Row.ReceivedTo, entry.Seen.Head), entry.Seen.Read)),
            hasMore);
    }

    static SeenConversation SeenOf(SyncRow row) => new(ConversationId.FromStored(row.A, row.B), row.Head, Math.Min(row.ReadTo, row.Head));
}
