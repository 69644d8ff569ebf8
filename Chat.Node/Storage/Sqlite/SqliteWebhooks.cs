namespace Chat.Node.Storage.Sqlite;

sealed class SqliteWebhooks : WebhookSql
{
    public override string Marks =>
        "SELECT m.a, m.b, m.first_seq, m.version FROM (SELECT value ->> 0 AS a, value ->> 1 AS b FROM json_each(@ids)) i JOIN WebhookMark m ON m.a = i.a AND m.b = i.b";

    public override string Cursors =>
        "SELECT c.endpoint, c.a, c.b, c.seq, c.attempts, c.failing_since, c.due FROM (SELECT value ->> 0 AS a, value ->> 1 AS b FROM json_each(@ids)) i JOIN WebhookCursor c ON c.a = i.a AND c.b = i.b";

    public override string ChangeMarks =>
        "SELECT m.a, m.b, m.first_rev AS first, m.version FROM (SELECT value ->> 0 AS a, value ->> 1 AS b FROM json_each(@ids)) i JOIN WebhookChangeMark m ON m.a = i.a AND m.b = i.b";

    public override string ChangeCursors =>
        "SELECT c.endpoint, c.a, c.b, c.rev, c.attempts, c.failing_since AS failing, c.due FROM (SELECT value ->> 0 AS a, value ->> 1 AS b FROM json_each(@ids)) i JOIN WebhookChangeCursor c ON c.a = i.a AND c.b = i.b";
}
