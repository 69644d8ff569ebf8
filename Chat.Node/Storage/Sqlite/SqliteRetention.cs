namespace Chat.Node.Storage.Sqlite;

/// <summary>What the walk for old messages reads.</summary>
static class SqliteRetention
{
    public const string Kept =
        """
        SELECT x.a, x.b, COALESCE(p.keep_days, 0) AS keepdays, COALESCE(f.floor, 1) AS floor, COALESCE(f.cleaned_to, 1) AS cleanedto,
            (SELECT l.ts FROM MessageLog l WHERE l.a = x.a AND l.b = x.b AND l.seq >= COALESCE(f.floor, 1) ORDER BY l.seq LIMIT 1) AS oldest,
            (SELECT l.ts FROM MessageLog l WHERE l.a = x.a AND l.b = x.b AND l.seq >= f.deleted_to AND l.seq < f.floor - 1 ORDER BY l.seq LIMIT 1) AS emptied,
            CASE WHEN EXISTS (SELECT 1 FROM AllGroup g WHERE g.id = d.groupid) THEN NULL ELSE d.deleted END AS deleted
        FROM (SELECT value ->> 0 AS a, value ->> 1 AS b FROM json_each(@ids)) x
        LEFT JOIN ConversationFloor f ON f.a = x.a AND f.b = x.b
        LEFT JOIN GroupPolicy p ON x.a = 0 AND p.groupid = x.b
        LEFT JOIN DeletedGroup d ON x.a = 0 AND d.groupid = x.b
        """;
}
