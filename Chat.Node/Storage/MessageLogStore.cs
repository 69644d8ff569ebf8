using System.Data.Common;
using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>The newest row of a conversation.</summary>
sealed record LogHead(long Seq, long Ts, int Sender, string Cmid)
{
    /// <inheritdoc cref="LogRow.Systems" />
    public long Systems { get; init; }
}

/// <summary>Some rows of a conversation, ascending.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="IsCut">There may be more of them: these have as many bytes as were wanted.</param>
readonly record struct LogPage(List<LogRow> Rows, bool IsCut);

/// <summary>The statements of the message log.</summary>
sealed class MessageLogStore(IChatDatabase database, NodeIdentity node)
{
    /// <summary>The search for unfinished messages of a conversation goes no further back.</summary>
    const int MaxUnfinished = 10_000;

    /// <summary>Of a page, in one statement.</summary>
    const int RowsAtOnce = 128;

    const string Columns = "l.a, l.b, l.seq, l.sender, l.cmid, l.ts, l.body, l.node, l.n, r.refs";

    const string Above =
        $"""
        SELECT {Columns}
        FROM MessageLog l LEFT JOIN MessageReference r ON r.a = l.a AND r.b = l.b AND r.seq = l.seq
        WHERE l.a = @A AND l.b = @B AND l.seq BETWEEN 1 AND 9007199254740991
            AND l.seq >= COALESCE((SELECT f.floor FROM ConversationFloor f WHERE f.a = @A AND f.b = @B), 1) AND l.seq > @from ORDER BY l.seq LIMIT @limit
        """;

    const string Below =
        $"""
        SELECT {Columns}
        FROM MessageLog l LEFT JOIN MessageReference r ON r.a = l.a AND r.b = l.b AND r.seq = l.seq
        WHERE l.a = @A AND l.b = @B AND l.seq BETWEEN 1 AND 9007199254740991
            AND l.seq >= COALESCE((SELECT f.floor FROM ConversationFloor f WHERE f.a = @A AND f.b = @B), 1) AND l.seq < @from ORDER BY l.seq DESC LIMIT @limit
        """;

    sealed class LastRow
    {
        public int A { get; init; }

        public int B { get; init; }

        public long? Seq { get; init; }
    }

    sealed class LogQueryRow
    {
        public int A { get; init; }

        public int B { get; init; }

        public long Seq { get; init; }

        public int Sender { get; init; }

        public object? Cmid { get; init; }

        public long Ts { get; init; }

        public byte[] Body { get; init; } = [];

        public long Node { get; init; }

        public long? N { get; init; }

        public byte[]? Refs { get; init; }

        public long Systems => LogRow.SystemsTo(Seq, N);

        public LogRow ToLogRow() => new(ConversationId.FromStored(A, B), Seq, Sender, SqlDialect.TextOf(Cmid), StoredNumbers.OrZero(Ts), Body, Node)
        {
            Systems = Systems,
            References = Refs,
        };
    }

    /// <inheritdoc cref="IChatDatabase.LargestBody" />
    public int LargestBody => database.LargestBody;

    /// <inheritdoc cref="SqlDialect.AppendAsync" />
    public Task<AppendOutcome[]> AppendAsync(IReadOnlyList<LogRow> rows) => database.Dialect.AppendAsync(database, node.Incarnation, rows);

    /// <summary>The newest rows of conversations; one that has none is missing.</summary>
    public async Task<Dictionary<ConversationId, LogHead>> HeadsAsync(IReadOnlyCollection<ConversationId> conversations)
    {
        var rows = await database.ReadAsync(connection =>
            connection.QueryAsync<LogQueryRow>(database.Dialect.Heads, new { ids = SqlDialect.PairsOf(conversations) }));
        return rows.ToDictionary(
            row => ConversationId.FromStored(row.A, row.B), row => new LogHead(row.Seq, StoredNumbers.OrZero(row.Ts), row.Sender, SqlDialect.TextOf(row.Cmid)) { Systems = row.Systems });
    }

