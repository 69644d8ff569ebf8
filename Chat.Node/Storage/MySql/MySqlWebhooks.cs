namespace Chat.Node.Storage.MySql;

sealed class MySqlWebhooks : WebhookSql
{
    public override string Marks =>
        "SELECT m.a, m.b, m.first_seq, m.version FROM JSON_TABLE(@ids, '$[*]' COLUMNS (a INT PATH '$[0]', b INT PATH '$[1]')) i JOIN WebhookMark m ON m.a = i.a AND m.b = i.b";

    public override string Cursors =>
        "SELECT c.endpoint, c.a, c.b, c.seq, c.attempts, c.failing_since, c.due FROM JSON_TABLE(@ids, '$[*]' COLUMNS (a INT PATH '$[0]', b INT PATH '$[1]')) i JOIN WebhookCursor c ON c.a = i.a AND c.b = i.b";

    public override string ChangeMarks =>
        "SELECT m.a, m.b, m.first_rev AS first, m.version FROM JSON_TABLE(@ids, '$[*]' COLUMNS (a INT PATH '$[0]', b INT PATH '$[1]')) i JOIN WebhookChangeMark m ON m.a = i.a AND m.b = i.b";

    public override string ChangeCursors =>
        "SELECT c.endpoint, c.a, c.b, c.rev, c.attempts, c.failing_since AS failing, c.due FROM JSON_TABLE(@ids, '$[*]' COLUMNS (a INT PATH '$[0]', b INT PATH '$[1]')) i JOIN WebhookChangeCursor c ON c.a = i.a AND c.b = i.b";
}
