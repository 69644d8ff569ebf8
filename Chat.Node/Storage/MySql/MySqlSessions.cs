using System.Collections.Concurrent;
using MySqlConnector;

namespace Chat.Node.Storage.MySql;

/// <summary>A session cannot be made as it has to be: nothing was sent on it.</summary>
sealed class SessionRefusedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Makes each new session of a pool as it has to be (<see cref="SessionVariables"/>) before anything else is sent on it, and after
/// each reset, which brings back the server's own values.
/// </summary>
sealed class MySqlSessions
{
    const string Packet = "max_allowed_packet";
    const string Database = "DATABASE()";
    const int MaxReleases = 100;

    readonly SessionVariables _variables;
    readonly string _database;
    readonly string _release;
    readonly string _begin;
    readonly string _show;

    /// <summary>
    /// Sessions that are in the pool although they could not be made so: the driver does not tell them from others.
    /// </summary>
    readonly ConcurrentDictionary<int, bool> _unprepared = new();

    readonly PacketLimit? _limit;

    MySqlSessions(string database, int lockSeconds, PacketLimit? limit, bool areForBatches)
    {
        _limit = limit;
        _database = database;
        _variables = new SessionVariables(lockSeconds, areForBatches);
        // A statement may have next to no time: that goes first. The comments are read by MariaDB, or by MySQL, alone: each knows one of them.
        _release = "SET SESSION completion_type = 0 /*M!100100 , SESSION max_statement_time = 0 */ /*!80000 , SESSION max_execution_time = 0 */";
        // Whatever init_connect has begun is over; then what the server would run these statements with.
        _begin =
            """
            ROLLBACK AND NO CHAIN NO RELEASE; UNLOCK TABLES; SET SESSION autocommit = 1;
            SET timestamp = DEFAULT; SELECT DATABASE();
            """;
        var names = string.Join(", ", _variables.Names.Append(Packet).Select(name => $"'{name}'"));
        // SHOW is a SELECT for these.
        _show =
            $"""
            SET SESSION sql_select_limit = 18446744073709551615, max_join_size = 18446744073709551615; SET SESSION sql_big_selects = 1;
            SHOW SESSION VARIABLES WHERE Variable_name IN ({names})
            """;
    }

    /// <summary>A pool of connections that are as we expect them.</summary>
    /// <param name="connectionString">Where to.</param>
    /// <param name="lockSeconds">How long a statement waits for a row that somebody else holds.</param>
    /// <param name="limit">Is told how large a statement may be.</param>
    /// <param name="areForBatches">They write batches and nothing else.</param>
    public static MySqlDataSource Open(string connectionString, int lockSeconds, PacketLimit? limit = null, bool areForBatches = false)
    {
        var sessions = new MySqlSessions(new MySqlConnectionStringBuilder(connectionString).Database, lockSeconds, limit, areForBatches);
        return new MySqlDataSourceBuilder(connectionString).UseConnectionOpenedCallback(sessions.OnOpenedAsync).Build();
    }

    async ValueTask OnOpenedAsync(MySqlConnectionOpenedContext context, CancellationToken cancellation)
    {
        var connection = context.Connection;
        if (context.Conditions == MySqlConnectionOpenedConditions.None && (_unprepared.IsEmpty || !_unprepared.ContainsKey(connection.ServerThread)))
            return;
        _unprepared[connection.ServerThread] = true;
        await PrepareAsync(connection, cancellation);
        _unprepared.TryRemove(connection.ServerThread, out _);
    }

    /// <exception cref="SessionRefusedException">A variable cannot be made right.</exception>
    async Task PrepareAsync(MySqlConnection connection, CancellationToken cancellation)
    {
        await ReleaseAsync(connection, cancellation);
        var shown = await ShowAsync(connection, _begin + _show, cancellation);
        if (shown.TryGetValue(Packet, out var packet))
            _limit?.Note(packet);
        // Only then: the driver resets a session that has left its database each time it is taken from the pool.
        if (!shown[Database].Equals(_database, StringComparison.OrdinalIgnoreCase))
            await connection.ChangeDatabaseAsync(_database, cancellation);
        if (_variables.Corrections(shown) is not { Count: > 0 } corrections)
            return;
        var refusal = await SetAsync(connection, corrections, cancellation);
        shown = await ShowAsync(connection, _show, cancellation);
        if (_variables.Complaint(shown) is { } complaint)
            throw new SessionRefusedException(
                $"the sessions of the database's server cannot be made right: {complaint} ({refusal?.Message ?? "SET was accepted, and changed nothing"})", refusal);
    }

    /// <summary>Takes the limit of time away. The statement that does so is under the limit itself, and is quick enough now and then.</summary>
    async Task ReleaseAsync(MySqlConnection connection, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var command = connection.CreateCommand();
                command.CommandText = _release;
                await command.ExecuteNonQueryAsync(cancellation);
                return;
            }
            catch (MySqlException e) when (MySqlErrors.IsOutOfTime(e) && connection.State == System.Data.ConnectionState.Open)
            {
                if (attempt == MaxReleases)
                    throw new SessionRefusedException("the sessions of the database's server cannot be made right: max_statement_time leaves no time for any statement", e);
            }
        }
    }

    /// <summary>All at once; if one of them is refused, each by itself. Returns why one was refused.</summary>
    static async Task<MySqlException?> SetAsync(MySqlConnection connection, IReadOnlyList<string> corrections, CancellationToken cancellation)
    {
        try
        {
            await ExecuteAsync(connection, corrections, cancellation);
            return null;
        }
        catch (MySqlException) when (connection.State == System.Data.ConnectionState.Open)
        {
            // which one it was is found out below
        }

        MySqlException? refusal = null;
        foreach (var correction in corrections)
        {
            try
            {
                await ExecuteAsync(connection, [correction], cancellation);
            }
            catch (MySqlException e) when (connection.State == System.Data.ConnectionState.Open)
            {
                refusal ??= e;
            }
        }

        return refusal;
    }

    static async Task ExecuteAsync(MySqlConnection connection, IReadOnlyList<string> assignments, CancellationToken cancellation)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"SET {string.Join(", ", assignments.Select(assignment => $"SESSION {assignment}"))}";
        await command.ExecuteNonQueryAsync(cancellation);
    }

    static async Task<Dictionary<string, string>> ShowAsync(MySqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var shown = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        do
        {
            while (await reader.ReadAsync(cancellation))
                shown[reader.FieldCount == 1 ? Database : reader.GetString(0)] = reader.IsDBNull(reader.FieldCount - 1) ? "" : reader.GetString(reader.FieldCount - 1);
        }
        while (await reader.NextResultAsync(cancellation));
        return shown;
    }
}
