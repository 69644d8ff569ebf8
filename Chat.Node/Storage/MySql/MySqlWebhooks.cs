namespace Chat.Node.Storage.MySql;

/// <summary>The order and the index are said: a small table that has grown since the server last counted it would be read as a whole.</summary>
sealed class MySqlWebhooks : WebhookSql
{
    public override string Marks =>
        "SELECT m.a, m.b, m.first_seq, m.version FROM JSON_TABLE(@ids, '$[*]' COLUMNS (a INT PATH '$[0]', b INT PATH '$[1]')) i STRAIGHT_JOIN WebhookMark m FORCE INDEX (PRIMARY) ON m.a = i.a AND m.b = i.b";

    public override string Cursors =>
        "SELECT c.endpoint, c.a, c.b, c.seq, c.attempts, c.failing_since, c.due FROM JSON_TABLE(@ids, '$[*]' COLUMNS (a INT PATH '$[0]', b INT PATH '$[1]')) i STRAIGHT_JOIN WebhookCursor c FORCE INDEX (WebhookCursor_conversation) ON c.a = i.a AND c.b = i.b";

    public override string ChangeMarks =>
        "SELECT m.a, m.b, m.first_rev AS first, m.version FROM JSON_TABLE(@ids, '$[*]' COLUMNS (a INT PATH '$[0]', b INT PATH '$[1]')) i STRAIGHT_JOIN WebhookChangeMark m FORCE INDEX (PRIMARY) ON m.a = i.a AND m.b = i.b";

    public override string ChangeCursors =>
        "SELECT c.endpoint, c.a, c.b, c.rev, c.attempts, c.failing_since AS failing, c.due FROM JSON_TABLE(@ids, '$[*]' COLUMNS (a INT PATH '$[0]', b INT PATH '$[1]')) i STRAIGHT_JOIN WebhookChangeCursor c FORCE INDEX (WebhookChangeCursor_conversation) ON c.a = i.a AND c.b = i.b";
}
