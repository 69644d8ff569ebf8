using System.Data.Common;
using Microsoft.Data.Sqlite;
using MySqlConnector;
using SQLitePCL;

namespace Chat.Ctl.Backups;

/// <summary>A database that is only read, as it was at one moment, whoever writes to it meanwhile.</summary>
sealed class BackupSource : IAsyncDisposable
{
    const int ConnectSeconds = 10;

    readonly DbConnection _connection;
    readonly CancellationTokenRegistration _interrupt;

    BackupSource(DbConnection connection, string kind, string title, CancellationToken cancelled)
    {
        (_connection, Kind, Title) = (connection, kind, title);
        // SQLite's driver hears of no cancellation while a statement runs.
        if (connection is SqliteConnection { Handle: { } handle })
            _interrupt = cancelled.Register(() => raw.sqlite3_interrupt(handle));
    }

    /// <summary><c>sqlite</c> or <c>mysql</c>.</summary>
    public string Kind { get; }

    /// <summary>For people; without a password.</summary>
    public string Title { get; }

    public bool IsSqlite => Kind == "sqlite";

    /// <exception cref="CtlException">There is no such file, or it is no database.</exception>
    public static async Task<BackupSource> OpenFileAsync(string path, CancellationToken cancelled)
    {
        if (!File.Exists(path))
            throw new CtlException(ExitCode.NotFound, $"there is no file {path}");
        // A copy that nobody writes to has no log beside it: SQLite is told so, else it would make files of its own there.
        var isAlone = !File.Exists($"{path}-wal");
        var name = isAlone ? $"{new Uri(Path.GetFullPath(path)).AbsoluteUri}?immutable=1" : Path.GetFullPath(path);
        var settings = new SqliteConnectionStringBuilder { DataSource = name, Mode = SqliteOpenMode.ReadOnly, Pooling = false, DefaultTimeout = ConnectSeconds };
        return await OpenAsync(new SqliteConnection(settings.ToString()), "sqlite", path, "BEGIN", cancelled);
    }

    /// <exception cref="CtlException">It is no connection string, or leads nowhere.</exception>
    public static async Task<BackupSource> OpenServerAsync(string connectionString, CancellationToken cancelled)
    {
        MySqlConnectionStringBuilder settings;
        try
        {
            // Statements may take as long as the whole check may.
            settings = new MySqlConnectionStringBuilder(connectionString) { Pooling = false, ConnectionTimeout = ConnectSeconds, DefaultCommandTimeout = 0 };
        }
        catch (ArgumentException e)
        {
            throw new CtlException(ExitCode.WrongUsage, "the connection string cannot be read: something like Server=…;Database=…;User ID=…;Password=… is expected", e);
        }

        if (settings.Database.Length == 0)
            throw new CtlException(ExitCode.WrongUsage, "the connection string names no Database");
        return await OpenAsync(
            new MySqlConnection(settings.ConnectionString), "mysql", $"{settings.Database} at {settings.Server}",
            "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY", cancelled);
    }

    /// <summary>The only row's only value; null if it is none.</summary>
    public async Task<long?> NumberAsync(string statement, CancellationToken cancelled)
    {
        await foreach (var row in RowsAsync(statement, cancelled))
            return row.IsDBNull(0) ? null : row.GetInt64(0);
        return null;
    }

    /// <summary>Row by row, never all of them at once. The reader is at the row.</summary>
    public async IAsyncEnumerable<DbDataReader> RowsAsync(string statement, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancelled)
    {
        await using var command = _connection.CreateCommand();
        command.CommandText = statement;
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(cancelled);
        while (await reader.ReadAsync(cancelled))
        {
            yield return reader;
            cancelled.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Whether there is a table of this name.</summary>
    public async Task<bool> HasAsync(string table, CancellationToken cancelled) => await NumberAsync(
        IsSqlite
            ? $"SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = '{table}'"
            : $"SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '{table}'",
        cancelled) > 0;

    public async ValueTask DisposeAsync()
    {
        await _interrupt.DisposeAsync();
        await _connection.DisposeAsync();
    }

    static async Task<BackupSource> OpenAsync(DbConnection connection, string kind, string title, string begin, CancellationToken cancelled)
    {
        try
        {
            await connection.OpenAsync(cancelled);
            var source = new BackupSource(connection, kind, title, cancelled);
            await foreach (var _ in source.RowsAsync(begin, cancelled))
            {
                // it has none
            }

            return source;
        }
        catch (DbException e)
        {
            await connection.DisposeAsync();
            throw Unreadable(title, e);
        }
    }

    /// <summary>What is wrong with a file is wrong with the copy; a server may only be away.</summary>
    public static CtlException Unreadable(string title, DbException reason) =>
        new(reason is SqliteException ? ExitCode.NotSafe : ExitCode.Unavailable, $"{title} cannot be read: {reason.Message}", reason);
}
