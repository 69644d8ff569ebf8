using System.Text;
using Chat.Protocol;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Chat.Node.Storage.Sqlite;

/// <summary>
/// The log's INSERT on the embedded database: prepared once per connection and bound without parameter objects, because this
/// is the hot statement of the node. SQLite prepares it again by itself when another process has changed the schema.
/// </summary>
sealed class LogInsert : IDisposable
{
    readonly SqliteConnection _connection;
    readonly sqlite3_stmt _row;
    readonly sqlite3_stmt _conversation;
    readonly sqlite3_stmt _find;
    ReferenceInsert? _references;

    public LogInsert(SqliteConnection connection)
    {
        _connection = connection;
        _row = Prepare("INSERT INTO MessageLog (a, b, seq, sender, cmid, ts, node, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
        _conversation = Prepare("INSERT INTO Conversation (a, b) VALUES (?, ?) ON CONFLICT DO NOTHING");
        _find = Prepare("SELECT seq, ts FROM MessageLog WHERE a = ? AND b = ? AND sender = ? AND cmid = ?");
    }

    /// <summary>Inserts a row. A statement that hits a key is taken back, what was done before is not.</summary>
    public AppendOutcome Execute(LogRow row, long node)
    {
        Bind(_row, row.Conversation);
        raw.sqlite3_bind_int64(_row, 3, row.Seq);
        raw.sqlite3_bind_int(_row, 4, row.Sender);
        raw.sqlite3_bind_text(_row, 5, Encoding.UTF8.GetBytes(row.Cmid));
        raw.sqlite3_bind_int64(_row, 6, row.Ts);
        raw.sqlite3_bind_int64(_row, 7, node);
        raw.sqlite3_bind_blob(_row, 8, row.Body.Span);
        switch (Step(_row))
        {
            case raw.SQLITE_CONSTRAINT:
                return Settle(row);
            case raw.SQLITE_TOOBIG:
                return AppendOutcome.Refused;
        }

        if (row.Seq == 1)
        {
            Bind(_conversation, row.Conversation);
            Step(_conversation);
        }

        if (!row.References.IsEmpty)
            (_references ??= new ReferenceInsert(_connection)).Execute(row);
        return AppendOutcome.Written(row);
    }

    /// <summary>Which key was hit: the row with this sender and cmid is the message itself, else the number was taken.</summary>
    AppendOutcome Settle(LogRow row)
    {
        Bind(_find, row.Conversation);
        raw.sqlite3_bind_int(_find, 3, row.Sender);
        raw.sqlite3_bind_text(_find, 4, Encoding.UTF8.GetBytes(row.Cmid));
        var outcome = raw.sqlite3_step(_find) == raw.SQLITE_ROW
            ? AppendOutcome.Duplicate(raw.sqlite3_column_int64(_find, 0), raw.sqlite3_column_int64(_find, 1))
            : AppendOutcome.Conflict;
        Check(raw.sqlite3_reset(_find));
        return outcome;
    }

    /// <summary>A connection is not closed, nor its log taken apart, before its statements are.</summary>
    public void Dispose()
    {
        _row.Dispose();
        _conversation.Dispose();
        _find.Dispose();
        _references?.Dispose();
    }

    static void Bind(sqlite3_stmt statement, ConversationId id)
    {
        raw.sqlite3_bind_int(statement, 1, id.A);
        raw.sqlite3_bind_int(statement, 2, id.B);
    }

    sqlite3_stmt Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_connection.Handle, sql, out var statement));
        return statement;
    }

    /// <summary>Returns what a row can be refused for; everything else is an exception.</summary>
    int Step(sqlite3_stmt statement)
    {
        raw.sqlite3_step(statement);
        var result = raw.sqlite3_reset(statement); // returns the step's error
        var code = result & 0xff;
        if (code is not (raw.SQLITE_CONSTRAINT or raw.SQLITE_TOOBIG))
            Check(result);
        return code;
    }

    void Check(int result) => SqliteException.ThrowExceptionForRC(result, _connection.Handle);
}
