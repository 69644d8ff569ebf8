using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Chat.Checker.Processes;

/// <summary>A database file in the run's folder.</summary>
sealed class OwnSqlite(string folder) : IRunDatabase
{
    readonly string _file = Path.Combine(Path.GetFullPath(folder), "chat.db");

    public IReadOnlyList<string> Settings => ["--Chat:Storage:Provider=Sqlite", $"--Chat:Storage:ConnectionString=Data Source={_file}"];

    public MariaDbServer? Server => null;

    public async Task<DbConnection> OpenAsync()
    {
        var connection = new SqliteConnection($"Data Source={_file};Mode=ReadOnly;Pooling=False");
        await connection.OpenAsync();
        return connection;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
