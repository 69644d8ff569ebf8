using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage.MySql;

/// <summary>MySQL's own way: one statement with many rows, because a round trip costs more than a long text.</summary>
sealed class MySqlDialect : SqlDialect
{
    const string UserLock = "SELECT id FROM Users WHERE id = @userId FOR UPDATE";
    const string GroupLock = "SELECT id FROM AllGroup WHERE id = @groupId FOR UPDATE";
    const string ConversationLock = "SELECT a FROM Conversation WHERE a = @A AND b = @B FOR UPDATE";
    const string UserNameLock = "SELECT COUNT(*) FROM Users WHERE namefold IN (@key, @other) AND id <> @id FOR UPDATE";
    const string GroupNameLock = "SELECT COUNT(*) FROM AllGroup WHERE groupfold IN (@key, @other) AND id <> @id FOR UPDATE";

    readonly MySqlLog _log = new();
    volatile bool _isGalera;

    /// <summary>The server is one of a Galera cluster, so that a lock alone guards nothing (<see cref="GaleraTurns"/>).</summary>
    public bool IsGalera
    {
        get => _isGalera;
        set => _isGalera = value;
    }

    sealed class TouchedRow
    {
        public int A { get; init; }

        public int B { get; init; }
    }

    public override SearchSql Search { get; } = new MySqlSearch();

    public override string LastInsertId => "SELECT LAST_INSERT_ID()";

    public override string InsertUser =>
        "INSERT INTO Users (name, password, state, namefold, ours) VALUES (@name, @password, 'offline', @key, @ours)";

    public override string RenameUser => "UPDATE Users SET name = @name, namefold = @key, password = @password, ours = 1 WHERE id = @userId";

    public override string InsertGroup => "INSERT INTO AllGroup (groupname, groupdesc, groupfold, ours) VALUES (@name, @description, @key, @ours)";

    public override string ChangeGroup =>
        "UPDATE AllGroup SET groupname = @name, groupdesc = @description, groupfold = @key, ours = @ours WHERE id = @id";

    public override string UsersOfName => IsGalera ? GaleraTurns.OfUserName + UserNameLock : UserNameLock;

    public override string GroupsOfName => IsGalera ? GaleraTurns.OfGroupName + GroupNameLock : GroupNameLock;

    public override string KeyUsers =>
        """
        UPDATE Users u JOIN JSON_TABLE(@rows, '$[*]' COLUMNS (id INT PATH '$[0]', fold VARCHAR(255) CHARACTER SET utf8mb4 PATH '$[1]')) i ON u.id = i.id
        SET u.namefold = i.fold WHERE u.namefold IS NULL
        """;

    public override string KeyGroups =>
        """
        UPDATE AllGroup g JOIN JSON_TABLE(@rows, '$[*]' COLUMNS (id INT PATH '$[0]', fold VARCHAR(255) CHARACTER SET utf8mb4 PATH '$[1]')) i ON g.id = i.id
        SET g.groupfold = i.fold WHERE g.groupfold IS NULL
        """;

    public override string Heads =>
        """
        SELECT l.a, l.b, l.seq, l.ts, l.sender, l.cmid, l.n
        FROM JSON_TABLE(@ids, '$[*]' COLUMNS (a INT PATH '$[0]', b INT PATH '$[1]')) i
        JOIN MessageLog l ON l.a = i.a AND l.b = i.b
            AND l.seq = (SELECT h.seq FROM MessageLog h WHERE h.a = i.a AND h.b = i.b AND h.seq BETWEEN 1 AND 9007199254740991 ORDER BY h.seq DESC LIMIT 1)
        """;

    public override string RowsAt =>
        """
        SELECT l.a, l.b, l.seq, l.sender, l.cmid, l.ts, l.body, l.node, r.refs
        FROM JSON_TABLE(@ids, '$[*]' COLUMNS (a INT PATH '$[0]', b INT PATH '$[1]', seq BIGINT PATH '$[2]')) i
        JOIN MessageLog l ON l.a = i.a AND l.b = i.b AND l.seq = i.seq
            LEFT JOIN MessageReference r ON r.a = i.a AND r.b = i.b AND r.seq = i.seq
            LEFT JOIN ConversationFloor f ON f.a = i.a AND f.b = i.b
        WHERE l.seq >= COALESCE(f.floor, 1)
        """;

