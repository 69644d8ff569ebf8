using Chat.Checker.Processes;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Storage.MySql;
using Chat.Node.Storage.Sqlite;
using Chat.Tests.Support;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chat.Tests.Storage;

/// <summary>A test that means the same on both kinds of database.</summary>
public abstract class StorageTest : IDisposable
{
    private protected StorageTest(StorageProvider provider) => Database = new TemporaryDatabase(provider);

    internal TemporaryDatabase Database { get; }

    public virtual void Dispose()
    {
        Database.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>A real database with the schema in it, that goes away with its test.</summary>
sealed class TemporaryDatabase : IDisposable
{
    /// <summary>The schema is made once; every test gets a copy of it.</summary>
    static readonly Lazy<byte[]> SqliteTemplate = new(() =>
    {
        var folder = Directory.CreateTempSubdirectory("chat-template-").FullName;
        var file = Path.Combine(folder, "chat.db");
        using (var database = new SqliteDatabase($"Data Source={file}"))
            database.MigrateAsync().GetAwaiter().GetResult();
        var bytes = File.ReadAllBytes(file);
        Directory.Delete(folder, recursive: true);
        return bytes;
    });

    static readonly Lazy<Task<(MariaDbServer Server, string Database, IReadOnlyList<string> Tables)>> MariaDbTemplate = new(async () =>
    {
        var server = await MariaDbServer.SharedAsync();
        var name = await server.CreateDatabaseAsync();
        await using (var database = new MySqlDatabase(server.ConnectionString(name), NullLogger<MySqlDatabase>.Instance))
            await database.MigrateAsync();
        await using var connection = await server.OpenAsync(name);
        return (server, name, (await connection.QueryAsync<string>("SHOW TABLES")).AsList());
    });

    readonly string _folder = Directory.CreateTempSubdirectory("chat-test-").FullName;
    readonly string? _mariaDb;

    public TemporaryDatabase(StorageProvider provider = StorageProvider.Sqlite)
    {
        if (provider == StorageProvider.Sqlite)
        {
            File.WriteAllBytes(Path.Combine(_folder, "chat.db"), SqliteTemplate.Value);
            ConnectionString = $"Data Source={Path.Combine(_folder, "chat.db")}";
            Chat = new SqliteDatabase(ConnectionString);
        }
        else
        {
            (_mariaDb, ConnectionString) = CopyTemplateAsync().GetAwaiter().GetResult();
            Chat = new MySqlDatabase(ConnectionString, NullLogger<MySqlDatabase>.Instance);
        }

        Health = new StorageHealth(new Nodes(Chat, Node, Clock), Clock);
    }

    public string ConnectionString { get; }

    public IChatDatabase Chat { get; }

    public ManualClock Clock { get; } = new();

    public NodeIdentity Node { get; } = new("here:4053", 1001);

    public StorageHealth Health { get; }

    public Task<T?> ScalarAsync<T>(string sql, object? parameters = null) =>
        Chat.ReadAsync(connection => connection.ExecuteScalarAsync<T>(sql, parameters));

    public Task<int> ExecuteAsync(string sql, object? parameters = null) =>
        Chat.WriteAsync((connection, transaction) => connection.ExecuteAsync(sql, parameters, transaction));

    public void Dispose()
    {
        if (Chat is IAsyncDisposable chat)
            chat.DisposeAsync().AsTask().GetAwaiter().GetResult();
        else
            ((IDisposable)Chat).Dispose();
        if (_mariaDb is not null)
            MariaDbTemplate.Value.Result.Server.ExecuteAsync($"DROP DATABASE {_mariaDb}").GetAwaiter().GetResult();
        Directory.Delete(_folder, recursive: true);
    }

    static async Task<(string Name, string ConnectionString)> CopyTemplateAsync()
    {
        var (server, template, tables) = await MariaDbTemplate.Value;
        var name = await server.CreateDatabaseAsync();
        await server.ExecuteAsync(string.Join(';', tables.Select(table => $"CREATE TABLE {table} LIKE {template}.{table}")), name);
        return (name, server.ConnectionString(name));
    }
}
