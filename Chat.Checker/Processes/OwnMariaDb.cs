using System.Data.Common;
using Chat.Checker.Faults;

namespace Chat.Checker.Processes;

/// <summary>A MariaDB server that is started for the run, and that faults may kill.</summary>
sealed class OwnMariaDb : IRunDatabase
{
    readonly MariaDbServer _server;
    readonly string _name;

    OwnMariaDb(MariaDbServer server, string name, INodeNetwork network)
    {
        (_server, _name) = (server, name);
        var connectionString = network.CanCut
            ? $"Server={network.DatabaseAddress};Port={server.Port};User ID={MariaDbServer.GuestUser};Database={name}"
            : server.ConnectionString(name);
        Settings = ["--Chat:Storage:Provider=MySql", $"--Chat:Storage:ConnectionString={connectionString}"];
    }

    public IReadOnlyList<string> Settings { get; }

    public MariaDbServer Server => _server;

    public static async Task<OwnMariaDb> StartAsync(INodeNetwork network)
    {
        var server = network.CanCut ? await MariaDbServer.StartAtAsync(network.DatabaseAddress) : await MariaDbServer.StartNewAsync();
        return new OwnMariaDb(server, await server.CreateDatabaseAsync(), network);
    }

    public async Task<DbConnection> OpenAsync() => await _server.OpenAsync(_name);

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