    public override string TextsAt =>
        """
        SELECT l.a, l.b, l.seq, l.n
        FROM JSON_TABLE(@ids, '$[*]' COLUMNS (a INT PATH '$[0]', b INT PATH '$[1]', seq BIGINT PATH '$[2]')) i
        JOIN MessageLog l ON l.a = i.a AND l.b = i.b AND l.seq = i.seq
        """;

    public override string CountOfOthers =>
        """
        SELECT i.userid, COUNT(*) AS unread
        FROM JSON_TABLE(@ids, '$[*]' COLUMNS (userid INT PATH '$[0]', a INT PATH '$[1]', b INT PATH '$[2]', seq BIGINT PATH '$[3]')) i
        JOIN MessageLog l ON l.a = i.a AND l.b = i.b AND l.seq = i.seq
        WHERE l.sender <> i.userid AND l.kind = 0 GROUP BY i.userid
        """;

    public override string LastBefore =>
        """
        SELECT i.a, i.b, (
            SELECT l.seq FROM MessageLog l WHERE l.a = i.a AND l.b = i.b AND l.seq BETWEEN 1 AND 9007199254740991 AND (l.ts < i.ts OR l.seq <= i.lowest) ORDER BY l.seq DESC LIMIT 1) AS seq
        FROM JSON_TABLE(@ids, '$[*]' COLUMNS (a INT PATH '$[0]', b INT PATH '$[1]', ts BIGINT PATH '$[2]', lowest BIGINT PATH '$[3]')) i
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
        FROM JSON_TABLE(@ids, '$[*]' COLUMNS (userid INT PATH '$[0]', a INT PATH '$[1]', b INT PATH '$[2]')) i
        LEFT JOIN DeliveryMark m ON m.userid = i.userid AND m.a = i.a AND m.b = i.b
        """;

    public override string PairStandings =>
        """
        SELECT i.userid, i.other, EXISTS (SELECT 1 FROM Contact c WHERE c.userid = i.userid AND c.other = i.other AND c.blocked = 1) AS blocks,
            EXISTS (SELECT 1 FROM Contact c WHERE c.userid = i.other AND c.other = i.userid AND c.blocked = 1) AS isblocked,
            EXISTS (SELECT 1 FROM UserPrivacy v WHERE v.userid = i.other AND v.hides_presence = 2)
                AND NOT EXISTS (SELECT 1 FROM Friends f WHERE f.userid = i.other AND f.friendid = i.userid) AS isstranger
        FROM JSON_TABLE(@ids, '$[*]' COLUMNS (userid INT PATH '$[0]', other INT PATH '$[1]')) i
        """;

    public override string ImpossibleMarks =>
        """
        WITH i AS (SELECT * FROM JSON_TABLE(@ids, '$[*]' COLUMNS (a INT PATH '$[0]', b INT PATH '$[1]', head BIGINT PATH '$[2]')) j)
        SELECT m.userid, m.a, m.b FROM i JOIN DeliveryMark m ON m.userid = i.a AND m.a = i.a AND m.b = i.b
        WHERE NOT (m.queued_to BETWEEN 0 AND i.head AND m.received_to BETWEEN 0 AND i.head AND m.read_to BETWEEN 0 AND i.head AND m.hidden_to BETWEEN 0 AND i.head)
        UNION ALL
        SELECT m.userid, m.a, m.b FROM i JOIN DeliveryMark m ON m.userid = i.b AND m.a = i.a AND m.b = i.b
        WHERE i.a > 0 AND i.a < i.b AND NOT (m.queued_to BETWEEN 0 AND i.head AND m.received_to BETWEEN 0 AND i.head AND m.read_to BETWEEN 0 AND i.head AND m.hidden_to BETWEEN 0 AND i.head)
        UNION ALL
        SELECT m.userid, m.a, m.b FROM i JOIN GroupUser g ON g.groupid = i.b JOIN DeliveryMark m ON m.userid = g.userid AND m.a = i.a AND m.b = i.b
        WHERE i.a = 0 AND NOT (m.queued_to BETWEEN 0 AND i.head AND m.received_to BETWEEN 0 AND i.head AND m.read_to BETWEEN 0 AND i.head AND m.hidden_to BETWEEN 0 AND i.head)
        """;

