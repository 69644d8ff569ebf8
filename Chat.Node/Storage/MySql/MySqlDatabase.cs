using System.Data.Common;
using System.Diagnostics;
using Chat.Node.Telemetry;
using MySqlConnector;

namespace Chat.Node.Storage.MySql;

/// <summary>
/// MySQL (8.0.23 or later) or MariaDB (10.6 or later). A bounded pool of connections; what certainly had no effect is tried
/// again, everything else that goes wrong is a <see cref="StorageException"/> in time.
/// </summary>
sealed class MySqlDatabase : IChatDatabase, IAsyncDisposable
{
    const int MostAttempts = 4;
    const int MostWaiting = 16 * 1024;
    const uint BatchConnections = 2;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>Later the caller might have given up before the last attempt ends.</summary>
    static readonly TimeSpan RepeatWithin = TimeSpan.FromSeconds(2);

    readonly string _connectionString;
    readonly MySqlDataSource _source;

    /// <summary>The batches have connections of their own: few, because their prepared statements are remembered on each.</summary>
    readonly MySqlDataSource _batches;

    readonly ILogger _logger;
    int _waiting;

    public MySqlDatabase(string connectionString, ILogger<MySqlDatabase> logger)
    {
        _connectionString = MySqlOptions.Complete(connectionString);
        _logger = logger;
        _source = MySqlOptions.Open(_connectionString);
        _batches = MySqlOptions.Open(new MySqlConnectionStringBuilder(_connectionString) { MaximumPoolSize = BatchConnections }.ConnectionString);
    }

    public SqlDialect Dialect { get; } = new MySqlDialect();

    public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read) => RunAsync(_source, (connection, _) => read(connection));

    public Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, Task<T>> write) => RunAsync(_source, async (connection, effect) =>
    {
        await using var transaction = await connection.BeginTransactionAsync();
        var result = await write(connection, transaction);
        effect.IsPossible = true;
        await transaction.CommitAsync();
        return result;
    });

    public Task<T> WriteOnceAsync<T>(Func<DbConnection, DbTransaction?, Task<T>> write) => RunAsync(_batches, (connection, effect) =>
    {
        effect.IsPossible = true;
        return write(connection, null);
    });

    public Task MigrateAsync() => Task.Run(() => MySqlMigrations.ApplyAsync(_connectionString, _logger));

    public async ValueTask DisposeAsync()
    {
        await _batches.DisposeAsync();
        await _source.DisposeAsync();
    }

    /// <summary>Whether what was sent may have been done although no answer came.</summary>
    sealed class Effect
    {
        public bool IsPossible { get; set; }
    }

    async Task<T> RunAsync<T>(MySqlDataSource source, Func<MySqlConnection, Effect, Task<T>> run)
    {
        if (Interlocked.Increment(ref _waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw new StorageException("MySQL: too many statements are waiting");
        }

        var work = RepeatAsync(source, run);
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

    async Task<T> RepeatAsync<T>(MySqlDataSource source, Func<MySqlConnection, Effect, Task<T>> run)
    {
        var start = Stopwatch.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            var effect = new Effect();
            try
            {
                await using var connection = await source.OpenConnectionAsync();
                try
                {
                    return await run(connection, effect);
                }
                catch (MySqlException e) when (MySqlErrors.IsConnectionLost(e))
                {
                    await MySqlConnection.ClearPoolAsync(connection); // its neighbours are as dead
                    throw;
                }
            }
            catch (MySqlException e) when (attempt < MostAttempts && Stopwatch.GetElapsedTime(start) < RepeatWithin && MySqlErrors.CanRepeat(e, effect.IsPossible))
            {
                Log.StatementRepeated(_logger, attempt, e.Message);
                await Task.Delay(Random.Shared.Next(5, 20) * attempt);
            }
            catch (MySqlException e)
            {
                throw MySqlErrors.Translate(e);
            }
            catch (Exception e) when (e is InvalidOperationException or IOException or TimeoutException or OperationCanceledException)
            {
                // The driver's own words for a connection that broke under a statement.
                throw new StorageException($"MySQL: {e.Message}", e);
            }
        }
    }
}
