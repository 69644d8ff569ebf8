using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Chat.Node.Storage.Sqlite;

/// <summary>Work for a thread that owns a SQLite connection.</summary>
abstract class SqliteWork
{
    /// <summary>Runs the statements. Exceptions are kept until <see cref="Settle"/>.</summary>
    public abstract bool TryRun(SqliteConnection connection, SqliteTransaction? transaction);

    /// <summary>The caller has been told that there is no answer: what has not begun does not begin any more.</summary>
    public abstract void GiveUp();

    /// <summary>Tells the caller; <paramref name="failure"/> when the transaction around it failed.</summary>
    public abstract void Settle(Exception? failure);

    /// <summary>Whether <see cref="TryRun"/> failed.</summary>
    public abstract bool HasFailed { get; }
}

/// <summary>Work with a result.</summary>
sealed class SqliteWork<T>(Func<SqliteConnection, SqliteTransaction?, Task<T>> run) : SqliteWork
{
    readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    T? _result;
    Exception? _exception;
    volatile bool _isGivenUp;

    public Task<T> Done => _done.Task;

    public override bool HasFailed => _exception is not null;

    public override bool TryRun(SqliteConnection connection, SqliteTransaction? transaction)
    {
        _exception = null;
        if (_isGivenUp)
            return true;
        try
        {
            // Microsoft.Data.Sqlite is synchronous inside: the task has always ended here.
            _result = run(connection, transaction).GetAwaiter().GetResult();
        }
        catch (Exception e)
        {
            _exception = e;
        }

        return _exception is null;
    }

    public override void GiveUp() => _isGivenUp = true;

    public override void Settle(Exception? failure)
    {
        if (_isGivenUp)
            _done.TrySetCanceled(); // nobody is listening
        else if (_exception is null && failure is null)
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
/// transaction: one sync to disk for all, when it is this process's turn to write. A piece of work that fails takes nobody
/// with it.
/// </summary>
sealed class SqliteWorker : IDisposable
{
    public const int QueueLength = 16 * 1024;
    const int LargestTransaction = 512;

    /// <summary>SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE.</summary>
    const int NoCheckpointOnClose = 1006;

    // A monitor, because a thread that waits on a channel spins first, at the cost of threads that have work.
    readonly Queue<SqliteWork> _queue = new();
    readonly Func<SqliteConnection> _open;
    readonly bool _isWriter;
    readonly SqliteFiles _files;
    readonly List<Thread> _threads = [];
    bool _isEnding;

    public SqliteWorker(string name, int threads, bool isWriter, Func<SqliteConnection> open, SqliteFiles files)
    {
        _files = files;
        _open = open;
        _isWriter = isWriter;
        for (var i = 0; i < threads; i++)
        {
            var thread = new Thread(Loop) { IsBackground = true, Name = $"{name} {i}" };
            _threads.Add(thread);
            thread.Start();
        }
    }

    /// <summary>Pieces of work that nobody has begun.</summary>
    public int Waiting
    {
        get
        {
            lock (_queue)
                return _queue.Count;
        }
    }

    /// <exception cref="StorageException">Too much is waiting.</exception>
    public void Enqueue(SqliteWork work)
    {
        lock (_queue)
        {
            if (_queue.Count >= QueueLength || _isEnding)
                throw new StorageException("SQLite: too many statements are waiting");
            _queue.Enqueue(work);
            Monitor.Pulse(_queue);
        }
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
        SqliteWriter? writer = null;
        var gathered = new List<SqliteWork>();
        while (Gather(gathered))
        {
            try
            {
                connection ??= _open();
                if (_isWriter)
                    (writer ??= new SqliteWriter(connection, _files)).Run(gathered, GatherMore);
                else
                    RunEach(connection, gathered, _files);
            }
            catch (Exception e)
            {
                // Could not open: every caller hears it, the next round tries again.
                gathered.ForEach(work => work.Settle(e));
                Close(connection, writer);
                (connection, writer) = (null, null);
            }
        }

        if (connection is not null && _files.IsCut)
            raw.sqlite3_db_config(connection.Handle, NoCheckpointOnClose, 1, out _);
        Close(connection, writer);
    }

    void Close(SqliteConnection? connection, SqliteWriter? writer)
    {
        if (connection is not null)
            _files.Close(connection);
        writer?.Dispose();
    }

    /// <summary>Waits for work; false when there will be none any more.</summary>
    bool Gather(List<SqliteWork> gathered)
    {
        gathered.Clear();
        lock (_queue)
        {
            while (_queue.Count == 0 && !_isEnding)
                Monitor.Wait(_queue);
            GatherMore(gathered);
        }

        return gathered.Count > 0;
    }

    void GatherMore(List<SqliteWork> gathered)
    {
        var max = _isWriter ? LargestTransaction : 1;
        lock (_queue)
        {
            while (gathered.Count < max && _queue.TryDequeue(out var work))
                gathered.Add(work);
        }
    }

    static void RunEach(SqliteConnection connection, List<SqliteWork> gathered, SqliteFiles files)
    {
        foreach (var work in gathered)
            work.Settle(TryRun(work));

        Exception? TryRun(SqliteWork work)
        {
            try
            {
                files.CheckIfLost();
                work.TryRun(connection, null);
                return null;
            }
            catch (StorageException e)
            {
                return e;
            }
        }
    }
}
