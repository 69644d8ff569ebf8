using Chat.Node.Storage;

namespace Chat.Node.Users;

/// <summary>How much of the offline queue goes to a session at once: a page may travel to another node in one message. Pure.</summary>
static class OfflinePages
{
    public const int MaxRows = 100;

    /// <summary>Far below the largest message between nodes (1 MiB), whatever the largest row is.</summary>
    const int MaxBytes = 384 * 1024;

    /// <summary>The rows from the front that fit, at least one.</summary>
    public static IReadOnlyList<QueuedMessage> Cut(IReadOnlyList<QueuedMessage> rows)
    {
        var bytes = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            bytes += rows[i].Body.Length;
            if (bytes > MaxBytes && i > 0)
                return [.. rows.Take(i)];
        }

        return rows;
    }

    /// <summary>
    /// The rows in pages in each of which ids rise, and over which the numbers of every conversation do: what was taken over from another
    /// server may be queued behind later messages.
    /// </summary>
    public static List<IReadOnlyList<QueuedMessage>> InOrder(IReadOnlyList<QueuedMessage> rows)
    {
        var numbered = rows.Where(row => row is { Conversation: not null, Seq: > 0 }).GroupBy(row => row.Conversation!.Value)
            .ToDictionary(own => own.Key, own => new Queue<QueuedMessage>(own.OrderBy(row => row.Seq)));
        var pages = new List<IReadOnlyList<QueuedMessage>>();
        var page = new List<QueuedMessage>();
        foreach (var place in rows)
        {
            var row = place is { Conversation: { } conversation, Seq: > 0 } ? numbered[conversation].Dequeue() : place;
            if (page.Count > 0 && row.Id < page[^1].Id)
            {
                pages.Add(page);
                page = [];
            }

            page.Add(row);
        }

        if (page.Count > 0)
            pages.Add(page);
        return pages;
    }
}