    public override WebhookSql Webhooks { get; } = new MySqlWebhooks();

    public override string MarkForWebhooks =>
        "INSERT INTO WebhookMark (a, b, first_seq) VALUES (@A, @B, @first) ON DUPLICATE KEY UPDATE version = version + 1";

    public override string StoreWebhookCursor =>
        """
        INSERT INTO WebhookCursor (endpoint, a, b, seq, attempts, failing_since, due)
        SELECT id, @A, @B, @Seq, @Attempts, @FailingSince, @Due FROM WebhookEndpoint WHERE id = @Endpoint
        ON DUPLICATE KEY UPDATE seq = VALUES(seq), attempts = VALUES(attempts), failing_since = VALUES(failing_since), due = VALUES(due)
        """;

    public override string MarkChangesForWebhooks =>
        "INSERT INTO WebhookChangeMark (a, b, first_rev, version) VALUES (@A, @B, @first, @last) ON DUPLICATE KEY UPDATE version = VALUES(version)";

    public override string StoreWebhookChangeCursor =>
        """
        INSERT INTO WebhookChangeCursor (endpoint, a, b, rev, attempts, failing_since, due)
        SELECT id, @A, @B, @Seq, @Attempts, @FailingSince, @Due FROM WebhookEndpoint WHERE id = @Endpoint
        ON DUPLICATE KEY UPDATE rev = VALUES(rev), attempts = VALUES(attempts), failing_since = VALUES(failing_since), due = VALUES(due)
        """;

    public override string LockConversation => IsGalera ? GaleraTurns.OfConversation + ConversationLock : ConversationLock;

    public override string LockUser => IsGalera ? GaleraTurns.OfUser + UserLock : UserLock;

    public override string LockGroup => IsGalera ? GaleraTurns.OfGroup + GroupLock : GroupLock;

    public override string StoreMessageState =>
        """
        INSERT INTO MessageState (a, b, seq, rev, changed, edited, recalled_by, recalled, pinned)
        VALUES (@A, @B, @Seq, @Rev, @Changed, @Edited, @RecalledBy, @Recalled, @Pinned)
        ON DUPLICATE KEY UPDATE rev = VALUES(rev), changed = VALUES(changed), edited = VALUES(edited),
            recalled_by = VALUES(recalled_by), recalled = VALUES(recalled), pinned = VALUES(pinned)
        """;

    public override string ChangeConversation =>
        """
        INSERT INTO DeliveryMark (userid, a, b, hidden_to, flags, updated) VALUES (@userId, @A, @B, @clearTo, @set, @now)
        ON DUPLICATE KEY UPDATE updated = IF(VALUES(hidden_to) > hidden_to, VALUES(updated), updated),
            hidden_to = GREATEST(hidden_to, VALUES(hidden_to)), flags = (flags & @kept) | @set
        """;

