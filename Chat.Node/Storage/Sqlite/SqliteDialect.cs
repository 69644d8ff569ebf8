using System.Runtime.CompilerServices;
using Chat.Protocol;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Chat.Node.Storage.Sqlite;

/// <summary>SQLite's own way: a prepared statement a row, because a call costs less than a text with many rows.</summary>
sealed class SqliteDialect : SqlDialect
{
    const int WalkPage = 1000;

    /// <summary>How late a row may be appended after it got its time; longer than any time-out of a write.</summary>
    const long WalkSlackMilliseconds = 60_000;

    /// <summary>One per connection, for as long as it lives: preparing costs as much as a row.</summary>
    readonly ConditionalWeakTable<SqliteConnection, LogInsert> _inserts = [];

    sealed class WalkRow
    {
        public long Id { get; init; }

        public long Node { get; init; }

        public int A { get; init; }

        public int B { get; init; }

        public long Ts { get; init; }
    }

    public override string LastInsertId => "SELECT last_insert_rowid()";

    public override string InsertUser =>
        "INSERT INTO Users (name, password, state, namekey, namefold, ours) VALUES (@name, @password, 'offline', LOWER(@name), @key, @ours)";

    public override string InsertGroup =>
        "INSERT INTO AllGroup (groupname, groupdesc, groupkey, groupfold, ours) VALUES (@name, @description, LOWER(@name), @key, @ours)";

    public override string UsersOfName => "SELECT COUNT(*) FROM Users WHERE namefold IN (@key, @other) AND id <> @id";

    public override string GroupsOfName => "SELECT COUNT(*) FROM AllGroup WHERE groupfold IN (@key, @other) AND id <> @id";

    public override string KeyUsers =>
        """
        UPDATE Users SET namefold = i.fold FROM (SELECT value ->> 0 AS id, value ->> 1 AS fold FROM json_each(@rows)) i
        WHERE Users.id = i.id AND +Users.namefold IS NULL
        """;

    public override string KeyGroups =>
        """
        UPDATE AllGroup SET groupfold = i.fold FROM (SELECT value ->> 0 AS id, value ->> 1 AS fold FROM json_each(@rows)) i
        WHERE AllGroup.id = i.id AND +AllGroup.groupfold IS NULL
        """;

    public override string Heads =>
        """
        SELECT l.a, l.b, l.seq, l.ts, l.sender, l.cmid
        FROM (SELECT value ->> 0 AS a, value ->> 1 AS b FROM json_each(@ids)) i
        JOIN MessageLog l ON l.a = i.a AND l.b = i.b
            AND l.seq = (SELECT h.seq FROM MessageLog h WHERE h.a = i.a AND h.b = i.b ORDER BY h.seq DESC LIMIT 1)
        """;

    public override string LastBefore =>
        """
        SELECT i.a, i.b, (
            SELECT l.seq FROM MessageLog l WHERE l.a = i.a AND l.b = i.b AND (l.ts < i.ts OR l.seq <= i.lowest) ORDER BY l.seq DESC LIMIT 1) AS seq
        FROM (SELECT value ->> 0 AS a, value ->> 1 AS b, value ->> 2 AS ts, value ->> 3 AS lowest FROM json_each(@ids)) i
        """;

    public override string MarkStandings =>
        """
        SELECT i.userid, i.a, i.b, COALESCE(m.queued_to, 0) AS queuedto, COALESCE(m.received_to, 0) AS receivedto, COALESCE(m.read_to, 0) AS readto,
            COALESCE((SELECT l.seq FROM MessageLog l WHERE l.a = i.a AND l.b = i.b ORDER BY l.seq DESC LIMIT 1), 0) AS head,
            CASE WHEN i.a = 0
                THEN EXISTS (SELECT 1 FROM GroupUser g WHERE g.groupid = i.b AND g.userid = i.userid) AND EXISTS (SELECT 1 FROM AllGroup x WHERE x.id = i.b)
                ELSE i.userid IN (i.a, i.b) AND EXISTS (SELECT 1 FROM Users u WHERE u.id = i.a) AND EXISTS (SELECT 1 FROM Users v WHERE v.id = i.b)
            END AS takespart
        FROM (SELECT value ->> 0 AS userid, value ->> 1 AS a, value ->> 2 AS b FROM json_each(@ids)) i
        LEFT JOIN DeliveryMark m ON m.userid = i.userid AND m.a = i.a AND m.b = i.b
        """;

    public override string ImpossibleMarks =>
        """
        WITH i AS (SELECT * FROM (SELECT value ->> 0 AS a, value ->> 1 AS b, value ->> 2 AS head FROM json_each(@ids)) j)
        SELECT m.userid, m.a, m.b FROM i JOIN DeliveryMark m ON m.userid = i.a AND m.a = i.a AND m.b = i.b
        WHERE m.queued_to > i.head OR m.received_to > i.head OR m.read_to > i.head
        UNION ALL
        SELECT m.userid, m.a, m.b FROM i JOIN DeliveryMark m ON m.userid = i.b AND m.a = i.a AND m.b = i.b
        WHERE i.a > 0 AND i.a < i.b AND (m.queued_to > i.head OR m.received_to > i.head OR m.read_to > i.head)
        UNION ALL
        SELECT m.userid, m.a, m.b FROM i JOIN GroupUser g ON g.groupid = i.b JOIN DeliveryMark m ON m.userid = g.userid AND m.a = i.a AND m.b = i.b
        WHERE i.a = 0 AND (m.queued_to > i.head OR m.received_to > i.head OR m.read_to > i.head)
        """;

