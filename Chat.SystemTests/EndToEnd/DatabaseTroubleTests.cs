using System.Net;
using Chat.Checker.Processes;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Dapper;
using MySqlConnector;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>
/// The database fails in every way it has: senders are asked to try again, readiness is red while it lasts, the node stays up and
/// goes on by itself, nothing acknowledged is lost and nothing comes twice.
/// </summary>
[Collection(NodeCollection.Name)]
public sealed class DatabaseTroubleTests : IAsyncLifetime, IDisposable
{
    MariaDbServer? _server;
    TestFolder? _folder;
    TestNode? _node;

    MariaDbServer Server => _server!;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    public void Dispose() => _folder?.Dispose();

    [Fact]
    public async Task The_server_is_stopped_and_started()
    {
        await using var load = await StartAsync();
        await Server.StopAsync();
        await SufferAsync(load);
        await Server.StartAsync();
        await RecoverAsync(load);
    }

    [Fact]
    public async Task The_server_is_killed_and_started()
    {
        await using var load = await StartAsync();
        await Server.KillAsync();
        await SufferAsync(load);
        await Server.StartAsync();
        await RecoverAsync(load);
    }

    [Fact]
    public async Task The_server_freezes()
    {
        await using var load = await StartAsync();
        await Server.FreezeAsync();
        await SufferAsync(load);
        await Server.ThawAsync();
        await RecoverAsync(load);
    }

    [Fact]
    public async Task Every_connection_in_the_pool_is_dead()
    {
        await using var load = await StartAsync();
        for (var i = 0; i < 3; i++)
        {
            await KillConnectionsAsync();
            await load.SendLegacyAsync();
            await load.ProgressAsync();
        }

        await RecoverAsync(load);
    }

    [Fact]
    public async Task The_server_has_no_connection_left()
    {
        await using var load = await StartAsync("--max-connections=25");
        var taken = new List<MySqlConnection>();
        try
        {
            await using var admin = await Server.OpenAsync();
            do
                await TakeAllConnectionsAsync(taken);
            while (await KillConnectionsAsync(admin, taken) > 0); // the node may have been quicker for some of them
            await SufferAsync(load);
        }
        finally
        {
            foreach (var connection in taken)
                await connection.DisposeAsync();
        }

        await RecoverAsync(load);
    }

    [Fact]
    public async Task The_log_is_locked_by_somebody_else()
    {
        await using var load = await StartAsync();
        await using (var other = await Server.OpenAsync(_folder!.DatabaseName))
        {
            await other.ExecuteAsync("LOCK TABLES MessageLog WRITE");
            await load.SendLegacyAsync();
            await load.RefusalAsync();
            await Eventually.EqualAsync(HttpStatusCode.ServiceUnavailable, ReadinessAsync);
        }

        await RecoverAsync(load);
    }

    [Fact]
    public async Task A_row_is_locked_for_a_moment()
    {
        await using var load = await StartAsync();
        await using (var other = await Server.OpenAsync(_folder!.DatabaseName))
        {
            await using var transaction = await other.BeginTransactionAsync();
            await other.ExecuteAsync("SELECT COUNT(*) FROM MessageLog FOR UPDATE", transaction: transaction); // the gaps behind the last rows too
            await load.SendLegacyAsync();
            await load.RefusalAsync();
            await transaction.RollbackAsync();
        }

        await RecoverAsync(load);
    }

    [Fact]
    public async Task There_is_no_room_left()
    {
        await using var load = await StartAsync(await MariaDbServer.StartSmallAsync(megabytes: 48));
        await using (var other = await Server.OpenAsync(_folder!.DatabaseName))
        {
            await other.ExecuteAsync("CREATE TABLE Filler (x VARCHAR(8000) CHARACTER SET latin1)");
            foreach (var rows in (int[])[200, 20, 1])
                await FillAsync(other, rows);
            await SufferAsync(load);
            await other.ExecuteAsync("DROP TABLE Filler");
        }

        await RecoverAsync(load);
    }

    async Task<TroubleLoad> StartAsync(params string[] options) => await StartAsync(await MariaDbServer.StartNewAsync(options));

    async Task<TroubleLoad> StartAsync(MariaDbServer server)
    {
        _server = server;
        _folder = new TestFolder(StorageProvider.MySql, _server);
        _node = await TestNode.StartAsync(_folder);
        Assert.Equal(HttpStatusCode.OK, await ReadinessAsync());
        var load = await TroubleLoad.StartAsync(_node);
        await load.SendLegacyAsync();
        return load;
    }

    async Task SufferAsync(TroubleLoad load)
    {
        await load.SendLegacyAsync();
        await load.RefusalAsync();
        await Eventually.EqualAsync(HttpStatusCode.ServiceUnavailable, ReadinessAsync);
        await load.RefusalAsync();
    }

    async Task RecoverAsync(TroubleLoad load)
    {
        await load.ProgressAsync();
        await load.SendLegacyAsync();
        await Eventually.EqualAsync(HttpStatusCode.OK, ReadinessAsync);
        await load.FinishAsync();
    }

    async Task<HttpStatusCode> ReadinessAsync()
    {
        using var http = new HttpClient();
        return (await http.GetAsync(new Uri($"http://127.0.0.1:{_node!.HttpPort}/health/ready"))).StatusCode;
    }

    async Task KillConnectionsAsync()
    {
        await using var admin = await Server.OpenAsync();
        await KillConnectionsAsync(admin, []);
    }

    /// <summary>All but our own; returns how many there were.</summary>
    static async Task<int> KillConnectionsAsync(MySqlConnection admin, List<MySqlConnection> ours)
    {
        HashSet<int> keep = [admin.ServerThread, .. ours.Select(connection => connection.ServerThread)];
        var others = (await admin.QueryAsync<int>("SELECT id FROM information_schema.PROCESSLIST WHERE user = 'root'")).Where(id => !keep.Contains(id)).ToList();
        foreach (var id in others)
        {
            try
            {
                await admin.ExecuteAsync($"KILL {id}");
            }
            catch (MySqlException e) when (e.ErrorCode == MySqlErrorCode.NoSuchThread)
            {
                // has gone by itself
            }
        }

        return others.Count;
    }

    async Task TakeAllConnectionsAsync(List<MySqlConnection> taken)
    {
        try
        {
            while (true)
                taken.Add(await Server.OpenAsync());
        }
        catch (MySqlException e) when (e.ErrorCode == MySqlErrorCode.ConnectionCountError)
        {
            // that was the last one
        }
    }

    static async Task FillAsync(MySqlConnection connection, int rows)
    {
        try
        {
            while (true)
                await connection.ExecuteAsync($"INSERT INTO Filler SELECT REPEAT('x', 7000) FROM seq_1_to_{rows}");
        }
        catch (MySqlException e) when (e.ErrorCode == MySqlErrorCode.RecordFileFull)
        {
            // so many do not fit any more
        }
    }
}