    public override string ListedConversations =>
        """
        SELECT i.a, i.b, l.cmid, l.ts, l.body, COALESCE(s.rev, 0) AS rev, COALESCE(s.edited, 0) AS edited, COALESCE(s.recalled_by, 0) AS recalledby,
            COALESCE(s.recalled, 0) AS recalled, COALESCE(s.pinned, 0) AS pinned,
            COALESCE(p.received_to, 0) AS receivedto, COALESCE(p.read_to, 0) AS readto, p.shown_to AS shownto, d.draft, r.refs,
            EXISTS (SELECT 1 FROM Contact c WHERE c.userid = @userId AND c.other = i.peer AND c.blocked = 1)
                OR EXISTS (SELECT 1 FROM Contact c WHERE c.userid = i.peer AND c.other = @userId AND c.blocked = 1) AS isblocked
        FROM JSON_TABLE(@ids, '$[*]' COLUMNS (a INT PATH '$[0]', b INT PATH '$[1]', seq BIGINT PATH '$[2]', peer INT PATH '$[3]')) i
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
                FROM JSON_TABLE(@ids, '$[*]' COLUMNS (userid INT PATH '$[0]', a INT PATH '$[1]', b INT PATH '$[2]', above BIGINT PATH '$[3]')) i
                JOIN Mention m ON m.userid = i.userid AND m.a = i.a AND m.b = i.b AND m.seq > i.above
            UNION ALL SELECT i.userid, i.a, i.b, m.seq, m.sender
                FROM JSON_TABLE(@ids, '$[*]' COLUMNS (userid INT PATH '$[0]', a INT PATH '$[1]', b INT PATH '$[2]', above BIGINT PATH '$[3]')) i
                JOIN Mention m ON m.userid = 0 AND m.a = i.a AND m.b = i.b AND m.seq > i.above) x
        WHERE x.sender <> x.userid GROUP BY x.userid, x.a, x.b
        """;

    public override string KeptConversations =>
        """
        SELECT x.a, x.b, COALESCE(p.keep_days, 0) AS keepdays, COALESCE(f.floor, 1) AS floor, COALESCE(f.cleaned_to, 1) AS cleanedto,
            (SELECT l.ts FROM MessageLog l WHERE l.a = x.a AND l.b = x.b AND l.seq >= COALESCE(f.floor, 1) ORDER BY l.seq LIMIT 1) AS oldest,
            (SELECT l.ts FROM MessageLog l WHERE l.a = x.a AND l.b = x.b AND l.seq >= f.deleted_to AND l.seq < f.floor - 1 ORDER BY l.seq LIMIT 1) AS emptied,
            CASE WHEN EXISTS (SELECT 1 FROM AllGroup g WHERE g.id = d.groupid) THEN NULL ELSE d.deleted END AS deleted
        FROM JSON_TABLE(@ids, '$[*]' COLUMNS (a INT PATH '$[0]', b INT PATH '$[1]')) x
        LEFT JOIN ConversationFloor f ON f.a = x.a AND f.b = x.b
        LEFT JOIN GroupPolicy p ON x.a = 0 AND p.groupid = x.b
        LEFT JOIN DeletedGroup d ON x.a = 0 AND d.groupid = x.b
        """;

    public override string ListedReactions =>
        """
        SELECT i.a, i.b, r.emoji, COUNT(*) AS total, SUM(CASE WHEN r.userid = @userId THEN 1 ELSE 0 END) AS own
        FROM JSON_TABLE(@ids, '$[*]' COLUMNS (a INT PATH '$[0]', b INT PATH '$[1]', seq BIGINT PATH '$[2]')) i
        JOIN Reaction r ON r.a = i.a AND r.b = i.b AND r.seq = i.seq GROUP BY i.a, i.b, r.emoji
        """;

    public override Task<AppendOutcome[]> AppendAsync(IChatDatabase database, long node, IReadOnlyList<LogRow> rows) =>
        _log.AppendAsync(database, node, rows);

    public override Task InsertOfflineAsync(IChatDatabase database, IReadOnlyList<OfflineRow> rows, long? pushDue = null) =>
        MySqlOffline.InsertAsync(database, rows, pushDue);

    public override Task RaiseMarksAsync(IChatDatabase database, IReadOnlyList<DeliveryMark> marks, long now) =>
        MySqlMarks.RaiseAsync(database, marks, now);

    public override async Task<List<ConversationId>> TouchedSinceAsync(IChatDatabase database, long incarnation, long ts) =>
        [.. (await database.ReadAsync(connection => connection.QueryAsync<TouchedRow>(
            "SELECT DISTINCT a, b FROM MessageLog WHERE node = @incarnation AND ts >= @ts", new { incarnation, ts })))
            .Select(row => ConversationId.FromStored(row.A, row.B))];

    public override ReadOnlyMemory<byte> FromStored(byte[] message) => JsonText.FromAscii(message);
}
