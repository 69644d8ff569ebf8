using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>A conversation as the walk finds it.</summary>
/// <param name="Id">Which.</param>
/// <param name="KeepDays">What its group says; 0: nothing.</param>
/// <param name="Floor">Messages below it are gone.</param>
/// <param name="IsUnclean">Something below the floor is still to be emptied.</param>
/// <param name="Oldest">When the first message that is there was sent, in milliseconds since 1970, UTC; null: there is none.</param>
/// <param name="OldestEmptied">The same of the first row that may be deleted.</param>
/// <param name="GroupDeleted">When its group was deleted, in milliseconds since 1970, UTC; null: it was not.</param>
sealed record KeptConversation(ConversationId Id, int KeepDays, long Floor, bool IsUnclean, long? Oldest, long? OldestEmptied, long? GroupDeleted);

/// <summary>Who goes through all conversations for messages that were kept long enough: one node at a time, and another one goes on where it has stopped.</summary>
sealed class RetentionWalks(IChatDatabase database, NodeIdentity node)
{
    /// <summary>Conversations that are read at once.</summary>
    public const int PageSize = 100;

    /// <summary>From the end of a walk to the begin of the next one.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(30);

    /// <summary>How long a node has the right to walk, after each step.</summary>
    static readonly TimeSpan Held = TimeSpan.FromMinutes(5);

    sealed class WalkRow
    {
        public long Holder { get; init; }

        public long Held { get; init; }

        public int A { get; init; }

        public int B { get; init; }

        public long Due { get; init; }
    }

    sealed class KeptRow
    {
        public int A { get; init; }

        public int B { get; init; }

        public long KeepDays { get; init; }

        public long Floor { get; init; }

        public long CleanedTo { get; init; }

        public long? Oldest { get; init; }

        public long? Emptied { get; init; }

        public long? Deleted { get; init; }
    }

    /// <summary>Whether some group says how long or was deleted, or something was taken away before.</summary>
    public Task<bool> IsNeededAsync() => database.ReadAsync(async connection => await connection.ExecuteScalarAsync<long>(
        """
        SELECT CASE WHEN EXISTS (SELECT 1 FROM GroupPolicy WHERE keep_days > 0) OR EXISTS (SELECT 1 FROM ConversationFloor WHERE a >= 0)
            OR EXISTS (SELECT 1 FROM DeletedGroup WHERE groupid > 0) THEN 1 ELSE 0 END
        """) > 0);

    /// <summary>The next conversations of a walk; null: another node walks, or it is not time. An empty page is the end, which is noted.</summary>
    /// <param name="now">Milliseconds since 1970, UTC.</param>
    public async Task<List<KeptConversation>?> NextAsync(long now)
    {
        var page = await database.WriteAsync<List<ConversationId>?>(async (connection, transaction) =>
        {
            // The lock comes with the first write: two nodes never go on from the same place.
            if (await connection.ExecuteAsync("UPDATE RetentionWalk SET id = 1 WHERE id = 1", transaction: transaction) == 0)
                await connection.ExecuteAsync("REPLACE INTO RetentionWalk (id, holder, held_until, a, b, due) VALUES (1, 0, 0, 0, 0, 0)", transaction: transaction);
            var walk = await connection.QuerySingleAsync<WalkRow>("SELECT holder, held_until AS held, a, b, due FROM RetentionWalk WHERE id = 1", transaction: transaction);
            if (walk.Due > now || (walk.Holder != node.Incarnation && walk.Held > now))
                return null;
            var rows = (await connection.QueryAsync<(int A, int B)>(
                "SELECT a, b FROM Conversation WHERE a >= @A AND (a > @A OR b > @B) ORDER BY a, b LIMIT @PageSize", new { walk.A, walk.B, PageSize }, transaction)).AsList();
            var (lastA, lastB) = rows.Count > 0 ? rows[^1] : (0, 0);
            var (until, due) = rows.Count > 0 ? (now + (long)Held.TotalMilliseconds, 0L) : (0L, now + (long)Pause.TotalMilliseconds);
            await connection.ExecuteAsync(
                "UPDATE RetentionWalk SET holder = @Incarnation, held_until = @until, a = @lastA, b = @lastB, due = @due WHERE id = 1",
                new { node.Incarnation, until, lastA, lastB, due }, transaction);
            return [.. rows.Where(each => StoredNumbers.Conversation(each.A, each.B) is not null).Select(each => ConversationId.FromStored(each.A, each.B))];
        });
        if (page is null)
            return null;
        return page.Count > 0 ? await ReadAsync(page) : [];
    }

    Task<List<KeptConversation>> ReadAsync(List<ConversationId> page) => database.ReadAsync(async connection =>
        (await connection.QueryAsync<KeptRow>(database.Dialect.KeptConversations, new { ids = SqlDialect.PairsOf(page) }))
            .Select(row => new KeptConversation(ConversationId.FromStored(row.A, row.B), (int)row.KeepDays, row.Floor, row.CleanedTo < row.Floor, row.Oldest, row.Emptied, row.Deleted)).ToList());
}
