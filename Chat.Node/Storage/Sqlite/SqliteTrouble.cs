using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Chat.Node.Storage.Sqlite;

/// <summary>Why a file cannot be the database of a node, with its name: SQLite's own words leave it out.</summary>
static class SqliteTrouble
{
    /// <summary>The file is at fault, or the disk; not what was asked.</summary>
    public static bool IsOfFile(SqliteException e) => e.SqliteErrorCode is raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT or raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN
        or raw.SQLITE_PERM or raw.SQLITE_FULL or raw.SQLITE_IOERR;

    public static StorageException Explain(string file, Exception e) => new($"{file} cannot be the database (Chat:Storage:ConnectionString): {Reason(file, e)}", e);

    static string Reason(string file, Exception e)
    {
        if (Directory.Exists(file))
            return "a folder has this name";
        return e is SqliteException sqlite
            ? sqlite.SqliteErrorCode switch
            {
                raw.SQLITE_NOTADB => "it is no SQLite database",
                raw.SQLITE_CORRUPT => "it is damaged",
                raw.SQLITE_READONLY => "this process may not write to it, or to its folder",
                raw.SQLITE_CANTOPEN or raw.SQLITE_PERM => "it cannot be opened or made; this process has to be allowed to write to it and to its folder",
                raw.SQLITE_FULL => "the disk is full",
                raw.SQLITE_IOERR => $"the disk fails or is full ({e.Message})",
                _ => e.Message,
            }
            : e.Message;
    }
}
