using Chat.Node.Storage;
using Chat.Node.Storage.Sqlite;
using Chat.Tests.Support;
using Dapper;

namespace Chat.Tests.Storage;

/// <summary>A real SQLite file with the schema in it, in a folder of its own that goes away with it.</summary>
sealed class TemporaryDatabase : IDisposable
{
    /// <summary>The schema is made once; every test gets a copy of the file.</summary>
    static readonly Lazy<byte[]> Template = new(() =>
    {
        var folder = Directory.CreateTempSubdirectory("chat-template-").FullName;
        var file = Path.Combine(folder, "chat.db");
        using (var database = new SqliteDatabase($"Data Source={file}"))
            database.MigrateAsync().GetAwaiter().GetResult();
        var bytes = File.ReadAllBytes(file);
        Directory.Delete(folder, recursive: true);
        return bytes;
    });

    readonly string _folder = Directory.CreateTempSubdirectory("chat-test-").FullName;

    public TemporaryDatabase()
    {
        File.WriteAllBytes(Path.Combine(_folder, "chat.db"), Template.Value);
        Sqlite = new SqliteDatabase(ConnectionString);
    }

    public string ConnectionString => $"Data Source={Path.Combine(_folder, "chat.db")}";

    public SqliteDatabase Sqlite { get; }

    public ManualClock Clock { get; } = new();

    public NodeIdentity Node { get; } = new("here:4053", 1001);

    public Task<T?> ScalarAsync<T>(string sql, object? parameters = null) =>
        Sqlite.ReadAsync(connection => connection.ExecuteScalarAsync<T>(sql, parameters));

    public Task<int> ExecuteAsync(string sql, object? parameters = null) =>
        Sqlite.WriteAsync((connection, transaction) => connection.ExecuteAsync(sql, parameters, transaction));

    public void Dispose()
    {
        Sqlite.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
