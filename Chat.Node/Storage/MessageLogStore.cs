using System.Data.Common;
using System.Runtime.CompilerServices;
using Chat.Protocol;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Chat.Node.Storage;

/// <summary>The newest row of a conversation.</summary>
sealed record LogHead(long Seq, long Ts, int Sender, string Cmid);

/// <summary>The statements of the message log.</summary>
sealed class MessageLogStore(IChatDatabase database, NodeIdentity node)
{
    const int WalkPage = 1000;

    /// <summary>One per connection, for as long as it lives: preparing costs as much as a row.</summary>
    readonly ConditionalWeakTable<SqliteConnection, LogInsert> _inserts = [];

    /// <summary>How late a row may be appended after it got its time; longer than any time-out of a write.</summary>
    const long WalkSlackMilliseconds = 60_000;

    sealed class Row
    {
        public long Id { get; init; }

        public long Node { get; init; }

        public int A { get; init; }

        public int B { get; init; }

        public long Seq { get; init; }

        public int Sender { get; init; }

        public string Cmid { get; init; } = "";

        public long Ts { get; init; }

        public byte[] Body { get; init; } = [];

        public LogRow ToLogRow() => new(ConversationId.FromStored(A, B), Seq, Sender, Cmid, Ts, Body);
    }

    /// <summary>
    /// Inserts a batch in one transaction. A row that hits a key fails alone: the statement is taken back, its
    /// neighbours are not.
    /// </summary>
    public Task<AppendOutcome[]> AppendAsync(IReadOnlyList<LogRow> rows) => database.WriteAsync(async (connection, transaction) =>
    {
        var outcomes = new AppendOutcome[rows.Count];
        var insert = _inserts.GetValue((SqliteConnection)connection, opened => new LogInsert(opened, node.Incarnation));
        HashSet<ConversationId>? stopped = null;
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            if (stopped?.Contains(row.Conversation) == true)
            {
                // Behind a row that failed: written, it would leave a hole in the numbers.
                outcomes[i] = new AppendOutcome(AppendStatus.Unknown, 0, 0);
                continue;
            }

            try
            {
                insert.Execute(row);
                outcomes[i] = new AppendOutcome(AppendStatus.Written, row.Seq, row.Ts);
            }
            catch (SqliteException e) when (e.SqliteErrorCode == 19) // constraint: number or message taken
            {
                outcomes[i] = await SettleConflictAsync(connection, transaction, row);
                (stopped ??= []).Add(row.Conversation);
            }
        }

        return outcomes;
    });

    /// <summary>The newest rows of conversations; one that has none is missing.</summary>
    public Task<Dictionary<ConversationId, LogHead>> HeadsAsync(IReadOnlyCollection<ConversationId> conversations) =>
        database.ReadAsync(async connection =>
        {
            var heads = new Dictionary<ConversationId, LogHead>();
            foreach (var id in conversations)
            {
                var row = await connection.QuerySingleOrDefaultAsync<Row>(
                    "SELECT seq, ts, sender, cmid FROM MessageLog WHERE a = @A AND b = @B ORDER BY seq DESC LIMIT 1",
                    new { id.A, id.B });
                if (row is not null)
                    heads[id] = new LogHead(row.Seq, row.Ts, row.Sender, row.Cmid);
            }

            return heads;
        });

    /// <summary>Rows above a number, ascending.</summary>
    public Task<List<LogRow>> ReadAfterAsync(ConversationId id, long after, int limit) => ReadAsync(
        id, "seq > @from ORDER BY seq", after, limit);

    /// <summary>The rows next below a number, ascending.</summary>
    public async Task<List<LogRow>> ReadBeforeAsync(ConversationId id, long before, int limit)
    {
        var rows = await ReadAsync(id, "seq < @from ORDER BY seq DESC", before, limit);
        rows.Reverse();
        return rows;
    }

    /// <summary>The smallest number of a conversation at or after a time, if there is one; bounded by <paramref name="below"/>.</summary>
    public Task<long?> FirstSinceAsync(ConversationId id, long ts, long below) => database.ReadAsync(connection =>
        connection.ExecuteScalarAsync<long?>(
            "SELECT MIN(seq) FROM (SELECT seq, ts FROM MessageLog WHERE a = @A AND b = @B AND seq <= @below ORDER BY seq DESC LIMIT 10000) WHERE ts >= @ts",
            new { id.A, id.B, ts, below }));

    /// <summary>The conversations in which an incarnation logged something at or after a time.</summary>
    public async Task<List<ConversationId>> TouchedSinceAsync(long incarnation, long ts)
    {
        var touched = new HashSet<ConversationId>();
        var below = long.MaxValue;
        while (true)
        {
            // Rows are appended nearly in the order of their times: a page that is old throughout ends the walk.
            var page = await ReadBackwardsAsync(below);
            touched.UnionWith(page.Where(row => row.Node == incarnation && row.Ts >= ts).Select(row => ConversationId.FromStored(row.A, row.B)));
            if (page.Count < WalkPage || page.TrueForAll(row => row.Ts < ts - WalkSlackMilliseconds))
                return [.. touched];
            below = page[^1].Id;
        }
    }

    Task<List<Row>> ReadBackwardsAsync(long below) => database.ReadAsync(async connection =>
        (await connection.QueryAsync<Row>(
            "SELECT id, a, b, ts, node FROM MessageLog WHERE id < @below ORDER BY id DESC LIMIT @limit",
            new { below, limit = WalkPage })).AsList());

    /// <summary>Every conversation in which a user can have messages, with its head and the user's marks.</summary>
    public Task<List<SyncRow>> ConversationsOfAsync(int userId) => database.ReadAsync(async connection =>
    {
        var rows = await connection.QueryAsync<SyncRow>(
            """
            SELECT c.a, c.b, l.seq AS head, l.ts, COALESCE(m.received_to, 0) AS received, COALESCE(m.read_to, 0) AS read,
                   COALESCE(m.updated, 0) AS updated
            FROM (SELECT a, b FROM Conversation WHERE a = @userId
                  UNION SELECT a, b FROM Conversation WHERE b = @userId AND a > 0
                  UNION SELECT 0, groupid FROM GroupUser WHERE userid = @userId) c
            JOIN MessageLog l ON l.a = c.a AND l.b = c.b
                AND l.seq = (SELECT MAX(seq) FROM MessageLog h WHERE h.a = c.a AND h.b = c.b)
            LEFT JOIN DeliveryMark m ON m.userid = @userId AND m.a = c.a AND m.b = c.b
            """,
            new { userId });
        return rows.AsList();
    });

    Task<List<LogRow>> ReadAsync(ConversationId id, string condition, long from, int limit) =>
        database.ReadAsync(async connection =>
        {
            var rows = await connection.QueryAsync<Row>(
                $"SELECT a, b, seq, sender, cmid, ts, body FROM MessageLog WHERE a = @A AND b = @B AND {condition} LIMIT @limit",
                new { id.A, id.B, from, limit });
            return rows.Select(row => row.ToLogRow()).ToList();
        });

    /// <summary>Which key was hit: the row with this sender and cmid is the message itself, else the number was taken.</summary>
    static async Task<AppendOutcome> SettleConflictAsync(DbConnection connection, DbTransaction transaction, LogRow row)
    {
        var found = await connection.QuerySingleOrDefaultAsync<Row>(
            "SELECT seq, ts FROM MessageLog WHERE a = @A AND b = @B AND sender = @Sender AND cmid = @Cmid",
            new { row.Conversation.A, row.Conversation.B, row.Sender, row.Cmid }, transaction);
        return found is not null
            ? new AppendOutcome(AppendStatus.Duplicate, found.Seq, found.Ts)
            : new AppendOutcome(AppendStatus.Conflict, 0, 0);
    }
}

/// <summary>A conversation of a user, as sync needs it.</summary>
sealed class SyncRow
{
    public int A { get; init; }

    public int B { get; init; }

    public long Head { get; init; }

    public long Ts { get; init; }

    public long Received { get; init; }

    public long Read { get; init; }

    public long Updated { get; init; }
}
