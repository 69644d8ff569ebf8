using Microsoft.Data.Sqlite;

namespace Chat.Node.Storage;

/// <summary>The log's INSERT, prepared once per batch: the hot statement of the embedded database.</summary>
sealed class LogInsert : IDisposable
{
    readonly SqliteCommand _row;
    readonly SqliteCommand _conversation;

    public LogInsert(SqliteConnection connection, SqliteTransaction transaction, long node)
    {
        _row = connection.CreateCommand();
        _row.Transaction = transaction;
        _row.CommandText =
            """
            INSERT INTO MessageLog (a, b, seq, sender, cmid, cmid_hash, ts, node, body)
            VALUES ($a, $b, $seq, $sender, $cmid, $hash, $ts, $node, $body)
            """;
        foreach (var name in (ReadOnlySpan<string>)["$a", "$b", "$seq", "$sender", "$ts", "$node"])
            _row.Parameters.Add(name, SqliteType.Integer);
        _row.Parameters.Add("$cmid", SqliteType.Text);
        _row.Parameters.Add("$hash", SqliteType.Blob);
        _row.Parameters.Add("$body", SqliteType.Blob);
        _row.Parameters["$node"].Value = node;

        _conversation = connection.CreateCommand();
        _conversation.Transaction = transaction;
        _conversation.CommandText = "INSERT INTO Conversation (a, b) VALUES ($a, $b) ON CONFLICT DO NOTHING";
        _conversation.Parameters.Add("$a", SqliteType.Integer);
        _conversation.Parameters.Add("$b", SqliteType.Integer);
    }

    public void Execute(LogRow row)
    {
        var parameters = _row.Parameters;
        parameters[0].Value = row.Conversation.A;
        parameters[1].Value = row.Conversation.B;
        parameters[2].Value = row.Seq;
        parameters[3].Value = row.Sender;
        parameters[4].Value = row.Ts;
        parameters[6].Value = row.Cmid;
        parameters[7].Value = LogRow.HashOf(row.Sender, row.Cmid);
        parameters[8].Value = row.Body.ToArray();
        _row.ExecuteNonQuery();
        if (row.Seq != 1)
            return;
        _conversation.Parameters[0].Value = row.Conversation.A;
        _conversation.Parameters[1].Value = row.Conversation.B;
        _conversation.ExecuteNonQuery();
    }

    public void Dispose()
    {
        _row.Dispose();
        _conversation.Dispose();
    }
}
