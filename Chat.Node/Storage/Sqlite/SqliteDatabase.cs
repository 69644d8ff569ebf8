using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Chat.Node.Storage.Sqlite;

/// <summary>
/// The embedded database: one file in WAL mode, synced to disk at every commit. One writer thread per process gathers
/// what is waiting into one transaction; two threads read.
/// </summary>
sealed class SqliteDatabase : IChatDatabase, IDisposable
{
    /// <summary>How long SQLite waits for a lock of another process that has no turn: a tool, or one that is frozen.</summary>
    public const int BusyMilliseconds = 5000;

    const int Readers = 2;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    readonly string _connectionString;
    readonly SqliteWorker _writer;
    readonly SqliteWorker _reader;

    public SqliteDatabase(string connectionString)
    {
        var builder = new SqliteConnectionStringBuilder(connectionString) { Pooling = false };
        if (Path.GetDirectoryName(Path.GetFullPath(builder.DataSource)) is { } folder)
            Directory.CreateDirectory(folder);
        _connectionString = builder.ToString();
        _writer = new SqliteWorker("sqlite writer", 1, isWriter: true, Open);
        _reader = new SqliteWorker("sqlite reader", Readers, isWriter: false, Open);
    }

    public SqlDialect Dialect { get; } = new SqliteDialect();

    public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read) =>
        RunAsync(_reader, (connection, _) => read(connection));

    public Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, Task<T>> write) =>
        RunAsync(_writer, (connection, transaction) => write(connection, transaction!));

    public Task<T> WriteOnceAsync<T>(Func<DbConnection, DbTransaction?, Task<T>> write) => WriteAsync(write);

    public async Task MigrateAsync()
    {
        await Task.Run(() =>
        {
            Open().Dispose(); // sets what has to be set before the first table
            SqliteMigrations.Apply(_connectionString);
        });
        var keys = new SqliteWork<int>((connection, transaction) => connection.ExecuteAsync(
            // Of rows that are older than the columns.
            """
            UPDATE OR IGNORE Users SET namekey = LOWER(name) WHERE namekey IS NULL;
            UPDATE OR IGNORE AllGroup SET groupkey = LOWER(groupname) WHERE groupkey IS NULL;
            """, transaction: transaction));
        _writer.Enqueue(keys);
        await keys.Done; // without a time-out: there may be many
    }

    public void Dispose()
    {
        _writer.Dispose();
        _reader.Dispose();
    }

    static async Task<T> RunAsync<T>(SqliteWorker worker, Func<SqliteConnection, SqliteTransaction?, Task<T>> run)
    {
        var work = new SqliteWork<T>(run);
        worker.Enqueue(work);
        try
        {
            return await work.Done.WaitAsync(Timeout);
        }
        catch (TimeoutException e)
        {
            work.GiveUp();
            throw new StorageException($"SQLite: no answer within {Timeout.TotalSeconds} s", e);
        }
    }

    SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        raw.sqlite3_busy_timeout(connection.Handle, BusyMilliseconds);
        using var pragmas = connection.CreateCommand();
        pragmas.CommandText =
            // Small pages and rare checkpoints: a commit touches an index page per conversation (docs/performance.md).
            "PRAGMA page_size = 2048; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 16000;"
            + "PRAGMA cache_size = -4096; PRAGMA temp_store = MEMORY;";
        pragmas.ExecuteNonQuery();
        // SQLite's own knows only a to z.
        connection.CreateFunction("lower", (string? text) => text?.ToLowerInvariant(), isDeterministic: true);
        // When SQLite has waited, the library would wait on, up to 30 s: longer than anybody who asks.
        connection.DefaultTimeout = 1;
        return connection;
    }
}
