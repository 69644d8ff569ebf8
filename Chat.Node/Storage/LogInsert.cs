using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Chat.Node.Storage;

/// <summary>
/// The log's INSERT on the embedded database: prepared once per connection and bound without parameter objects, because this
/// is the hot statement of the node.
/// </summary>
sealed class LogInsert
{
    readonly SqliteConnection _connection;
    readonly sqlite3_stmt _row;
    readonly sqlite3_stmt _conversation;

    public LogInsert(SqliteConnection connection, long node)
    {
        _connection = connection;
        _row = Prepare("INSERT INTO MessageLog (a, b, seq, sender, cmid, ts, node, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
        _conversation = Prepare("INSERT INTO Conversation (a, b) VALUES (?, ?) ON CONFLICT DO NOTHING");
        raw.sqlite3_bind_int64(_row, 7, node);
    }

    /// <exception cref="SqliteException">The row was not inserted; a constraint has code 19.</exception>
    public void Execute(LogRow row)
    {
        raw.sqlite3_bind_int(_row, 1, row.Conversation.A);
        raw.sqlite3_bind_int(_row, 2, row.Conversation.B);
        raw.sqlite3_bind_int64(_row, 3, row.Seq);
        raw.sqlite3_bind_int(_row, 4, row.Sender);
        raw.sqlite3_bind_text(_row, 5, Encoding.UTF8.GetBytes(row.Cmid));
        raw.sqlite3_bind_int64(_row, 6, row.Ts);
        raw.sqlite3_bind_blob(_row, 8, row.Body.Span);
        Step(_row);
        if (row.Seq != 1)
            return;
        raw.sqlite3_bind_int(_conversation, 1, row.Conversation.A);
        raw.sqlite3_bind_int(_conversation, 2, row.Conversation.B);
        Step(_conversation);
    }

    sqlite3_stmt Prepare(string sql)
    {
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(_connection.Handle, sql, out var statement), _connection.Handle);
        return statement;
    }

    void Step(sqlite3_stmt statement)
    {
        raw.sqlite3_step(statement);
        // The reset returns the step's error.
        SqliteException.ThrowExceptionForRC(raw.sqlite3_reset(statement), _connection.Handle);
    }
}
