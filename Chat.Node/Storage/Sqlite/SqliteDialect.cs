using System.Runtime.CompilerServices;
using Chat.Protocol;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Chat.Node.Storage.Sqlite;

/// <summary>SQLite's own way: a prepared statement a row, because a call costs less than a text with many rows.</summary>
sealed class SqliteDialect : SqlDialect
{
    /// <summary>One per connection, for as long as it lives: preparing costs as much as a row.</summary>
    readonly ConditionalWeakTable<SqliteConnection, LogInsert> _inserts = [];

    public override SearchSql Search { get; } = new SqliteSearch();

    public override string LastInsertId => "SELECT last_insert_rowid()";

    public override string InsertUser =>
        "INSERT INTO Users (name, password, state, namekey, namefold, ours) VALUES (@name, @password, 'offline', LOWER(@name), @key, @ours)";

    public override string RenameUser =>
        "UPDATE Users SET name = @name, namekey = LOWER(@name), namefold = @key, password = @password, ours = 1 WHERE id = @userId";

    public override string InsertGroup =>
        "INSERT INTO AllGroup (groupname, groupdesc, groupkey, groupfold, ours) VALUES (@name, @description, LOWER(@name), @key, @ours)";

    public override string ChangeGroup =>
        "UPDATE AllGroup SET groupname = @name, groupdesc = @description, groupkey = LOWER(@name), groupfold = @key, ours = @ours WHERE id = @id";

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
        SELECT l.a, l.b, l.seq, l.ts, l.sender, l.cmid, l.n
        FROM (SELECT value ->> 0 AS a, value ->> 1 AS b FROM json_each(@ids)) i
        JOIN MessageLog l ON l.a = i.a AND l.b = i.b
            AND l.seq = (SELECT h.seq FROM MessageLog h WHERE h.a = i.a AND h.b = i.b AND h.seq BETWEEN 1 AND 9007199254740991 ORDER BY h.seq DESC LIMIT 1)
        """;

    public override string RowsAt =>
        """
        SELECT l.a, l.b, l.seq, l.sender, l.cmid, l.ts, l.body, l.node, r.refs
        FROM (SELECT value ->> 0 AS a, value ->> 1 AS b, value ->> 2 AS seq FROM json_each(@ids)) i
        JOIN MessageLog l ON l.a = i.a AND l.b = i.b AND l.seq = i.seq LEFT JOIN MessageReference r ON r.a = i.a AND r.b = i.b AND r.seq = i.seq
            LEFT JOIN ConversationFloor f ON f.a = i.a AND f.b = i.b
        WHERE l.seq >= COALESCE(f.floor, 1)
        """;

    public override string TextsAt =>
        """
        SELECT l.a, l.b, l.seq, l.n
        FROM (SELECT value ->> 0 AS a, value ->> 1 AS b, value ->> 2 AS seq FROM json_each(@ids)) i
        JOIN MessageLog l ON l.a = i.a AND l.b = i.b AND l.seq = i.seq
        """;

    public override string CountOfOthers =>
        """
        SELECT i.userid, COUNT(*) AS unread
        FROM (SELECT value ->> 0 AS userid, value ->> 1 AS a, value ->> 2 AS b, value ->> 3 AS seq FROM json_each(@ids)) i
        JOIN MessageLog l ON l.a = i.a AND l.b = i.b AND l.seq = i.seq
        WHERE l.sender <> i.userid AND l.kind = 0 GROUP BY i.userid
        """;

    public override string LastBefore =>
        """
        SELECT i.a, i.b, (
            SELECT l.seq FROM MessageLog l WHERE l.a = i.a AND l.b = i.b AND l.seq BETWEEN 1 AND 9007199254740991 AND (l.ts < i.ts OR l.seq <= i.lowest) ORDER BY l.seq DESC LIMIT 1) AS seq
        FROM (SELECT value ->> 0 AS a, value ->> 1 AS b, value ->> 2 AS ts, value ->> 3 AS lowest FROM json_each(@ids)) i
        """;

    public override string MarkStandings =>
        """
        SELECT i.userid, i.a, i.b, COALESCE(m.queued_to, 0) AS queuedto, COALESCE(m.received_to, 0) AS receivedto, COALESCE(m.read_to, 0) AS readto,
            m.shown_to AS shownto, COALESCE(m.flags, 0) AS flags, EXISTS (SELECT 1 FROM HiddenReceipts h WHERE h.userid = i.userid) AS hidesread,
            i.a > 0 AND (EXISTS (SELECT 1 FROM Contact c WHERE c.userid = i.a AND c.other = i.b AND c.blocked = 1)
                OR EXISTS (SELECT 1 FROM Contact c WHERE c.userid = i.b AND c.other = i.a AND c.blocked = 1)) AS isblocked,
            COALESCE((SELECT l.seq FROM MessageLog l WHERE l.a = i.a AND l.b = i.b AND l.seq BETWEEN 1 AND 9007199254740991 ORDER BY l.seq DESC LIMIT 1), 0) AS head,
            CASE WHEN i.a = 0
                THEN EXISTS (SELECT 1 FROM GroupUser g WHERE g.groupid = i.b AND g.userid = i.userid) AND EXISTS (SELECT 1 FROM AllGroup x WHERE x.id = i.b)
                ELSE i.userid IN (i.a, i.b) AND EXISTS (SELECT 1 FROM Users u WHERE u.id = i.a) AND EXISTS (SELECT 1 FROM Users v WHERE v.id = i.b)
            END AS takespart
        FROM (SELECT value ->> 0 AS userid, value ->> 1 AS a, value ->> 2 AS b FROM json_each(@ids)) i
        LEFT JOIN DeliveryMark m ON m.userid = i.userid AND m.a = i.a AND m.b = i.b
        """;

    public override string PairStandings => SqliteContacts.Standings;

    public override string ImpossibleMarks =>
        """
        WITH i AS (SELECT * FROM (SELECT value ->> 0 AS a, value ->> 1 AS b, value ->> 2 AS head FROM json_each(@ids)) j)
        SELECT m.userid, m.a, m.b FROM i JOIN DeliveryMark m ON m.userid = i.a AND m.a = i.a AND m.b = i.b
        WHERE NOT (m.queued_to BETWEEN 0 AND i.head AND m.received_to BETWEEN 0 AND i.head AND m.read_to BETWEEN 0 AND i.head AND m.hidden_to BETWEEN 0 AND i.head)
        UNION ALL
        SELECT m.userid, m.a, m.b FROM i JOIN DeliveryMark m ON m.userid = i.b AND m.a = i.a AND m.b = i.b
        WHERE i.a > 0 AND i.a < i.b AND NOT (m.queued_to BETWEEN 0 AND i.head AND m.received_to BETWEEN 0 AND i.head AND m.read_to BETWEEN 0 AND i.head AND m.hidden_to BETWEEN 0 AND i.head)
        UNION ALL
        SELECT m.userid, m.a, m.b FROM i JOIN GroupUser g ON g.groupid = i.b JOIN DeliveryMark m ON m.userid = g.userid AND m.a = i.a AND m.b = i.b
        WHERE i.a = 0 AND NOT (m.queued_to BETWEEN 0 AND i.head AND m.received_to BETWEEN 0 AND i.head AND m.read_to BETWEEN 0 AND i.head AND m.hidden_to BETWEEN 0 AND i.head)
        """;

    public override WebhookSql Webhooks { get; } = new SqliteWebhooks();

    public override string MarkForWebhooks =>
        "INSERT INTO WebhookMark (a, b, first_seq) VALUES (@A, @B, @first) ON CONFLICT (a, b) DO UPDATE SET version = version + 1";

    public override string StoreWebhookCursor =>
        """
        INSERT INTO WebhookCursor (endpoint, a, b, seq, attempts, failing_since, due)
        SELECT id, @A, @B, @Seq, @Attempts, @FailingSince, @Due FROM WebhookEndpoint WHERE id = @Endpoint
        ON CONFLICT (endpoint, a, b) DO UPDATE SET seq = excluded.seq, attempts = excluded.attempts, failing_since = excluded.failing_since, due = excluded.due
        """;

    public override string MarkChangesForWebhooks =>
        "INSERT INTO WebhookChangeMark (a, b, first_rev, version) VALUES (@A, @B, @first, @last) ON CONFLICT (a, b) DO UPDATE SET version = excluded.version";

    public override string StoreWebhookChangeCursor =>
        """
        INSERT INTO WebhookChangeCursor (endpoint, a, b, rev, attempts, failing_since, due)
        SELECT id, @A, @B, @Seq, @Attempts, @FailingSince, @Due FROM WebhookEndpoint WHERE id = @Endpoint
        ON CONFLICT (endpoint, a, b) DO UPDATE SET rev = excluded.rev, attempts = excluded.attempts, failing_since = excluded.failing_since, due = excluded.due
        """;

    /// <summary>A transaction that writes is alone.</summary>
    public override string LockConversation => "SELECT a FROM Conversation WHERE a = @A AND b = @B";

    public override string LockUser => "SELECT id FROM Users WHERE id = @userId";

    public override string LockGroup => "SELECT id FROM AllGroup WHERE id = @groupId";

    public override string StoreMessageState =>
        """
        INSERT INTO MessageState (a, b, seq, rev, changed, edited, recalled_by, recalled, pinned)
        VALUES (@A, @B, @Seq, @Rev, @Changed, @Edited, @RecalledBy, @Recalled, @Pinned)
        ON CONFLICT (a, b, seq) DO UPDATE SET rev = excluded.rev, changed = excluded.changed, edited = excluded.edited,
            recalled_by = excluded.recalled_by, recalled = excluded.recalled, pinned = excluded.pinned
        """;

    public override string ChangeConversation =>
        """
        INSERT INTO DeliveryMark (userid, a, b, hidden_to, flags, updated) VALUES (@userId, @A, @B, @clearTo, @set, @now)
        ON CONFLICT (userid, a, b) DO UPDATE SET
            updated = CASE WHEN excluded.hidden_to > hidden_to THEN excluded.updated ELSE updated END,
            hidden_to = MAX(hidden_to, excluded.hidden_to), flags = (flags & @kept) | @set
        """;

    public override string ListedConversations =>
        """
        SELECT i.a, i.b, l.cmid, l.ts, l.body, COALESCE(s.rev, 0) AS rev, COALESCE(s.edited, 0) AS edited, COALESCE(s.recalled_by, 0) AS recalledby,
            COALESCE(s.recalled, 0) AS recalled, COALESCE(s.pinned, 0) AS pinned,
            COALESCE(p.received_to, 0) AS receivedto, COALESCE(p.read_to, 0) AS readto, p.shown_to AS shownto, d.draft, r.refs,
            EXISTS (SELECT 1 FROM Contact c WHERE c.userid = @userId AND c.other = i.peer AND c.blocked = 1)
                OR EXISTS (SELECT 1 FROM Contact c WHERE c.userid = i.peer AND c.other = @userId AND c.blocked = 1) AS isblocked
        FROM (SELECT value ->> 0 AS a, value ->> 1 AS b, value ->> 2 AS seq, value ->> 3 AS peer FROM json_each(@ids)) i
        JOIN MessageLog l ON l.a = i.a AND l.b = i.b AND l.seq = i.seq
        LEFT JOIN MessageState s ON s.a = i.a AND s.b = i.b AND s.seq = i.seq
        LEFT JOIN DeliveryMark p ON p.userid = i.peer AND p.a = i.a AND p.b = i.b
        LEFT JOIN Draft d ON d.userid = @userId AND d.a = i.a AND d.b = i.b
        LEFT JOIN MessageReference r ON r.a = i.a AND r.b = i.b AND r.seq = i.seq
        """;

    public override string UnreadMentions =>
        """
        SELECT x.userid, x.a, x.b, COUNT(*) AS mentions, MIN(x.seq) AS first
        FROM (SELECT i.userid, i.a, i.b, m.seq, m.sender
                FROM (SELECT value ->> 0 AS userid, value ->> 1 AS a, value ->> 2 AS b, value ->> 3 AS above FROM json_each(@ids)) i
                JOIN Mention m ON m.userid = i.userid AND m.a = i.a AND m.b = i.b AND m.seq > i.above
            UNION ALL SELECT i.userid, i.a, i.b, m.seq, m.sender
                FROM (SELECT value ->> 0 AS userid, value ->> 1 AS a, value ->> 2 AS b, value ->> 3 AS above FROM json_each(@ids)) i
                JOIN Mention m ON m.userid = 0 AND m.a = i.a AND m.b = i.b AND m.seq > i.above) x
        WHERE x.sender <> x.userid GROUP BY x.userid, x.a, x.b
        """;

    public override string KeptConversations => SqliteRetention.Kept;

    public override string ListedReactions =>
        """
        SELECT i.a, i.b, r.emoji, COUNT(*) AS total, SUM(CASE WHEN r.userid = @userId THEN 1 ELSE 0 END) AS own
        FROM (SELECT value ->> 0 AS a, value ->> 1 AS b, value ->> 2 AS seq FROM json_each(@ids)) i
        JOIN Reaction r ON r.a = i.a AND r.b = i.b AND r.seq = i.seq GROUP BY i.a, i.b, r.emoji
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

