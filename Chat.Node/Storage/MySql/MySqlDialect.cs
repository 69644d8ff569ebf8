using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage.MySql;

/// <summary>MySQL's own way: one statement with many rows, because a round trip costs more than a long text.</summary>
sealed class MySqlDialect : SqlDialect
{
    readonly MySqlLog _log = new();

    sealed class TouchedRow
    {
        public int A { get; init; }

        public int B { get; init; }
    }

    public override string LastInsertId => "SELECT LAST_INSERT_ID()";

    public override string InsertUser =>
        "INSERT INTO Users (name, password, state, namefold, ours) VALUES (@name, @password, 'offline', @key, @ours)";

    public override string InsertGroup => "INSERT INTO AllGroup (groupname, groupdesc, groupfold, ours) VALUES (@name, @description, @key, @ours)";

    public override string UsersOfName => "SELECT COUNT(*) FROM Users WHERE namefold IN (@key, @other) AND id <> @id FOR UPDATE";

    public override string GroupsOfName => "SELECT COUNT(*) FROM AllGroup WHERE groupfold IN (@key, @other) AND id <> @id FOR UPDATE";

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
        SELECT l.a, l.b, l.seq, l.ts, l.sender, l.cmid
        FROM JSON_TABLE(@ids, '$[*]' COLUMNS (a INT PATH '$[0]', b INT PATH '$[1]')) i
        JOIN MessageLog l ON l.a = i.a AND l.b = i.b
            AND l.seq = (SELECT h.seq FROM MessageLog h WHERE h.a = i.a AND h.b = i.b ORDER BY h.seq DESC LIMIT 1)
        """;

    public override string LastBefore =>
        """
        SELECT i.a, i.b, (
            SELECT l.seq FROM MessageLog l WHERE l.a = i.a AND l.b = i.b AND (l.ts < i.ts OR l.seq <= i.lowest) ORDER BY l.seq DESC LIMIT 1) AS seq
        FROM JSON_TABLE(@ids, '$[*]' COLUMNS (a INT PATH '$[0]', b INT PATH '$[1]', ts BIGINT PATH '$[2]', lowest BIGINT PATH '$[3]')) i
        """;

    public override string MarkStandings =>
        """
        SELECT i.userid, i.a, i.b, COALESCE(m.queued_to, 0) AS queuedto, COALESCE(m.received_to, 0) AS receivedto, COALESCE(m.read_to, 0) AS readto,
            COALESCE((SELECT l.seq FROM MessageLog l WHERE l.a = i.a AND l.b = i.b ORDER BY l.seq DESC LIMIT 1), 0) AS head,
            CASE WHEN i.a = 0
                THEN EXISTS (SELECT 1 FROM GroupUser g WHERE g.groupid = i.b AND g.userid = i.userid) AND EXISTS (SELECT 1 FROM AllGroup x WHERE x.id = i.b)
                ELSE i.userid IN (i.a, i.b) AND EXISTS (SELECT 1 FROM Users u WHERE u.id = i.a) AND EXISTS (SELECT 1 FROM Users v WHERE v.id = i.b)
            END AS takespart
        FROM JSON_TABLE(@ids, '$[*]' COLUMNS (userid INT PATH '$[0]', a INT PATH '$[1]', b INT PATH '$[2]')) i
        LEFT JOIN DeliveryMark m ON m.userid = i.userid AND m.a = i.a AND m.b = i.b
        """;

    public override string ImpossibleMarks =>
        """
        WITH i AS (SELECT * FROM JSON_TABLE(@ids, '$[*]' COLUMNS (a INT PATH '$[0]', b INT PATH '$[1]', head BIGINT PATH '$[2]')) j)
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
        _log.AppendAsync(database, node, rows);

    public override Task InsertOfflineAsync(IChatDatabase database, IReadOnlyList<OfflineRow> rows) => MySqlOffline.InsertAsync(database, rows);

    public override Task RaiseMarksAsync(IChatDatabase database, IReadOnlyList<DeliveryMark> marks, long now) =>
        MySqlMarks.RaiseAsync(database, marks, now);

    public override async Task<List<ConversationId>> TouchedSinceAsync(IChatDatabase database, long incarnation, long ts) =>
        [.. (await database.ReadAsync(connection => connection.QueryAsync<TouchedRow>(
            "SELECT DISTINCT a, b FROM MessageLog WHERE node = @incarnation AND ts >= @ts", new { incarnation, ts })))
            .Select(row => ConversationId.FromStored(row.A, row.B))];

    public override ReadOnlyMemory<byte> FromStored(byte[] message) => JsonText.FromAscii(message);
}
