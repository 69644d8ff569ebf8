using System.Data.Common;
using System.Diagnostics;
using Chat.Node.Telemetry;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
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

    readonly SqliteConnectionStringBuilder _connection;
    readonly SqliteFiles _files;
    readonly SqliteWorker _writer;
    readonly SqliteWorker _reader;
    readonly NodeMeter _meter;

    /// <param name="connectionString">Which file; it is made by <see cref="MigrateAsync"/> alone.</param>
    /// <param name="logger">Hears when the file goes away.</param>
    /// <param name="meter">Hears how long it takes.</param>
    public SqliteDatabase(string connectionString, ILogger<SqliteDatabase>? logger = null, NodeMeter? meter = null)
    {
        _meter = meter ?? NodeMeter.Unread;
        _connection = SqlitePath.Read(connectionString);
        _connection.Pooling = false;
        _files = new SqliteFiles(_connection.DataSource, logger ?? NullLogger<SqliteDatabase>.Instance, SqlitePath.Named(connectionString));
        // A file that was taken away must not be replaced by an empty one in secret.
        var existing = new SqliteConnectionStringBuilder(_connection.ToString()) { Mode = SqliteOpenMode.ReadWrite }.ToString();
        _writer = new SqliteWorker("sqlite writer", 1, isWriter: true, () => OpenWatched(new SqliteConnection(existing)), _files);
        _reader = new SqliteWorker("sqlite reader", Readers, isWriter: false, () => OpenWatched(new ReaderConnection(existing)), _files);
        _meter.Queues.Add("sqlite_writes", SqliteWorker.QueueLength, () => _writer.Waiting);
        _meter.Queues.Add("sqlite_reads", SqliteWorker.QueueLength, () => _reader.Waiting);
    }

    public SqlDialect Dialect { get; } = new SqliteDialect();

    public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read) =>
        RunAsync(_reader, StatementKind.Read, (connection, _) => read(connection));

    public Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, Task<T>> write) =>
        RunAsync(_writer, StatementKind.Write, (connection, transaction) => write(connection, transaction!));

    public Task<T> WriteOnceAsync<T>(Func<DbConnection, DbTransaction?, Task<T>> write) => RunAsync(_writer, StatementKind.Batch, write);

    public async Task MigrateAsync()
    {
        await Task.Run(Make);
        var keys = new SqliteWork<int>((connection, transaction) => connection.ExecuteAsync(
            // For rows that are older than the columns.
            """
            UPDATE OR IGNORE Users SET namekey = LOWER(name) WHERE namekey IS NULL;
            UPDATE OR IGNORE AllGroup SET groupkey = LOWER(groupname) WHERE groupkey IS NULL;
            """, transaction: transaction));
        _writer.Enqueue(keys);
        await keys.Done; // without a time-out: there may be many
    }

    /// <exception cref="StorageException">It cannot be the database; the text names the file and says why.</exception>
    void Make()
    {
        var file = _connection.DataSource;
        try
        {
            if (Path.GetDirectoryName(file) is { } folder)
                Directory.CreateDirectory(folder);
            if (FileIdentityOf(file) is { Links: > 1 } identity)
                throw new IOException($"it has {identity.Links} names (hard links), and its log would be found by one of them only");
            Open(new SqliteConnection(_connection.ToString())).Dispose(); // sets what has to be set before the first table
            SqliteMigrations.Apply(_connection.ToString());
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw SqliteTrouble.Explain(file, e);
        }
        catch (StorageException e) when (e.InnerException is SqliteException inner && SqliteTrouble.IsOfFile(inner))
        {
            throw SqliteTrouble.Explain(file, inner);
        }
    }

    static FileIdentity? FileIdentityOf(string file) => OperatingSystem.IsLinux() ? FileIdentity.Of(file) : null;

    public void Dispose()
    {
        _writer.Dispose();
        _reader.Dispose();
    }

    async Task<T> RunAsync<T>(SqliteWorker worker, StatementKind kind, Func<SqliteConnection, SqliteTransaction?, Task<T>> run)
    {
        var (begunAt, hasFailed) = (Stopwatch.GetTimestamp(), true);
        var work = new SqliteWork<T>(run);
        try
        {
            worker.Enqueue(work);
            var result = await work.Done.WaitAsync(Timeout);
            hasFailed = false;
            return result;
        }
        catch (DuplicateKeyException)
        {
            hasFailed = false; // an answer like any other
            throw;
        }
        catch (TimeoutException e)
        {
            work.GiveUp();
            throw new StorageException($"SQLite: no answer within {Timeout.TotalSeconds} s", e);
        }
        finally
        {
            _meter.StatementEnded(kind, begunAt, hasFailed);
        }
    }

    SqliteConnection OpenWatched(SqliteConnection connection)
    {
        _files.Check(); // opening would make a new log in place of one that was taken away
        return Open(connection, _files.Note);
    }

    /// <param name="connection">To which file, and whether it is made.</param>
    /// <param name="check">May refuse what was opened.</param>
    SqliteConnection Open(SqliteConnection connection, Action? check = null)
    {
        try
        {
            Prepare(connection);
            check?.Invoke();
            return connection;
        }
        catch
        {
            // The connection that closes last writes the log into the database: one that nobody closes would prevent that.
            _files.Close(connection);
            throw;
        }
    }

    static void Prepare(SqliteConnection connection)
    {
        connection.Open();
        raw.sqlite3_busy_timeout(connection.Handle, BusyMilliseconds);
        using var pragmas = new SqliteCommand(
            // Small pages and rare checkpoints: a commit touches an index page per conversation (docs/measurements/what-helped.md).
            "PRAGMA page_size = 2048; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 16000;"
            + "PRAGMA cache_size = -4096; PRAGMA temp_store = MEMORY;"
            + "SELECT COUNT(*) FROM sqlite_master;", // opens the log
            connection);
        pragmas.ExecuteNonQuery();
        // SQLite's own knows only a to z.
        connection.CreateFunction("lower", (string? text) => text?.ToLowerInvariant(), isDeterministic: true);
        // When SQLite has waited, the library would wait on, up to 30 s: longer than anybody who asks.
        connection.DefaultTimeout = 1;
    }
}
