using System.Data;
using System.Data.Common;
using System.Diagnostics;
using System.Net.Sockets;
using Chat.Node.Settings;
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

    /// <summary>A server that has to be left all the time costs no more new pools than this.</summary>
    static readonly TimeSpan LeastStay = TimeSpan.FromSeconds(1);

    /// <summary>A statement that begins later could end when nobody waits for it any more.</summary>
    static readonly TimeSpan LatestStart = TimeSpan.FromSeconds(4);

    readonly string _connectionString;
    readonly int _largestFrame;
    readonly PacketLimit _limit = new();
    readonly Lock _leaving = new();
    readonly ILogger _logger;
    readonly NodeMeter _meter;
    volatile MySqlPools _pools;
    long _leftAt;
    int _waiting;

    /// <param name="connectionString">Where to.</param>
    /// <param name="logger">Hears of repetitions.</param>
    /// <param name="largestFrame">Messages become no larger than this, in bytes.</param>
    /// <param name="meter">Hears how long it takes.</param>
    public MySqlDatabase(string connectionString, ILogger<MySqlDatabase> logger, int largestFrame = 64 * 1024, NodeMeter? meter = null)
    {
        _meter = meter ?? NodeMeter.Unread;
        _meter.Queues.Add("mysql", MaxWaiting, () => Volatile.Read(ref _waiting));
        _largestFrame = largestFrame;
        _connectionString = MySqlOptions.Complete(connectionString);
        _logger = logger;
        _pools = MySqlPools.Open(_connectionString, _limit);
    }

    public SqlDialect Dialect { get; } = new MySqlDialect();

    public int LargestBody => _limit.LargestBody;

    public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read) => RunAsync(StatementKind.Read, pools => pools.Statements, (connection, _) => read(connection));

    public Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, Task<T>> write) => RunAsync(StatementKind.Write, pools => pools.Statements, async (connection, effect) =>
    {
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted);
        var result = await write(connection, transaction);
        effect.StopIfGivenUp();
        effect.IsPossible = true;
        await transaction.CommitAsync();
        return result;
    });

    public Task<T> WriteOnceAsync<T>(Func<DbConnection, DbTransaction?, Task<T>> write) => RunAsync(StatementKind.Batch, pools => pools.Batches, (connection, effect) =>
    {
        effect.IsPossible = true;
        return write(connection, null);
    });

    public async Task MigrateAsync()
    {
        await Task.Run(() => MySqlMigrations.ApplyAsync(_connectionString, _limit, _logger));
        await ReadAsync(connection => MySqlServerCheck.RunAsync(connection, _limit, _largestFrame, _logger));
    }

    public ValueTask DisposeAsync() => _pools.DisposeAsync();

    /// <summary>Whether what was sent may have been done although no answer came.</summary>
    sealed class Effect(long started)
    {
        public bool IsPossible { get; set; }

        /// <exception cref="StorageException">The caller was told that there is no answer: then nothing may come of it.</exception>
        public void StopIfGivenUp()
        {
            if (Stopwatch.GetElapsedTime(started) >= Timeout)
                throw new StorageException("MySQL: given up before the commit");
        }
    }

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
            var effect = new Effect(started);
            var pools = _pools;
            try
            {
                await using var connection = await choose(pools).OpenConnectionAsync();
                try
                {
                    return await run(connection, effect);
                }
                catch (MySqlException e) when (MySqlErrors.IsConnectionLost(e) || MySqlErrors.IsReadOnly(e) || MySqlErrors.IsUncommitted(e))
                {
                    Leave(pools); // its neighbours are as dead, or as spoilt, or lead to the wrong server
                    throw;
                }
            }
            catch (MySqlException e) when (
                attempt < MaxAttempts && Stopwatch.GetElapsedTime(started) < LatestStart && MySqlErrors.CanRepeat(e, effect.IsPossible))
            {
                Log.StatementRepeated(_logger, attempt, e.Message);
                _meter.StatementRepeated();
                await Task.Delay(Random.Shared.Next(5, 20) * attempt);
            }
            catch (MySqlException e)
            {
                throw MySqlErrors.Translate(e);
            }
            catch (SessionRefusedException e)
            {
                throw new StorageException($"MySQL: {e.Message}", e);
            }
            catch (SocketException e)
            {
                Leave(pools); // the driver lets it out of BeginTransaction as it is
                throw new StorageException($"MySQL: {e.Message}", e);
            }
            catch (Exception e) when (e is InvalidOperationException or IOException or TimeoutException or OperationCanceledException)
            {
                // The driver's own words for a connection that broke under a statement.
                throw new StorageException($"MySQL: {e.Message}", e);
            }
        }
    }

    /// <summary>From now on callers get new connections.</summary>
    void Leave(MySqlPools pools)
    {
        lock (_leaving)
        {
            if (!ReferenceEquals(_pools, pools) || (_leftAt != 0 && Stopwatch.GetElapsedTime(_leftAt) < LeastStay))
                return;
            _pools = MySqlPools.Open(_connectionString, _limit);
            _leftAt = Stopwatch.GetTimestamp();
        }

        _ = DisposeLaterAsync(pools);
    }

    /// <summary>Those who wait for one of its connections get it yet.</summary>
    static async Task DisposeLaterAsync(MySqlPools pools)
    {
        await Task.Delay(Timeout);
        await pools.DisposeAsync();
    }
}
