using System.Diagnostics;
using System.Net.Sockets;
using Chat.Node.Telemetry;
using Dapper;
using MySqlConnector;

namespace Chat.Node.Storage.MySql;

/// <summary>
/// Whose turn it is to change the schema. On one server that is a lock, which ends with its connection. In a Galera cluster such a lock is one server's own:
/// there it is a row, whose owner gives signs of life, and which is taken from one that gives none.
/// </summary>
sealed class SchemaTurn : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>A large table holds up the whole cluster while it is changed, the signs of life too. Who is overtaken does no harm: each step can be repeated.</summary>
    static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(20);

    /// <summary>Connections that change tables wait without end. A sign of life does not: who gives up the turn is waited for.</summary>
    const int BeatSeconds = 10;

    readonly MySqlDataSource _source;
    readonly long _owner = Random.Shared.NextInt64();
    readonly CancellationTokenSource _end = new();
    Task _beating = Task.CompletedTask;

    SchemaTurn(MySqlDataSource source) => _source = source;

    sealed class TurnRow
    {
        public long Owner { get; init; }

        public long Beat { get; init; }
    }

    /// <param name="source">Gives connections for the signs of life.</param>
    /// <param name="connection">Holds the lock.</param>
    /// <param name="isCompleteAsync">Whether nothing is left to change: nobody's turn is needed then, and a node that dies while it starts keeps nobody waiting.</param>
    /// <param name="logger">Hears of a turn that was taken away.</param>
    /// <exception cref="StorageException">Somebody else has had it all the time.</exception>
    public static async Task<SchemaTurn> TakeAsync(MySqlDataSource source, MySqlConnection connection, Func<Task<bool>> isCompleteAsync, ILogger logger)
    {
        var turn = new SchemaTurn(source);
        if (await IsGaleraAsync(connection))
        {
            if (!await GaleraTurns.AreThereAsync(connection) || !await isCompleteAsync())
                await turn.TakeRowAsync(connection, logger);
        }
        else if (await connection.ExecuteScalarAsync<long?>(
            "SELECT GET_LOCK(LEFT(@name, 64), @seconds)", new { name = $"ChatActors schema {connection.Database}", seconds = Patience.TotalSeconds }) != 1)
            throw Late();
        return turn;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _beating;
        _end.Dispose();
    }

    static StorageException Late() => new($"another node has been changing the schema for {Patience.TotalSeconds} s");

    static async Task<bool> IsGaleraAsync(MySqlConnection connection) =>
        (await connection.QueryAsync<(string, string Value)>("SHOW VARIABLES WHERE Variable_name = 'wsrep_on'")).Any(shown => shown.Value == "ON");

    /// <summary>The tables are no part of the scripts: a database may come to a Galera cluster later.</summary>
    async Task TakeRowAsync(MySqlConnection connection, ILogger logger)
    {
        await connection.ExecuteAsync("CREATE TABLE IF NOT EXISTS SchemaTurn (id INT NOT NULL PRIMARY KEY, owner BIGINT NOT NULL, beat BIGINT NOT NULL) ENGINE = InnoDB");
        await GaleraTurns.MakeTableAsync(connection);
        var start = Stopwatch.GetTimestamp();
        var (seen, since) = (new TurnRow(), start);
        while (!await TryInsertAsync(connection))
        {
            if (await connection.QuerySingleOrDefaultAsync<TurnRow>("SELECT owner, beat FROM SchemaTurn WHERE id = 1") is not { } row)
                continue; // just given back
            if (row.Owner != seen.Owner || row.Beat != seen.Beat)
                (seen, since) = (row, Stopwatch.GetTimestamp());
            else if (Stopwatch.GetElapsedTime(since) > LongestSilence && await TryTakeAwayAsync(connection, row))
            {
                DatabaseLog.SchemaTurnTaken(logger, LongestSilence.TotalSeconds);
                break;
            }

            if (Stopwatch.GetElapsedTime(start) > Patience)
                throw Late();
            await Task.Delay(Look);
        }

        _beating = Task.Run(BeatAsync);
    }

    async Task<bool> TryInsertAsync(MySqlConnection connection)
    {
        try
        {
            return await connection.ExecuteAsync("INSERT INTO SchemaTurn (id, owner, beat) VALUES (1, @_owner, 0)", new { _owner }) > 0;
        }
        catch (MySqlException e) when (e.ErrorCode is MySqlErrorCode.DuplicateKeyEntry or MySqlErrorCode.LockDeadlock)
        {
            return false;
        }
    }

    async Task<bool> TryTakeAwayAsync(MySqlConnection connection, TurnRow row)
    {
        try
        {
            return await connection.ExecuteAsync(
                "UPDATE SchemaTurn SET owner = @_owner, beat = 0 WHERE id = 1 AND owner = @Owner AND beat = @Beat", new { _owner, row.Owner, row.Beat }) > 0;
        }
        catch (MySqlException e) when (e.ErrorCode == MySqlErrorCode.LockDeadlock)
        {
            return false;
        }
    }

    /// <summary>Gives signs of life until the turn ends, then gives it back. What fails is no harm: another node takes the turn then.</summary>
    async Task BeatAsync()
    {
        using var timer = new PeriodicTimer(Beat);
        try
        {
            await using var connection = await _source.OpenConnectionAsync();
            try
            {
                while (await timer.WaitForNextTickAsync(_end.Token))
                    await connection.ExecuteAsync("UPDATE SchemaTurn SET beat = beat + 1 WHERE id = 1 AND owner = @_owner", new { _owner }, commandTimeout: BeatSeconds);
            }
            catch (OperationCanceledException)
            {
                await connection.ExecuteAsync("DELETE FROM SchemaTurn WHERE id = 1 AND owner = @_owner", new { _owner }, commandTimeout: BeatSeconds);
            }
        }
        catch (Exception e) when (e is MySqlException or SocketException or IOException or InvalidOperationException)
        {
            // told by what the turn was taken for, if that fails too
        }
    }
}
