namespace Chat.Node.Storage.Sqlite;

/// <summary>The search in FTS5. Ids of the log ascend with the time.</summary>
sealed class SqliteSearch : SearchSql
{
    public override string Standings =>
        """
        SELECT i.a, i.b, COALESCE(c.seq, 0) AS seq, COALESCE(c.rev, 0) AS rev,
            COALESCE((SELECT h.seq FROM MessageLog h WHERE h.a = i.a AND h.b = i.b AND h.seq BETWEEN 1 AND 9007199254740991 ORDER BY h.seq DESC LIMIT 1), 0) AS head,
            COALESCE((SELECT s.rev FROM MessageState s WHERE s.a = i.a AND s.b = i.b ORDER BY s.rev DESC LIMIT 1), 0) AS newest
        FROM (SELECT value ->> 0 AS a, value ->> 1 AS b FROM json_each(@ids)) i
        LEFT JOIN SearchCursor c ON c.a = i.a AND c.b = i.b
        """;

    public override string RowsAbove =>
        """
        SELECT l.id, l.a, l.b, l.seq, l.sender, l.ts, l.body
        FROM (SELECT value ->> 0 AS a, value ->> 1 AS b, value ->> 2 AS above FROM json_each(@ids)) i
        JOIN MessageLog l ON l.a = i.a AND l.b = i.b AND l.seq > i.above AND l.seq <= COALESCE(
            (SELECT h.seq FROM MessageLog h WHERE h.a = i.a AND h.b = i.b AND h.seq > i.above ORDER BY h.seq LIMIT 1 OFFSET 49), 9007199254740991)
        """;

    public override string ChangedRows =>
        """
        SELECT l.id, l.a, l.b, l.seq, l.sender, l.ts, l.body, s.rev, s.edited + s.recalled AS rewritten
        FROM MessageState s JOIN MessageLog l ON l.a = s.a AND l.b = s.b AND l.seq = s.seq
        WHERE s.a = @A AND s.b = @B AND s.rev > @rev ORDER BY s.rev LIMIT @limit
        """;

    public override string MakeWalk => "INSERT OR IGNORE INTO SearchWalk (id, holder, held_until, started, a, b, finished) VALUES (1, 0, 0, 0, 0, 0, 0)";

    public override string MakeCursor => "INSERT OR IGNORE INTO SearchCursor (a, b, seq, rev) VALUES (@A, @B, 0, 0)";

    public override string LockCursor => "SELECT seq, rev FROM SearchCursor WHERE a = @A AND b = @B";

    public override string StoreTokens =>
        "INSERT OR REPLACE INTO MessageText (rowid, tokens) SELECT value ->> 0, value ->> 5 FROM json_each(@rows)";

    public override string ForgetTokens =>
        "DELETE FROM MessageText WHERE rowid IN (SELECT id FROM MessageLog WHERE a = @A AND b = @B AND seq BETWEEN @from AND @to)";

    public override string Find =>
        """
        SELECT l.id, l.a, l.b, l.seq, l.sender, l.ts, l.body
        FROM MessageText t JOIN MessageLog l ON l.id = t.rowid
        LEFT JOIN ConversationFloor f ON f.a = l.a AND f.b = l.b
        WHERE t.tokens MATCH @match AND t.rowid < @Order AND l.seq >= COALESCE(f.floor, 1) ORDER BY t.rowid DESC LIMIT @limit
        """;

    public override string Match(IEnumerable<string> terms, IEnumerable<string> scopes) =>
        $"{string.Join(" AND ", terms.Select(Quote))} AND ({string.Join(" OR ", scopes.Select(Quote))})";

    static string Quote(string token) => token.EndsWith('*') ? $"\"{token[..^1]}\"*" : $"\"{token}\"";
}