    public override Task InsertOfflineAsync(IChatDatabase database, IReadOnlyList<OfflineRow> rows, long? pushDue = null) =>
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

            if (pushDue is { } due)
                SqlitePushes.Insert((SqliteConnection)connection, (SqliteTransaction)transaction, rows, due);
            return Task.FromResult(true);
        });

    public override Task RaiseMarksAsync(IChatDatabase database, IReadOnlyList<DeliveryMark> marks, long now) =>
        database.WriteAsync(async (connection, transaction) =>
        {
            foreach (var mark in marks)
            {
                await connection.ExecuteAsync(
                    """
                    INSERT INTO DeliveryMark (userid, a, b, queued_to, received_to, read_to, shown_to, updated)
                    VALUES (@UserId, @A, @B, @QueuedTo, @ReceivedTo, @ReadTo, CASE WHEN @HidesRead THEN 0 END, CASE WHEN @ReadTo > 0 THEN @now ELSE 0 END)
                    ON CONFLICT (userid, a, b) DO UPDATE SET
                        queued_to = MAX(queued_to, excluded.queued_to), received_to = MAX(received_to, excluded.received_to),
                        shown_to = CASE WHEN excluded.read_to <= read_to THEN shown_to
                            WHEN excluded.shown_to IS NOT NULL THEN COALESCE(shown_to, read_to) END,
                        flags = CASE WHEN excluded.read_to > 0 THEN flags & ~2 ELSE flags END,
                        updated = CASE WHEN excluded.read_to > read_to THEN excluded.updated ELSE updated END,
                        read_to = MAX(read_to, excluded.read_to)
                    """,
                    new { mark.UserId, mark.Conversation.A, mark.Conversation.B, mark.QueuedTo, mark.ReceivedTo, mark.ReadTo, mark.HidesRead, now },
                    transaction);
            }

            return true;
        });

    /// <summary>There is no index for this question, it would cost every message; the newest rows have the highest ids.</summary>
    public override Task<List<ConversationId>> TouchedSinceAsync(IChatDatabase database, long incarnation, long ts) => LogWalk.TouchedSinceAsync(database, incarnation, ts);

    public override ReadOnlyMemory<byte> FromStored(byte[] message) => message;

    static LogInsert Prepare(SqliteConnection connection)
    {
        var insert = new LogInsert(connection);
        connection.Disposed += (_, _) => insert.Dispose();
        return insert;
    }
}
