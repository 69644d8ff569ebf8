using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage.Sqlite;

/// <summary>Goes through the log from its end, which needs no index: rows are appended nearly in the order of their times.</summary>
static class LogWalk
{
    const int PageSize = 1000;

    /// <summary>How late a row may be appended after it got its time; longer than any time-out of a write.</summary>
    const long SlackMilliseconds = 60_000;

    sealed class WalkRow
    {
        public long Id { get; init; }

        public long Node { get; init; }

        public int A { get; init; }

        public int B { get; init; }

        public long Ts { get; init; }
    }

    /// <inheritdoc cref="SqlDialect.TouchedSinceAsync" />
    public static async Task<List<ConversationId>> TouchedSinceAsync(IChatDatabase database, long incarnation, long ts)
    {
        var touched = new HashSet<ConversationId>();
        var below = long.MaxValue;
        while (true)
        {
            // Rows are appended nearly in the order of their times: a page that is old throughout ends the walk.
            var page = await ReadBackwardsAsync(database, below);
            touched.UnionWith(page.Where(row => row.Node == incarnation && row.Ts >= ts).Select(row => ConversationId.FromStored(row.A, row.B)));
            if (page.Count < PageSize || page.TrueForAll(row => row.Ts < ts - SlackMilliseconds))
                return [.. touched];
            below = page[^1].Id;
        }
    }

    static Task<List<WalkRow>> ReadBackwardsAsync(IChatDatabase database, long below) => database.ReadAsync(async connection =>
        (await connection.QueryAsync<WalkRow>(
            "SELECT id, a, b, ts, node FROM MessageLog WHERE id < @below ORDER BY id DESC LIMIT @limit",
            new { below, limit = PageSize })).AsList());
}
