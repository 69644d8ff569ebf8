using System.Diagnostics;
using Chat.Node.Telemetry;

namespace Chat.Node.Storage.MySql;

/// <summary>
/// Which connections to use now. With several servers the one in use is asked twice a second, and left for the first other one that works
/// when it is gone, silent, read-only, or has lost its cluster. A node that has changed stays: no server is gone back to because it is there again.
/// </summary>
sealed class MySqlRoute : IAsyncDisposable
{
    static readonly TimeSpan Watch = TimeSpan.FromMilliseconds(500);

    /// <summary>A server that has to be left all the time costs no more new pools than this.</summary>
    static readonly TimeSpan LeastStay = TimeSpan.FromSeconds(1);

    /// <summary>Where there are others a failure is looked into sooner: asking costs little.</summary>
    static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Those who wait for a connection of a pool that was left get it yet.</summary>
    static readonly TimeSpan Farewell = TimeSpan.FromSeconds(10);

    readonly MySqlServers _servers;
    readonly PacketLimit _limit;
    readonly ILogger _logger;
    readonly Lock _gate = new();
    readonly CancellationTokenSource _end = new();
    volatile MySqlPools _pools;
    volatile Task _search = Task.CompletedTask;
    Task? _watching;
    long _leftAt;
    long _searchedAt;

    public MySqlRoute(MySqlServers servers, PacketLimit limit, ILogger logger)
    {
        (_servers, _limit, _logger) = (servers, limit, logger);
        _pools = MySqlPools.Open(servers.Current, limit, servers.AreSeveral);
    }

    /// <summary>The connections to use. While a server is looked for it waits for that, which takes two seconds at most.</summary>
    public async ValueTask<MySqlPools> PoolsAsync()
    {
        await _search;
        return _pools;
    }

    /// <summary>The start has found the server to work on: it is watched from now on.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            if (_pools.Server != _servers.Current)
                Replace(_servers.Current);
            if (_servers.AreSeveral)
                _watching ??= Task.Run(WatchAsync);
        }
    }

    /// <summary>Their connections are dead, or spoilt, or lead to the wrong server: from now on callers get new ones.</summary>
    public void Leave(MySqlPools pools)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_pools, pools) || !_search.IsCompleted)
                return;
            if (!_servers.AreSeveral)
            {
                if (!HasJustBeen(_leftAt, LeastStay))
                    Replace(pools.Server);
            }
            else if (!HasJustBeen(_searchedAt, LeastPause))
            {
                _search = Task.Run(() => SearchAsync(pools));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        if (_watching is { } watching)
            await watching;
        await _search;
        await _pools.DisposeAsync();
        _end.Dispose();
    }

    static bool HasJustBeen(long at, TimeSpan least) => at != 0 && Stopwatch.GetElapsedTime(at) < least;

    async Task SearchAsync(MySqlPools pools)
    {
        var next = await _servers.FindAsync(pools.Server);
        lock (_gate)
        {
            _searchedAt = Stopwatch.GetTimestamp();
            if (next is null || next == pools.Server)
            {
                if (!HasJustBeen(_leftAt, LeastStay))
                    Replace(pools.Server);
                return;
            }

            _servers.Current = next;
            Replace(next);
        }

        DatabaseLog.ServerChanged(_logger, pools.Server.Name, next.Name);
        pools.Leave();
    }

    void Replace(MySqlServer server)
    {
        var before = _pools;
        _pools = MySqlPools.Open(server, _limit, _servers.AreSeveral);
        _leftAt = Stopwatch.GetTimestamp();
        _ = DisposeLaterAsync(before);
    }

    static async Task DisposeLaterAsync(MySqlPools pools)
    {
        await Task.Delay(Farewell);
        await pools.DisposeAsync();
    }

    async Task WatchAsync()
    {
        ServerProbe? probe = null;
        using var timer = new PeriodicTimer(Watch);
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
            {
                var pools = _pools;
                if (probe?.Server != pools.Server)
                {
                    _ = probe?.DisposeAsync().AsTask();
                    probe = new ServerProbe(pools.Server);
                }

                if (await probe.AskAsync() is not { } trouble)
                    continue;
                DatabaseLog.ServerInTrouble(_logger, pools.Server.Name, trouble);
                Leave(pools);
            }
        }
        catch (OperationCanceledException)
        {
            // the node is stopping
        }

        if (probe is not null)
            await probe.DisposeAsync();
    }
}
