using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Chat.Node.Storage.Sqlite;

/// <summary>Work for a thread that owns a SQLite connection.</summary>
abstract class SqliteWork
{
    /// <summary>Runs the statements. Exceptions are kept until <see cref="Settle"/>.</summary>
    public abstract void Run(SqliteConnection connection, SqliteTransaction? transaction);

    /// <summary>Tells the caller; <paramref name="failure"/> when the transaction around it failed.</summary>
    public abstract void Settle(Exception? failure);

    /// <summary>Whether <see cref="Run"/> failed.</summary>
    public abstract bool HasFailed { get; }
}

/// <summary>Work with a result.</summary>
sealed class SqliteWork<T>(Func<SqliteConnection, SqliteTransaction?, Task<T>> run) : SqliteWork
{
    readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    T? _result;
    Exception? _exception;

    public Task<T> Done => _done.Task;

    public override bool HasFailed => _exception is not null;

    public override void Run(SqliteConnection connection, SqliteTransaction? transaction)
    {
        _exception = null;
        try
        {
            // Microsoft.Data.Sqlite is synchronous inside: the task has always ended here.
            _result = run(connection, transaction).GetAwaiter().GetResult();
        }
        catch (Exception e)
        {
            _exception = e;
            throw;
        }
    }

    public override void Settle(Exception? failure)
    {
        if (_exception is null && failure is null)
            _done.TrySetResult(_result!);
        else if (_exception is not { } exception)
            _done.TrySetException(new StorageException($"SQLite: {failure!.Message}", failure));
        else if (exception is SqliteException { SqliteErrorCode: raw.SQLITE_CONSTRAINT } constraint)
            _done.TrySetException(new DuplicateKeyException(constraint));
        else if (exception is SqliteException sqlite)
            _done.TrySetException(new StorageException($"SQLite: {sqlite.Message}", sqlite));
        else
            _done.TrySetException(exception);
    }
}

/// <summary>
/// One thread with one connection and a bounded queue. As a writer it runs everything that has gathered in one
/// transaction: one sync to disk for all. A piece of work that fails takes nobody with it.
/// </summary>
sealed class SqliteWorker : IDisposable
{
    const int QueueLength = 16 * 1024;
    const int LargestTransaction = 512;

    // A monitor, because waiting on a channel from a thread spins first, at the cost of those who have work.
    readonly Queue<SqliteWork> _queue = new();
    readonly Func<SqliteConnection> _open;
    readonly bool _isWriter;
    readonly List<Thread> _threads = [];
    bool _isEnding;

    public SqliteWorker(string name, int threads, bool isWriter, Func<SqliteConnection> open)
    {
        _open = open;
        _isWriter = isWriter;
        for (var i = 0; i < threads; i++)
        {
            var thread = new Thread(Loop) { IsBackground = true, Name = $"{name} {i}" };
            _threads.Add(thread);
            thread.Start();
        }
    }

    public Task<T> RunAsync<T>(Func<SqliteConnection, SqliteTransaction?, Task<T>> run)
    {
        var work = new SqliteWork<T>(run);
        lock (_queue)
        {
            if (_queue.Count >= QueueLength || _isEnding)
                return Task.FromException<T>(new StorageException("SQLite: too many statements are waiting"));
            _queue.Enqueue(work);
            Monitor.Pulse(_queue);
        }

        return work.Done;
    }

    /// <summary>Ends after what is queued has been done.</summary>
    public void Dispose()
    {
        lock (_queue)
        {
            _isEnding = true;
            Monitor.PulseAll(_queue);
        }

        foreach (var thread in _threads)
            thread.Join(TimeSpan.FromSeconds(10));
    }

    void Loop()
    {
        SqliteConnection? connection = null;
        var gathered = new List<SqliteWork>();
        while (Gather(gathered))
        {
            try
            {
                connection ??= _open();
                if (_isWriter)
                    RunInTransaction(connection, gathered);
                else
                    RunEach(connection, gathered);
            }
            catch (Exception e)
            {
                // Could not open: every caller hears it, the next round tries again.
                gathered.ForEach(work => work.Settle(e));
                connection?.Dispose();
                connection = null;
            }
        }

        connection?.Dispose();
    }

    /// <summary>Waits for work; false when there will be none any more.</summary>
    bool Gather(List<SqliteWork> gathered)
    {
        gathered.Clear();
        var most = _isWriter ? LargestTransaction : 1;
        lock (_queue)
        {
            while (_queue.Count == 0 && !_isEnding)
                Monitor.Wait(_queue);
            while (gathered.Count < most && _queue.TryDequeue(out var work))
                gathered.Add(work);
        }

        return gathered.Count > 0;
    }

    static void RunEach(SqliteConnection connection, List<SqliteWork> gathered)
    {
        foreach (var work in gathered)
        {
            TryRun(work, connection, null);
            work.Settle(null);
        }
    }

    /// <summary>
    /// All in one transaction; if a piece fails, each again in one of its own, so that it fails alone. That is rare, and
    /// a savepoint around each piece would cost every commit.
    /// </summary>
    static void RunInTransaction(SqliteConnection connection, List<SqliteWork> gathered)
    {
        var failure = RunTogether(connection, gathered);
        if (gathered.Count == 1 || !gathered.Exists(work => work.HasFailed))
        {
            gathered.ForEach(work => work.Settle(failure));
            return;
        }

        foreach (var work in gathered)
            work.Settle(RunTogether(connection, [work]));
    }

    /// <summary>Returns why nothing was committed, if it is not the fault of a piece of work.</summary>
    static Exception? RunTogether(SqliteConnection connection, List<SqliteWork> gathered)
    {
        try
        {
            using var transaction = connection.BeginTransaction(deferred: false);
            if (gathered.TrueForAll(work => TryRun(work, connection, transaction)))
                transaction.Commit();
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    static bool TryRun(SqliteWork work, SqliteConnection connection, SqliteTransaction? transaction)
    {
        try
        {
            work.Run(connection, transaction);
            return true;
        }
        catch (Exception)
        {
            return false; // kept in the work, and told by Settle
        }
    }
}
