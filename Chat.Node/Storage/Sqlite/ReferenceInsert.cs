using Chat.Protocol;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Chat.Node.Storage.Sqlite;

/// <summary>What a message refers to, in the transaction of its row. Prepared with the first such message; nothing of it is there for the others.</summary>
sealed class ReferenceInsert : IDisposable
{
    readonly SqliteConnection _connection;
    readonly sqlite3_stmt _references;
    readonly sqlite3_stmt _mention;

    public ReferenceInsert(SqliteConnection connection)
    {
        _connection = connection;
        _references = Prepare("REPLACE INTO MessageReference (a, b, seq, thread, refs) VALUES (?, ?, ?, ?, ?)");
        _mention = Prepare("REPLACE INTO Mention (a, b, seq, userid, sender) VALUES (?, ?, ?, ?, ?)");
    }

    public void Execute(LogRow row)
    {
        var references = MessageReferences.Parse(row.References);
        Bind(_references, row);
        raw.sqlite3_bind_int64(_references, 4, references.Thread);
        raw.sqlite3_bind_blob(_references, 5, row.References.Span);
        Step(_references);
        foreach (var userId in StoredMentions.UsersOf(references, row.Sender))
        {
            Bind(_mention, row);
            raw.sqlite3_bind_int(_mention, 4, userId);
            raw.sqlite3_bind_int(_mention, 5, row.Sender);
            Step(_mention);
        }
    }

    public void Dispose()
    {
        _references.Dispose();
        _mention.Dispose();
    }

    static void Bind(sqlite3_stmt statement, LogRow row)
    {
        raw.sqlite3_bind_int(statement, 1, row.Conversation.A);
        raw.sqlite3_bind_int(statement, 2, row.Conversation.B);
        raw.sqlite3_bind_int64(statement, 3, row.Seq);
    }

    sqlite3_stmt Prepare(string sql)
    {
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(_connection.Handle, sql, out var statement), _connection.Handle);
        return statement;
    }

    void Step(sqlite3_stmt statement)
    {
        raw.sqlite3_step(statement);
        SqliteException.ThrowExceptionForRC(raw.sqlite3_reset(statement), _connection.Handle); // returns the step's error
    }
}
