using System.Data.Common;
using System.Text;
using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>
/// Takes away what was kept long enough. First the floor of a conversation is raised: from then on nobody is shown what is below, and endpoints that lack it are
/// told of the gap. Then contents go, some messages at a time, and much later the rows: until then they recognise messages that are sent again. The row next
/// below the floor stays, so that numbers go on behind it. Each step is a transaction that another node, or another start, goes on behind.
/// </summary>
sealed class RetentionStore(IChatDatabase database, WebhookOutbox outbox, TimeProvider clock)
{
    /// <summary>Messages that are emptied, or rows that are deleted, in one transaction.</summary>
    public const int AtOnce = 100;

    /// <summary>Users of whose queues something is deleted in one transaction.</summary>
    public const int UsersAtOnce = 500;

    /// <summary>What is left of a message, so that a node that knows of no floor finds an object.</summary>
    const string Emptied = """{"msg":""}""";

    readonly RetentionGaps _gaps = new(outbox);

    sealed class FloorRow
    {
        public long Floor { get; init; }

        public long CleanedTo { get; init; }

        public long DeletedTo { get; init; }
    }

    sealed class PlaceRow
    {
        public long Seq { get; init; }

        public long Ts { get; init; }
    }

    sealed class ReferenceRow
    {
        public long Seq { get; init; }

        public int Sender { get; init; }

        public byte[]? Refs { get; init; }
    }

