using System.Data.Common;
using Chat.Checker.Processes;
using Chat.Node.Settings;
using Microsoft.Data.Sqlite;
using MySqlConnector;

namespace Chat.Tests.Support;

/// <summary>A folder, and a database, that are there as long as the test.</summary>
sealed class TestFolder : IDisposable
{
    readonly StorageProvider _provider;

    /// <param name="provider">The kind of database.</param>
    /// <param name="server">The MariaDB to use; else the one that all tests share.</param>
    public TestFolder(StorageProvider provider = StorageProvider.Sqlite, MariaDbServer? server = null)
    {
        _provider = provider;
        if (provider == StorageProvider.Sqlite)
        {
            ConnectionString = $"Data Source={System.IO.Path.Combine(Path, "chat.db")}";
            return;
        }

        server ??= MariaDbServer.SharedAsync().GetAwaiter().GetResult();
        DatabaseName = server.CreateDatabaseAsync().GetAwaiter().GetResult();
        ConnectionString = server.ConnectionString(DatabaseName);
    }

    /// <param name="connectionString">Of servers on which the database is there already.</param>
    public TestFolder(string connectionString) => (_provider, ConnectionString) = (StorageProvider.MySql, connectionString);

    /// <summary>Of a server.</summary>
    public string DatabaseName { get; } = "";

    public string Path { get; } = Directory.CreateTempSubdirectory("chat-node-").FullName;

    public string ConnectionString { get; }

    /// <summary>The cluster port of a node that is alone here, also when it is started again: it knows then that its earlier start is dead.</summary>
    public int ClusterPort { get; } = FreePort.Next();

    /// <summary>The settings of a node that uses it.</summary>
    public IReadOnlyList<string> Storage => [$"--Chat:Storage:Provider={_provider}", $"--Chat:Storage:ConnectionString={ConnectionString}"];

    /// <summary>A connection beside the node's.</summary>
    public async Task<DbConnection> OpenAsync()
    {
        DbConnection connection = _provider == StorageProvider.Sqlite
            ? new SqliteConnection($"{ConnectionString};Mode=ReadOnly;Pooling=False")
            : new MySqlConnection($"{ConnectionString};Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>A connection that gets in the node's way.</summary>
    public async Task<DbConnection> OpenForWritingAsync()
    {
        DbConnection connection = _provider == StorageProvider.Sqlite
            ? new SqliteConnection($"{ConnectionString};Pooling=False")
            : new MySqlConnection($"{ConnectionString};Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // a process that was killed may hold it for a moment: the system's temporary folder is cleaned anyway
        }
    }
}