    public override Task<AppendOutcome[]> AppendAsync(IChatDatabase database, long node, IReadOnlyList<LogRow> rows) =>
        database.WriteAsync((connection, _) =>
        {
            var outcomes = new AppendOutcome[rows.Count];
            var insert = _inserts.GetValue((SqliteConnection)connection, Prepare);
            HashSet<ConversationId>? stopped = null;
            for (var i = 0; i < rows.Count; i++)
            {
                var row = rows[i];
                // Behind a row that failed: written, it would leave a hole in the numbers.
                outcomes[i] = stopped?.Contains(row.Conversation) == true ? AppendOutcome.Unknown : insert.Execute(row, node);
                if (outcomes[i].Status != AppendStatus.Written)
                    (stopped ??= []).Add(row.Conversation);
            }

            return Task.FromResult(outcomes);
        });

    public override Task InsertOfflineAsync(IChatDatabase database, IReadOnlyList<OfflineRow> rows) =>
        database.WriteAsync((connection, transaction) =>
        {
            using var insert = (SqliteCommand)connection.CreateCommand();
            insert.Transaction = (SqliteTransaction)transaction;
            insert.CommandText =
                """
                INSERT INTO OfflineMessage (userid, message, a, b, seq, cmid, ts) VALUES ($user, $message, $a, $b, $seq, $cmid, $ts)
                ON CONFLICT (userid, a, b, seq) DO NOTHING
                """;
            using var mark = (SqliteCommand)connection.CreateCommand();
            mark.Transaction = (SqliteTransaction)transaction;
            mark.CommandText =
                """
                INSERT INTO DeliveryMark (userid, a, b, queued_to, updated) VALUES ($user, $a, $b, $seq, 0)
                ON CONFLICT (userid, a, b) DO UPDATE SET queued_to = MAX(queued_to, excluded.queued_to)
                """;
            foreach (var row in rows)
            {
                insert.Parameters.Clear();
                insert.Parameters.AddWithValue("$user", row.UserId);
                insert.Parameters.AddWithValue("$message", row.Body.ToArray());
                insert.Parameters.AddWithValue("$a", row.Conversation.A);
                insert.Parameters.AddWithValue("$b", row.Conversation.B);
                insert.Parameters.AddWithValue("$seq", row.Seq > 0 ? row.Seq : DBNull.Value);
                insert.Parameters.AddWithValue("$cmid", (object?)row.Cmid ?? DBNull.Value);
                insert.Parameters.AddWithValue("$ts", row.Ts);
                insert.ExecuteNonQuery();
                if (row.Seq == 0 || !row.RaisesMark)
                    continue;
                mark.Parameters.Clear();
                mark.Parameters.AddWithValue("$user", row.UserId);
                mark.Parameters.AddWithValue("$a", row.Conversation.A);
                mark.Parameters.AddWithValue("$b", row.Conversation.B);
                mark.Parameters.AddWithValue("$seq", row.Seq);
                mark.ExecuteNonQuery();
            }

            return Task.FromResult(true);
        });

    public override Task RaiseMarksAsync(IChatDatabase database, IReadOnlyList<DeliveryMark> marks, long now) =>
        database.WriteAsync(async (connection, transaction) =>
        {
            foreach (var mark in marks)
            {
                await connection.ExecuteAsync(
                    """
                    INSERT INTO DeliveryMark (userid, a, b, queued_to, received_to, read_to, updated)
                    VALUES (@UserId, @A, @B, @QueuedTo, @ReceivedTo, @ReadTo, CASE WHEN @ReadTo > 0 THEN @now ELSE 0 END)
                    ON CONFLICT (userid, a, b) DO UPDATE SET
                        queued_to = MAX(queued_to, excluded.queued_to), received_to = MAX(received_to, excluded.received_to),
                        updated = CASE WHEN excluded.read_to > read_to THEN excluded.updated ELSE updated END,
                        read_to = MAX(read_to, excluded.read_to)
                    """,
                    new { mark.UserId, mark.Conversation.A, mark.Conversation.B, mark.QueuedTo, mark.ReceivedTo, mark.ReadTo, now },
                    transaction);
            }

            return true;
        });

    /// <summary>There is no index for this question, it would cost every message; the newest rows have the highest ids.</summary>
    public override async Task<List<ConversationId>> TouchedSinceAsync(IChatDatabase database, long incarnation, long ts)
    {
        var touched = new HashSet<ConversationId>();
        var below = long.MaxValue;
        while (true)
        {
            // Rows are appended nearly in the order of their times: a page that is old throughout ends the walk.
            var page = await ReadBackwardsAsync(database, below);
            touched.UnionWith(page.Where(row => row.Node == incarnation && row.Ts >= ts).Select(row => ConversationId.FromStored(row.A, row.B)));
            if (page.Count < WalkPage || page.TrueForAll(row => row.Ts < ts - WalkSlackMilliseconds))
                return [.. touched];
            below = page[^1].Id;
        }
    }

    public override ReadOnlyMemory<byte> FromStored(byte[] message) => message;

    static LogInsert Prepare(SqliteConnection connection)
    {
        var insert = new LogInsert(connection);
        connection.Disposed += (_, _) => insert.Dispose();
        return insert;
    }

    static Task<List<WalkRow>> ReadBackwardsAsync(IChatDatabase database, long below) => database.ReadAsync(async connection =>
        (await connection.QueryAsync<WalkRow>(
            "SELECT id, a, b, ts, node FROM MessageLog WHERE id < @below ORDER BY id DESC LIMIT @limit",
            new { below, limit = WalkPage })).AsList());
}
