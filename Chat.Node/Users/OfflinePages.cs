using Chat.Node.Storage;

namespace Chat.Node.Users;

/// <summary>How much of the offline queue goes to a session at once: a page may travel to another node in one message. Pure.</summary>
static class OfflinePages
{
    public const int MostRows = 100;

    /// <summary>Far below the largest message between nodes (1 MiB), whatever the largest row is.</summary>
    const int MostBytes = 384 * 1024;

    /// <summary>The rows from the front that fit, at least one.</summary>
    public static IReadOnlyList<QueuedMessage> Cut(IReadOnlyList<QueuedMessage> rows)
    {
        var bytes = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            bytes += rows[i].Body.Length;
            if (bytes > MostBytes && i > 0)
                return [.. rows.Take(i)];
        }

        return rows;
    }
}
