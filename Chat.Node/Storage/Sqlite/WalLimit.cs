using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Chat.Node.Storage.Sqlite;

/// <summary>
/// Keeps the write-ahead log from growing without end. SQLite starts it over when a commit finds nobody reading from it. Overlapping
/// readers of any process put that off for ever. So the writer waits a moment for those that read from the log, while new
/// readers already read from the file.
/// </summary>
sealed class WalLimit(SqliteConnection connection, long max = WalLimit.MaxBytes)
{
    /// <summary>Half as much again as SQLite's own checkpoints let it become.</summary>
    const long MaxBytes = 48 << 20;

    /// <summary>How long writers wait for readers; one that outlasts that is left alone until the log is twice as long.</summary>
    const int WaitMilliseconds = 300;

    readonly FileInfo? _wal = raw.sqlite3_db_filename(connection.Handle, "main").utf8_to_string() is { Length: > 0 } file
        ? new FileInfo(file + "-wal")
        : null;
    long _next;

    /// <summary>After a commit, by whoever has the turn to write.</summary>
    public void Keep()
    {
        if (_wal is null)
            return;
        _wal.Refresh();
        if (_wal.Exists && _wal.Length > Math.Max(max, _next))
            _next = TryTruncate() ? 0 : 2 * _wal.Length;
    }

    bool TryTruncate()
    {
        var database = connection.Handle;
        raw.sqlite3_busy_timeout(database, WaitMilliseconds);
        var result = raw.sqlite3_wal_checkpoint_v2(database, "main", raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _);
        raw.sqlite3_busy_timeout(database, SqliteDatabase.BusyMilliseconds);
        return result == raw.SQLITE_OK; // else somebody reads, or the disk fails: the next commit tells
    }
}
