using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>Who looks through all conversations for messages that the index lacks: one node at a time, and another one goes on where it has stopped.</summary>
sealed class SearchWalks(IChatDatabase database, NodeIdentity node)
{
    /// <summary>Conversations that are read at once.</summary>
    public const int PageSize = 100;

    /// <summary>How long a node has the right to walk, after each step.</summary>
    static readonly TimeSpan Held = TimeSpan.FromSeconds(60);

    sealed class WalkRow
    {
        public long Holder { get; init; }

        public long Held_Until { get; init; }

        public long Started { get; init; }

        public int A { get; init; }

        public int B { get; init; }

        public long Finished { get; init; }
    }

    /// <summary>When the last walk that came to its end had begun, in milliseconds since 1970, UTC; 0: there was none.</summary>
    public Task<long> FinishedAsync() => database.ReadAsync(connection => connection.ExecuteScalarAsync<long>("SELECT finished FROM SearchWalk WHERE id = 1"));

    /// <summary>The next conversations of a walk; null: another node walks. An empty page is the end, which is noted.</summary>
    /// <param name="now">Milliseconds since 1970, UTC.</param>
    public Task<List<ConversationId>?> NextAsync(long now) => database.WriteAsync<List<ConversationId>?>(async (connection, transaction) =>
    {
        // The lock comes with the first write: two nodes never go on from the same place.
        if (await connection.ExecuteAsync("UPDATE SearchWalk SET id = 1 WHERE id = 1", transaction: transaction) == 0)
            await connection.ExecuteAsync(database.Dialect.Search.MakeWalk, transaction: transaction);
        var walk = await connection.QuerySingleAsync<WalkRow>("SELECT holder, held_until, started, a, b, finished FROM SearchWalk WHERE id = 1", transaction: transaction);
        if (walk.Holder != node.Incarnation && walk.Held_Until > now)
            return null;
        var started = walk is { A: 0, B: 0 } ? now : walk.Started;
        var page = (await connection.QueryAsync<(int A, int B)>(
            "SELECT a, b FROM Conversation WHERE a >= @A AND (a > @A OR b > @B) ORDER BY a, b LIMIT @limit", new { walk.A, walk.B, limit = PageSize }, transaction)).AsList();
        var (lastA, lastB) = page.Count > 0 ? page[^1] : (0, 0);
        await connection.ExecuteAsync(
            "UPDATE SearchWalk SET holder = @Incarnation, held_until = @until, started = @started, a = @lastA, b = @lastB, finished = @finished WHERE id = 1",
            new
            {
                node.Incarnation,
                until = page.Count > 0 ? now + (long)Held.TotalMilliseconds : 0,
                started,
                lastA,
                lastB,
                finished = page.Count > 0 ? walk.Finished : started,
            }, transaction);
        return [.. page.Where(each => StoredNumbers.Conversation(each.A, each.B) is not null).Select(each => ConversationId.FromStored(each.A, each.B))];
    });
}
