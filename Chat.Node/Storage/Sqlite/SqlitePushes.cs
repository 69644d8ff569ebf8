using Microsoft.Data.Sqlite;

namespace Chat.Node.Storage.Sqlite;

/// <summary>Notes whose users it is looked at whether they have to be woken, in the transaction of the offline queue.</summary>
static class SqlitePushes
{
    public static void Insert(SqliteConnection connection, SqliteTransaction transaction, IReadOnlyList<OfflineRow> rows, long due)
    {
        using var insert = connection.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = "INSERT INTO PendingPush (userid, a, b, seq, due) VALUES ($user, $a, $b, $seq, $due) ON CONFLICT (userid, a, b) DO NOTHING";
        foreach (var push in SqlDialect.PushesOf(rows))
        {
            insert.Parameters.Clear();
            insert.Parameters.AddWithValue("$user", push.UserId);
            insert.Parameters.AddWithValue("$a", push.Conversation.A);
            insert.Parameters.AddWithValue("$b", push.Conversation.B);
            insert.Parameters.AddWithValue("$seq", push.Seq);
            insert.Parameters.AddWithValue("$due", due);
            insert.ExecuteNonQuery();
        }
    }
}
