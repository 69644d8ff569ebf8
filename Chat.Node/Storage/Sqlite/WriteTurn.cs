using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Chat.Node.Storage.Sqlite;

/// <summary>
/// The order in which processes write to one file. In SQLite a waiting process looks again after ever longer pauses, so a busy
/// process starves the others. Here they queue: the next process holds one lock, the writing process another. A process that has just
/// written comes behind the next one. The turn provides fairness only: SQLite's own lock keeps writers apart. So a process that does not
/// get its turn in time, because the one before is frozen, writes without it.
/// </summary>
sealed class WriteTurn : IDisposable
{
    /// <summary>How long a writer waits for those before it; then one of them is frozen, or the disk is.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    readonly object _gate = new();
    readonly FileLock? _next;
    readonly FileLock? _writing;
    Thread? _queuer;
    bool _isOff;
    bool _isQueueing;
    bool _isInside;
    bool _isMine;
    bool _isEnding;

    WriteTurn(string file)
    {
        try
        {
            _next = FileLock.Open(file + ".next");
            _writing = FileLock.Open(file + ".writing");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _isOff = true;
        }
    }

    WriteTurn() => _isOff = true;

    /// <summary>
    /// The one of a connection's file, by the name that SQLite itself knows it by: links and URIs are resolved. Nobody queues
    /// for a database in memory, nor where there are no such locks.
    /// </summary>
    public static WriteTurn Of(SqliteConnection connection)
    {
        var file = raw.sqlite3_db_filename(connection.Handle, "main").utf8_to_string();
        return string.IsNullOrEmpty(file) || !OperatingSystem.IsLinux() ? new WriteTurn() : new WriteTurn(file);
    }

    /// <summary>Comes back when it is this process's turn, or without it when that takes too long.</summary>
    public void Enter()
    {
        lock (_gate)
        {
            _isInside = true;
            // Queueing since an earlier turn: somebody is frozen, and SQLite decides until that is over.
            if (_isOff || _isQueueing || TryTake())
                return;
            _isQueueing = true;
            if (_queuer is null)
                StartQueuer();
            Monitor.PulseAll(_gate);
            var since = Stopwatch.GetTimestamp();
            while (_isQueueing && Patience - Stopwatch.GetElapsedTime(since) is { Ticks: > 0 } left)
                Monitor.Wait(_gate, left);
        }
    }

    /// <summary>The turn is over; if there was none, nothing happens.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _isInside = false;
            if (_isMine)
                _writing!.Release();
            _isMine = false;
        }
    }

    /// <summary>After the last turn. One that is still queueing leaves the queue when its turn comes.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isInside = false;
            _isEnding = true;
            Monitor.PulseAll(_gate);
            if (_queuer is null)
                DisposeLocks();
        }
    }

    bool TryTake()
    {
        if (!_next!.TryTake())
            return false;
        // If somebody is writing, the next one is us: the queueing thread goes on from there.
        if (!_writing!.TryTake())
            return false;
        _next.Release();
        return _isMine = true;
    }

    void StartQueuer()
    {
        _queuer = new Thread(Queue) { IsBackground = true, Name = "sqlite turn" };
        _queuer.Start();
    }

    /// <summary>Waits in the writer's place, because a lock cannot be waited for with a time-out.</summary>
    void Queue()
    {
        while (WaitUntilAsked())
        {
            var isTaken = _next!.Take() && _writing!.Take();
            _next.Release();
            lock (_gate)
            {
                _isQueueing = false;
                _isOff = !isTaken;
                if (isTaken && _isInside)
                    _isMine = true; // also when this process went on without it: the others wait until it has written
                else if (isTaken)
                    _writing!.Release();
                Monitor.PulseAll(_gate);
            }
        }

        DisposeLocks();
    }

    void DisposeLocks()
    {
        _next?.Dispose();
        _writing?.Dispose();
    }

    bool WaitUntilAsked()
    {
        lock (_gate)
        {
            while (!_isQueueing && !_isEnding)
                Monitor.Wait(_gate);
            return !_isEnding;
        }
    }
}