    /// <summary>The rows that there are at some numbers, as far as they are not gone (<see cref="RetentionStore"/>); so it is with every row that is read here.</summary>
    public async Task<Dictionary<(ConversationId Conversation, long Seq), LogRow>> ReadAtAsync(IReadOnlyCollection<(ConversationId Conversation, long Seq)> places)
    {
        var ids = $"[{string.Join(',', places.Select(each => $"[{each.Conversation.A},{each.Conversation.B},{each.Seq}]"))}]";
        var rows = await database.ReadAsync(connection => connection.QueryAsync<LogQueryRow>(database.Dialect.RowsAt, new { ids }));
        return rows.Select(row => row.ToLogRow()).ToDictionary(row => (row.Conversation, row.Seq));
    }

    /// <summary>Rows above a number, ascending.</summary>
    public Task<List<LogRow>> ReadAfterAsync(ConversationId id, long after, int limit) => ReadAsync(
        id, Above, after, limit);

    /// <summary>The rows next below a number, ascending.</summary>
    public async Task<List<LogRow>> ReadBeforeAsync(ConversationId id, long before, int limit)
    {
        var rows = await ReadAsync(id, Below, before, limit);
        rows.Reverse();
        return rows;
    }

    /// <summary>
    /// The rows above a number, or next below it, until there are <paramref name="limit"/> of them or one more than fits into <paramref name="maxBytes"/>: who
    /// asks for many large messages gets a frame of them, and the node's memory holds no more.
    /// </summary>
    public Task<LogPage> ReadPageAsync(ConversationId id, long from, bool isBackwards, int limit, int maxBytes) => database.ReadAsync(async connection =>
    {
        var sql = isBackwards ? Below : Above;
        var rows = new List<LogRow>();
        var (at, bytes, isEnd) = (from, 0L, false); // all of them anew when the statement is repeated
        while (!isEnd && rows.Count < limit && bytes <= maxBytes)
        {
            // Not all in one statement: a server sends what it has begun to send, also to somebody who has enough.
            var wanted = Math.Min(RowsAtOnce, limit - rows.Count);
            var before = rows.Count;
            await foreach (var row in connection.QueryUnbufferedAsync<LogQueryRow>(sql, new { id.A, id.B, from = at, limit = wanted }))
            {
                rows.Add(row.ToLogRow());
                at = row.Seq;
                bytes += row.Body.Length;
                if (bytes > maxBytes)
                    break;
            }

            isEnd = rows.Count - before < wanted;
        }

        if (isBackwards)
            rows.Reverse();
        return new LogPage(rows, bytes > maxBytes);
    });

    /// <summary>
    /// The smallest number at or after a time, of conversations whose newest row is; among the newest rows only, and the times of
    /// a conversation never go back.
    /// </summary>
    public async Task<Dictionary<ConversationId, long>> FirstsSinceAsync(IReadOnlyCollection<(ConversationId Id, long Head, long Ts)> conversations)
    {
        var ids = $"[{string.Join(',', conversations.Select(each => $"[{each.Id.A},{each.Id.B},{each.Ts},{each.Head - MaxUnfinished}]"))}]";
        var rows = await database.ReadAsync(connection => connection.QueryAsync<LastRow>(database.Dialect.LastBefore, new { ids }));
        return rows.ToDictionary(row => ConversationId.FromStored(row.A, row.B), row => (row.Seq ?? 0) + 1);
    }

    /// <inheritdoc cref="SqlDialect.TouchedSinceAsync" />
    public Task<List<ConversationId>> TouchedSinceAsync(long incarnation, long ts) =>
        database.Dialect.TouchedSinceAsync(database, incarnation, ts);

