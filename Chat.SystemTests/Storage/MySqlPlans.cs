using Chat.Checker.Processes;
using Dapper;
using MySqlConnector;

namespace Chat.SystemTests.Storage;

/// <summary>What a server was asked, by its own log, and how it goes about it.</summary>
sealed class MySqlPlans(MariaDbServer server, string database)
{
    /// <summary>More rows than this are not looked at for one step, whatever the way to them.</summary>
    const long MaxRows = 20_000;

    sealed class PlanStep
    {
        public string? Table { get; init; }

        public string? Type { get; init; }

        public string? Key { get; init; }

        public long? Rows { get; init; }

        public string? Extra { get; init; }

        /// <summary>A list in a parameter, or what a subquery has gathered; how it was gathered is a step of its own.</summary>
        public bool IsNoTable => Table is null || Table.StartsWith('<') || Extra?.Contains("Table function", StringComparison.Ordinal) == true;

        public override string ToString() => $"{Table} {Type} {Key} {Rows} rows {Extra}";
    }

    /// <summary>From now on the server writes down what it is asked.</summary>
    public Task StartAsync() => server.ExecuteAsync("SET GLOBAL log_output = 'TABLE'; TRUNCATE mysql.general_log; SET GLOBAL general_log = ON");

    public async Task<IReadOnlyList<string>> StopAsync()
    {
        await server.ExecuteAsync("SET GLOBAL general_log = OFF");
        await using var connection = await server.OpenAsync();
        return (await connection.QueryAsync<string>(
            "SELECT argument FROM mysql.general_log WHERE command_type IN ('Query', 'Execute') ORDER BY event_time")).AsList();
    }

    public Task<MySqlConnection> OpenAsync() => server.OpenAsync(database);

    /// <summary>The steps of the plan that go through a whole table, or through far too much of one.</summary>
    public static async Task<IReadOnlyList<string>> ScansAsync(MySqlConnection connection, string statement) =>
        [.. (await connection.QueryAsync<PlanStep>($"EXPLAIN {statement}"))
            .Where(step => !step.IsNoTable && (step.Type is "ALL" or "index" || step.Rows > MaxRows))
            .Select(step => step.ToString())];
}
