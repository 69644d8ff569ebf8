namespace Chat.Node.Storage.MySql;

/// <summary>The search in a full-text index of InnoDB.</summary>
sealed class MySqlSearch : SearchSql
{
    public override string Standings =>
        """
        SELECT i.a, i.b, COALESCE(c.seq, 0) AS seq, COALESCE(c.rev, 0) AS rev,
            COALESCE((SELECT h.seq FROM MessageLog h WHERE h.a = i.a AND h.b = i.b AND h.seq BETWEEN 1 AND 9007199254740991 ORDER BY h.seq DESC LIMIT 1), 0) AS head,
            COALESCE((SELECT s.rev FROM MessageState s WHERE s.a = i.a AND s.b = i.b ORDER BY s.rev DESC LIMIT 1), 0) AS newest
        FROM JSON_TABLE(@ids, '$[*]' COLUMNS (a INT PATH '$[0]', b INT PATH '$[1]')) i
        LEFT JOIN SearchCursor c ON c.a = i.a AND c.b = i.b
        """;

    public override string RowsAbove =>
        """
        SELECT 0 AS id, l.a, l.b, l.seq, l.sender, l.ts, l.body
        FROM JSON_TABLE(@ids, '$[*]' COLUMNS (a INT PATH '$[0]', b INT PATH '$[1]', above BIGINT PATH '$[2]')) i
        JOIN MessageLog l ON l.a = i.a AND l.b = i.b AND l.seq > i.above AND l.seq <= COALESCE(
            (SELECT h.seq FROM MessageLog h WHERE h.a = i.a AND h.b = i.b AND h.seq > i.above ORDER BY h.seq LIMIT 1 OFFSET 49), 9007199254740991)
        """;

    public override string ChangedRows =>
        """
        SELECT 0 AS id, l.a, l.b, l.seq, l.sender, l.ts, l.body, s.rev, s.edited + s.recalled AS rewritten
        FROM MessageState s JOIN MessageLog l ON l.a = s.a AND l.b = s.b AND l.seq = s.seq
        WHERE s.a = @A AND s.b = @B AND s.rev > @rev ORDER BY s.rev LIMIT @limit
        """;

    public override string MakeWalk => "INSERT IGNORE INTO SearchWalk (id, holder, held_until, started, a, b, finished) VALUES (1, 0, 0, 0, 0, 0, 0)";

    public override string MakeCursor => "INSERT IGNORE INTO SearchCursor (a, b, seq, rev) VALUES (@A, @B, 0, 0)";

    public override string LockCursor => "SELECT seq, rev FROM SearchCursor WHERE a = @A AND b = @B FOR UPDATE";

    public override string StoreTokens =>
        """
        INSERT INTO MessageText (a, b, seq, ts, tokens)
        SELECT i.a, i.b, i.seq, i.ts, i.tokens
        FROM JSON_TABLE(@rows, '$[*]' COLUMNS (a INT PATH '$[1]', b INT PATH '$[2]', seq BIGINT PATH '$[3]', ts BIGINT PATH '$[4]', tokens MEDIUMTEXT PATH '$[5]')) i
        ON DUPLICATE KEY UPDATE tokens = VALUES(tokens)
        """;

    public override string ForgetTokens => "DELETE FROM MessageText WHERE a = @A AND b = @B AND seq BETWEEN @from AND @to";

    public override string Find =>
        """
        SELECT t.ts AS id, l.a, l.b, l.seq, l.sender, l.ts, l.body
        FROM MessageText t JOIN MessageLog l ON l.a = t.a AND l.b = t.b AND l.seq = t.seq
        LEFT JOIN ConversationFloor f ON f.a = l.a AND f.b = l.b
        WHERE MATCH (t.tokens) AGAINST (@match IN BOOLEAN MODE) AND l.seq >= COALESCE(f.floor, 1)
            AND (t.ts < @Order OR (t.ts = @Order AND (t.a < @A OR (t.a = @A AND (t.b < @B OR (t.b = @B AND t.seq < @Seq))))))
        ORDER BY t.ts DESC, t.a DESC, t.b DESC, t.seq DESC LIMIT @limit
        """;

    public override string Match(IEnumerable<string> terms, IEnumerable<string> scopes) =>
        $"{string.Join(' ', terms.Select(term => $"+{term}"))} +({string.Join(' ', scopes)})";
}
