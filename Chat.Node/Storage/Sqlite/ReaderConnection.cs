using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Chat.Node.Storage.Sqlite;

/// <summary>
/// The connection of a thread that reads. It keeps the statements that it has prepared: the library, and Dapper above it, prepares one for
/// each question, which costs as much again as the answer, or more. Whoever asks notices nothing.
/// </summary>
sealed class ReaderConnection(string connectionString) : SqliteConnection(connectionString)
{
    /// <summary>SQLITE_DBCONFIG_LOOKASIDE.</summary>
    const int Lookaside = 1001;

    /// <summary>SQLite's own size of a piece.</summary>
    const int PieceBytes = 1200;

    /// <summary>
    /// Pieces of memory that SQLite has at hand for a connection. It has 40 of them, and kept statements would sit on all: what is prepared
    /// beside them then costs a tenth more than without any.
    /// </summary>
    const int Pieces = 400;

    readonly KeptStatements _kept = new();

    public override void Open()
    {
        base.Open();
        _ = raw.sqlite3_db_config(Handle, Lookaside, IntPtr.Zero, PieceBytes, Pieces); // refused: slower, nothing else
    }

    public override SqliteCommand CreateCommand() => new ReaderCommand(_kept)
    {
        Connection = this,
        CommandTimeout = DefaultTimeout,
        Transaction = Transaction,
    };

    /// <summary>For good.</summary>
    public override void Close()
    {
        _kept.Close();
        base.Close();
    }
}