    /// <summary>The smallest number from one on that is not older than a time; behind the last one, if all are. Times of a conversation never go back.</summary>
    public Task<long> FirstSinceAsync(ConversationId id, long from, long ts) => database.ReadAsync(async connection =>
    {
        var head = StoredNumbers.OrZero(await connection.ExecuteScalarAsync<long?>(
            "SELECT seq FROM MessageLog WHERE a = @A AND b = @B AND seq BETWEEN 1 AND 9007199254740991 ORDER BY seq DESC LIMIT 1", new { id.A, id.B }));
        var (low, high) = (from, Math.Max(from, head + 1));
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            var row = await connection.QueryFirstOrDefaultAsync<PlaceRow>(
                "SELECT seq, ts FROM MessageLog WHERE a = @A AND b = @B AND seq BETWEEN @middle AND @head ORDER BY seq LIMIT 1", new { id.A, id.B, middle, head });
            if (row is null || row.Ts >= ts)
                high = middle;
            else
                low = row.Seq + 1;
        }

        return low;
    });

    /// <summary>From now on nobody is shown what is below. A floor never goes down.</summary>
    public Task<bool> RaiseAsync(ConversationId id, long floor) => database.WriteAsync(async (connection, transaction) =>
    {
        var before = await LockAsync(connection, transaction, id);
        if (floor <= (before?.Floor ?? 1))
            return false;
        await connection.ExecuteAsync(
            before is null
                ? "INSERT INTO ConversationFloor (a, b, floor, changed, cleaned_to, deleted_to) VALUES (@A, @B, @floor, @now, 1, 1)"
                : "UPDATE ConversationFloor SET floor = @floor, changed = @now WHERE a = @A AND b = @B",
            new { id.A, id.B, floor, now = Now }, transaction);
        await _gaps.TellAsync(connection, transaction, id, before?.Floor ?? 1, floor);
        await connection.ExecuteAsync("DELETE FROM WebhookDeadLetter WHERE a = @A AND b = @B AND to_seq < @floor", new { id.A, id.B, floor }, transaction);
        await connection.ExecuteAsync("UPDATE WebhookDeadLetter SET from_seq = @floor WHERE a = @A AND b = @B AND from_seq < @floor", new { id.A, id.B, floor }, transaction);
        return true;
    });

    /// <summary>Users who may have something of a conversation in their queues, above an id, ascending.</summary>
    public Task<List<int>> UsersAsync(ConversationId id, int after) => database.ReadAsync(async connection => id.IsGroup
        ? (await connection.QueryAsync<int>(
            "SELECT DISTINCT userid FROM GroupUser WHERE groupid = @B AND userid > @after ORDER BY userid LIMIT @UsersAtOnce", new { id.B, after, UsersAtOnce })).AsList()
        : [.. new[] { id.A, id.B }.Distinct().Where(user => user > after)]);

    /// <summary>Takes what is below the floor out of the queues of users; who has left the group finds nothing of it either (<see cref="OfflineStore"/>).</summary>
    public Task ForgetQueuedAsync(ConversationId id, IReadOnlyCollection<int> users, long floor) => database.WriteAsync((connection, transaction) => connection.ExecuteAsync(
        "DELETE FROM OfflineMessage WHERE userid IN @users AND a = @A AND b = @B AND seq < @floor", new { users, id.A, id.B, floor }, transaction));

    /// <summary>Empties the next messages below the floor, with all that was kept of them. True: there are more.</summary>
    public Task<bool> CleanAsync(ConversationId id) => database.WriteAsync(async (connection, transaction) =>
    {
        if (await LockAsync(connection, transaction, id) is not { } place || place.CleanedTo >= place.Floor)
            return false;
        var (from, floor) = (place.CleanedTo, place.Floor);
        var to = await connection.ExecuteScalarAsync<long?>(
            "SELECT MAX(x.seq) FROM (SELECT seq FROM MessageLog WHERE a = @A AND b = @B AND seq >= @from AND seq < @floor ORDER BY seq LIMIT @AtOnce) x",
            new { id.A, id.B, from, floor, AtOnce }, transaction) ?? floor - 1;
        await ForgetReferencesAsync(connection, transaction, id, from, to);
        await ForgetStatesAsync(connection, transaction, id, from, to);
        await ForgetTokensAsync(connection, transaction, id, from, to);
        await connection.ExecuteAsync(
            "UPDATE MessageLog SET body = @body WHERE a = @A AND b = @B AND seq BETWEEN @from AND @to", new { body = Encoding.UTF8.GetBytes(Emptied), id.A, id.B, from, to }, transaction);
        await connection.ExecuteAsync("UPDATE ConversationFloor SET cleaned_to = @next WHERE a = @A AND b = @B", new { next = to + 1, id.A, id.B }, transaction);
        return to + 1 < floor;
    });

    /// <summary>Deletes the next rows that were emptied and are older than a time, but for the last one below the floor. True: there may be more.</summary>
    public Task<bool> DeleteAsync(ConversationId id, long ts) => database.WriteAsync(async (connection, transaction) =>
    {
        if (await LockAsync(connection, transaction, id) is not { } place)
            return false;
        var (from, end) = (place.DeletedTo, Math.Min(place.CleanedTo, place.Floor - 1));
        var to = await connection.ExecuteScalarAsync<long?>(
            "SELECT MAX(x.seq) FROM (SELECT seq, ts FROM MessageLog WHERE a = @A AND b = @B AND seq >= @from AND seq < @end ORDER BY seq LIMIT @AtOnce) x WHERE x.ts < @ts",
            new { id.A, id.B, from, end, AtOnce, ts }, transaction);
        if (to is null)
            return false;
        await connection.ExecuteAsync("DELETE FROM MessageLog WHERE a = @A AND b = @B AND seq BETWEEN @from AND @to", new { id.A, id.B, from, to }, transaction);
        await connection.ExecuteAsync("UPDATE ConversationFloor SET deleted_to = @next WHERE a = @A AND b = @B", new { next = to + 1, id.A, id.B }, transaction);
        return true;
    });

    long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Nobody else changes messages of the conversation, or its floor, until the transaction ends.</summary>
    async Task<FloorRow?> LockAsync(DbConnection connection, DbTransaction transaction, ConversationId id)
    {
        await connection.ExecuteAsync(database.Dialect.LockConversation, new { id.A, id.B }, transaction);
        return await connection.QuerySingleOrDefaultAsync<FloorRow>(
            "SELECT floor, cleaned_to AS cleanedto, deleted_to AS deletedto FROM ConversationFloor WHERE a = @A AND b = @B", new { id.A, id.B }, transaction);
    }

    /// <summary>Mentions, files, and what else messages refer to.</summary>
    async Task ForgetReferencesAsync(DbConnection connection, DbTransaction transaction, ConversationId id, long from, long to)
    {
        var rows = (await connection.QueryAsync<ReferenceRow>(
            """
            SELECT r.seq, l.sender, r.refs FROM MessageReference r JOIN MessageLog l ON l.a = r.a AND l.b = r.b AND l.seq = r.seq
            WHERE r.a = @A AND r.b = @B AND r.seq BETWEEN @from AND @to ORDER BY r.seq
            """,
            new { id.A, id.B, from, to }, transaction)).AsList();
        foreach (var row in rows)
        {
            var references = MessageReferences.Parse(row.Refs);
            int[] users = [.. StoredMentions.UsersOf(references, row.Sender)];
            if (users.Length > 0)
                await connection.ExecuteAsync("DELETE FROM Mention WHERE userid IN @users AND a = @A AND b = @B AND seq = @Seq", new { users, id.A, id.B, row.Seq }, transaction);
            if (references.Attachments.Count > 0)
                await FileStore.ReleaseAsync(connection, transaction, id, row.Seq, row.Sender, Now);
        }

        if (rows.Count > 0)
            await connection.ExecuteAsync("DELETE FROM MessageReference WHERE a = @A AND b = @B AND seq BETWEEN @from AND @to", new { id.A, id.B, from, to }, transaction);
    }

    /// <summary>The newest rev stays where it is, with nothing else: revs go on behind it.</summary>
    static async Task ForgetStatesAsync(DbConnection connection, DbTransaction transaction, ConversationId id, long from, long to)
    {
        var newest = await connection.ExecuteScalarAsync<long>("SELECT COALESCE(MAX(rev), 0) FROM MessageState WHERE a = @A AND b = @B", new { id.A, id.B }, transaction);
        if (newest == 0)
            return;
        await connection.ExecuteAsync("DELETE FROM Reaction WHERE a = @A AND b = @B AND seq BETWEEN @from AND @to", new { id.A, id.B, from, to }, transaction);
        await connection.ExecuteAsync(
            "DELETE FROM MessageState WHERE a = @A AND b = @B AND seq BETWEEN @from AND @to AND rev < @newest", new { id.A, id.B, from, to, newest }, transaction);
        await connection.ExecuteAsync(
            "UPDATE MessageState SET edited = 0, recalled_by = 0, recalled = 0, pinned = 0 WHERE a = @A AND b = @B AND seq BETWEEN @from AND @to", new { id.A, id.B, from, to }, transaction);
        await connection.ExecuteAsync("DELETE FROM WebhookChange WHERE a = @A AND b = @B AND seq BETWEEN @from AND @to", new { id.A, id.B, from, to }, transaction);
    }

    /// <summary>Who is about to index these messages finds another place of the cursor, and begins anew behind them.</summary>
    async Task ForgetTokensAsync(DbConnection connection, DbTransaction transaction, ConversationId id, long from, long to)
    {
        var search = database.Dialect.Search;
        await connection.ExecuteAsync(search.MakeCursor, new { id.A, id.B }, transaction);
        await connection.ExecuteAsync(search.LockCursor, new { id.A, id.B }, transaction);
        await connection.ExecuteAsync("UPDATE SearchCursor SET seq = @to WHERE a = @A AND b = @B AND seq < @to", new { to, id.A, id.B }, transaction);
        await connection.ExecuteAsync(search.ForgetTokens, new { id.A, id.B, from, to }, transaction);
    }
}
