using System.Data;
using System.Data.Common;
using System.Diagnostics;
using System.Net.Sockets;
using Chat.Node.Telemetry;
using MySqlConnector;

namespace Chat.Node.Storage.MySql;

/// <summary>
/// MySQL (8.0.23 or later) or MariaDB (10.6 or later). A bounded pool of connections; what certainly had no effect is tried
/// again, everything else that goes wrong is a <see cref="StorageException"/> in time.
/// </summary>
sealed class MySqlDatabase : IChatDatabase, IAsyncDisposable
{
    const int MaxAttempts = 4;
    const int MaxWaiting = 16 * 1024;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>A statement that begins later could end when nobody waits for it any more.</summary>
    static readonly TimeSpan LatestStart = TimeSpan.FromSeconds(4);

    readonly MySqlServers _servers;
    readonly MySqlRoute _route;
    readonly int _largestFrame;
    readonly PacketLimit _limit = new();
    readonly MySqlDialect _dialect = new();
    readonly ILogger _logger;
    readonly NodeMeter _meter;
    int _waiting;

    /// <param name="servers">Where to.</param>
    /// <param name="logger">Hears of repetitions.</param>
    /// <param name="largestFrame">Messages become no larger than this, in bytes.</param>
    /// <param name="meter">Hears how long it takes.</param>
    public MySqlDatabase(MySqlServers servers, ILogger<MySqlDatabase> logger, int largestFrame = 64 * 1024, NodeMeter? meter = null)
    {
        _meter = meter ?? NodeMeter.Unread;
        _meter.Queues.Add("mysql", MaxWaiting, () => Volatile.Read(ref _waiting));
        (_servers, _logger, _largestFrame) = (servers, logger, largestFrame);
        _route = new MySqlRoute(servers, _limit, logger);
    }

    public MySqlDatabase(string connectionString, ILogger<MySqlDatabase> logger)
        : this(new MySqlServers(connectionString), logger)
    {
    }

    public SqlDialect Dialect => _dialect;

    public int LargestBody => _limit.LargestBody;

    public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read) => RunAsync(StatementKind.Read, pools => pools.Statements, (connection, _) => read(connection));

    public Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, Task<T>> write) => RunAsync(StatementKind.Write, pools => pools.Statements, async (connection, effect) =>
    {
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted);
        var result = await write(connection, transaction);
        effect.Begin();
        await transaction.CommitAsync();
        return result;
    });

    public Task<T> WriteOnceAsync<T>(Func<DbConnection, DbTransaction?, Task<T>> write) => RunAsync(StatementKind.Batch, pools => pools.Batches, (connection, effect) =>
    {
        effect.Begin();
        return write(connection, null);
    });

    public async Task MigrateAsync()
    {
        await Task.Run(() => MySqlMigrations.ApplyAsync(_servers, _limit, _logger));
        _route.Begin();
        _dialect.IsGalera = await ReadAsync(connection => MySqlServerCheck.RunAsync(connection, _limit, _largestFrame, _servers.AreSeveral, _logger));
    }

    public ValueTask DisposeAsync() => _route.DisposeAsync();

    async Task<T> RunAsync<T>(StatementKind kind, Func<MySqlPools, MySqlDataSource> choose, Func<MySqlConnection, Effect, Task<T>> run)
    {
        var (begunAt, hasFailed) = (Stopwatch.GetTimestamp(), true);
        try
        {
            var result = await RunInTimeAsync(choose, run);
            hasFailed = false;
            return result;
        }
        catch (DuplicateKeyException)
        {
            hasFailed = false; // an answer like any other
            throw;
        }
        finally
        {
            _meter.StatementEnded(kind, begunAt, hasFailed);
        }
    }

    async Task<T> RunInTimeAsync<T>(Func<MySqlPools, MySqlDataSource> choose, Func<MySqlConnection, Effect, Task<T>> run)
    {
        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw new StorageException("MySQL: too many statements are waiting");
        }

        var work = RepeatAsync(choose, run);
        _ = work.ContinueWith(_ => Interlocked.Decrement(ref _waiting), TaskScheduler.Default);
        try
        {
            return await work.WaitAsync(Timeout);
        }
        catch (TimeoutException e)
        {
            throw new StorageException($"MySQL: no answer within {Timeout.TotalSeconds} s", e);
        }
    }

    async Task<T> RepeatAsync<T>(Func<MySqlPools, MySqlDataSource> choose, Func<MySqlConnection, Effect, Task<T>> run)
    {
        var started = Stopwatch.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            var effect = new Effect(started, Timeout);
            var pools = await _route.PoolsAsync();
            try
            {
                return await AttemptAsync(choose(pools), run, effect, started).WaitAsync(pools.Left);
            }
            catch (OperationCanceledException e) when (pools.Left.IsCancellationRequested)
            {
                effect.GiveUp();
                throw new StorageException($"MySQL: the server {pools.Server} was left without an answer", e);
            }
            catch (MySqlException e)
            {
                if (MySqlErrors.IsOfConnection(e))
                    _route.Leave(pools); // its neighbours are as dead, or as spoilt, or lead to the wrong server
                if (!CanRepeat(attempt, started) || !(MySqlErrors.CanRepeat(e, effect.IsPossible) || (_servers.AreSeveral && MySqlErrors.IsUnreachable(e))))
                    throw MySqlErrors.Translate(e);
                await PauseAsync(attempt, e);
            }
            catch (SessionRefusedException e)
            {
                throw new StorageException($"MySQL: {e.Message}", e);
            }
            catch (SocketException e)
            {
                _route.Leave(pools); // the driver lets it out of BeginTransaction as it is
                throw new StorageException($"MySQL: {e.Message}", e);
            }
            catch (Exception e) when (e is InvalidOperationException or IOException or TimeoutException or OperationCanceledException)
            {
                // The driver's own words for a connection that broke under a statement.
                throw new StorageException($"MySQL: {e.Message}", e);
            }
        }
    }

    /// <summary>
    /// On one connection. What the server has taken back because of somebody else's lock or write is repeated there and nowhere else: a Galera
    /// server that is losing its cluster may say so of a transaction that the others have. It refuses the repetition then.
    /// </summary>
    async Task<T> AttemptAsync<T>(MySqlDataSource source, Func<MySqlConnection, Effect, Task<T>> run, Effect effect, long started)
    {
        await using var connection = await source.OpenConnectionAsync();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await run(connection, effect);
            }
            catch (MySqlException e) when (e.ErrorCode == MySqlErrorCode.LockDeadlock && CanRepeat(attempt, started))
            {
                await PauseAsync(attempt, e);
            }
        }
    }

    static bool CanRepeat(int attempt, long started) => attempt < MaxAttempts && Stopwatch.GetElapsedTime(started) < LatestStart;

    Task PauseAsync(int attempt, MySqlException because)
    {
        Log.StatementRepeated(_logger, attempt, because.Message);
        _meter.StatementRepeated();
        return Task.Delay(Random.Shared.Next(5, 20) * attempt);
    }
}
