using System.Threading.Channels;
using Microsoft.Data.Sqlite;

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
        else if (exception is SqliteException { SqliteErrorCode: not 19 } sqlite) // 19: a constraint, the caller's business
            _done.TrySetException(new StorageException($"SQLite: {sqlite.Message}", sqlite));
        else
            _done.TrySetException(exception);
    }
}

/// <summary>
/// One thread with one connection and a bounded queue. As a writer it runs everything that has gathered in one
/// transaction, each piece of work in a savepoint of its own: one sync to disk for all.
/// </summary>
sealed class SqliteWorker : IDisposable
{
    const int QueueLength = 16 * 1024;
    const int LargestTransaction = 512;

    readonly Channel<SqliteWork> _queue = Channel.CreateBounded<SqliteWork>(
        new BoundedChannelOptions(QueueLength) { SingleReader = false });
    readonly Func<SqliteConnection> _open;
    readonly bool _isWriter;
    readonly List<Thread> _threads = [];

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
        return _queue.Writer.TryWrite(work)
            ? work.Done
            : Task.FromException<T>(new StorageException("SQLite: too many statements are waiting"));
    }

    /// <summary>Ends after what is queued has been done.</summary>
    public void Dispose()
    {
        _queue.Writer.TryComplete();
        foreach (var thread in _threads)
            thread.Join(TimeSpan.FromSeconds(10));
    }

    void Loop()
    {
        SqliteConnection? connection = null;
        var gathered = new List<SqliteWork>();
        while (Wait())
        {
            gathered.Clear();
            var most = _isWriter ? LargestTransaction : 1;
            while (gathered.Count < most && _queue.Reader.TryRead(out var work))
                gathered.Add(work);
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

    bool Wait()
    {
        var wait = _queue.Reader.WaitToReadAsync();
        return wait.IsCompletedSuccessfully ? wait.Result : wait.AsTask().GetAwaiter().GetResult();
    }

    static void RunEach(SqliteConnection connection, List<SqliteWork> gathered)
    {
        foreach (var work in gathered)
        {
            TryRun(work, connection, null);
            work.Settle(null);
        }
    }

    static void RunInTransaction(SqliteConnection connection, List<SqliteWork> gathered)
    {
        Exception? failure = null;
        try
        {
            using var transaction = connection.BeginTransaction(deferred: false);
            foreach (var work in gathered)
            {
                if (gathered.Count == 1)
                {
                    if (!TryRun(work, connection, transaction))
                        break;
                    continue;
                }

                transaction.Save("work");
                if (!TryRun(work, connection, transaction))
                    transaction.Rollback("work");
                transaction.Release("work");
            }

            if (gathered.Count > 1 || !gathered[0].HasFailed)
                transaction.Commit();
        }
        catch (Exception e)
        {
            failure = e;
        }

        foreach (var work in gathered)
            work.Settle(failure);
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