    /// <summary>Those of a sender's messages in a conversation that are logged already, by their cmids.</summary>
    public async Task<Dictionary<string, (long Seq, long Ts)>> FindAsync(ConversationId id, int sender, IReadOnlyCollection<string> cmids)
    {
        var rows = await database.ReadAsync(connection => connection.QueryAsync<LogQueryRow>(
            "SELECT seq, cmid, ts FROM MessageLog WHERE a = @A AND b = @B AND sender = @sender AND cmid IN @cmids", new { id.A, id.B, sender, cmids }));
        return rows.ToDictionary(row => SqlDialect.TextOf(row.Cmid), row => (row.Seq, row.Ts));
    }

    /// <summary>Every conversation in which a user can have messages, with its head and the user's marks.</summary>
    public Task<List<SyncRow>> ConversationsOfAsync(int userId) => database.ReadAsync(async connection =>
    {
        var rows = await connection.QueryAsync<SyncRow>(
            """
            SELECT c.a, c.b, c.joinseq, l.seq AS head, l.n, l.ts, l.sender, COALESCE(m.received_to, 0) AS receivedto, COALESCE(m.read_to, 0) AS readto,
                   COALESCE(m.updated, 0) AS updated, COALESCE(m.hidden_to, 0) AS hiddento, COALESCE(m.flags, 0) AS flags,
                   COALESCE(n.started, 0) AS started, COALESCE(s.rev, 0) AS rev, COALESCE(s.changed, 0) AS changed,
                   COALESCE(f.floor, 1) - 1 AS removedto, COALESCE(f.changed, 0) AS removed
            FROM (SELECT a, b, 0 AS joinseq FROM Conversation WHERE a = @userId
                  UNION SELECT a, b, 0 FROM Conversation WHERE b = @userId AND a > 0
                  UNION SELECT 0, g.groupid, MIN(CASE WHEN p.history = 1 THEN g.join_seq ELSE 0 END)
                      FROM GroupUser g LEFT JOIN GroupPolicy p ON p.groupid = g.groupid WHERE g.userid = @userId GROUP BY g.groupid) c
            JOIN MessageLog l ON l.a = c.a AND l.b = c.b
                AND l.seq = (SELECT h.seq FROM MessageLog h WHERE h.a = c.a AND h.b = c.b AND h.seq BETWEEN 1 AND 9007199254740991 ORDER BY h.seq DESC LIMIT 1)
            LEFT JOIN DeliveryMark m ON m.userid = @userId AND m.a = c.a AND m.b = c.b
            LEFT JOIN Node n ON n.incarnation = l.node
            LEFT JOIN ConversationFloor f ON f.a = c.a AND f.b = c.b
            LEFT JOIN MessageState s ON s.a = c.a AND s.b = c.b
                AND s.rev = (SELECT h.rev FROM MessageState h WHERE h.a = c.a AND h.b = c.b ORDER BY h.rev DESC LIMIT 1)
            """,
            new { userId });
        var all = rows.Where(row => StoredNumbers.Conversation(row.A, row.B) is not null).ToList();
        await ReadSystemsAsync(connection, all);
        return all;
    });

    /// <summary>Most conversations have no system messages, and cost nothing here.</summary>
    async Task ReadSystemsAsync(DbConnection connection, List<SyncRow> rows)
    {
        var some = rows.Where(row => row.Systems > 0 && row.ReadFrom > 0).ToDictionary(row => (row.A, row.B));
        if (some.Count == 0)
            return;
        var ids = $"[{string.Join(',', some.Values.Select(row => $"[{row.A},{row.B},{row.ReadFrom}]"))}]";
        foreach (var found in await connection.QueryAsync<LogQueryRow>(database.Dialect.TextsAt, new { ids }))
            some[(found.A, found.B)].SystemsRead = found.Systems;
    }

    Task<List<LogRow>> ReadAsync(ConversationId id, string sql, long from, int limit) =>
        database.ReadAsync(async connection =>
        {
            var rows = await connection.QueryAsync<LogQueryRow>(sql, new { id.A, id.B, from, limit });
            return rows.Select(row => row.ToLogRow()).ToList();
        });
}
