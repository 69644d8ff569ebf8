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

    public override string InsertUser => "INSERT INTO Users (name, password, state, ours) VALUES (@name, @password, 'offline', @ours)";

    public override string InsertGroup => "INSERT INTO AllGroup (groupname, groupdesc, ours) VALUES (@name, @description, @ours)";

    public override string UsersOfName =>
        "SELECT COUNT(*) FROM Users WHERE namekey IN (LOWER(@name), LOWER(@other)) AND id <> @id FOR UPDATE";

    public override string GroupsOfName =>
        "SELECT COUNT(*) FROM AllGroup WHERE groupkey IN (LOWER(@name), LOWER(@other)) AND id <> @id FOR UPDATE";

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
