using System.Data.Common;
using Dapper;
using MySqlConnector;

namespace Chat.Checker.Processes;

/// <summary>A MariaDB or MySQL server that somebody else runs: the run makes a database of its own there, and drops it at the end.</summary>
sealed class GivenMySql : IRunDatabase
{
    readonly string _server;
    readonly string _name = $"chat_{Guid.NewGuid():n}";

    GivenMySql(string server) => _server = server;

    public IReadOnlyList<string> Settings => ["--Chat:Storage:Provider=MySql", $"--Chat:Storage:ConnectionString={Of(_name)}"];

    public MariaDbServer? Server => null;

    public static async Task<GivenMySql> CreateAsync(string connectionString)
    {
        var database = new GivenMySql(connectionString);
        await database.ExecuteAsync($"CREATE DATABASE {database._name}");
        return database;
    }

    public async Task<DbConnection> OpenAsync()
    {
        var connection = new MySqlConnection(Of(_name));
        await connection.OpenAsync();
        return connection;
    }

    public async ValueTask DisposeAsync() => await ExecuteAsync($"DROP DATABASE {_name}");

    string Of(string database) => new MySqlConnectionStringBuilder(_server) { Database = database, Pooling = true }.ConnectionString;

    async Task ExecuteAsync(string sql)
    {
        await using var connection = new MySqlConnection(Of(""));
        await connection.OpenAsync();
        await connection.ExecuteAsync(sql);
    }
}
