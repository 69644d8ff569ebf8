using Akka.Actor;
using Chat.Node.Auth;
using Chat.Node.Cluster;
using Chat.Node.Hosting;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Tests.Support;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>Tests that start nodes: one at a time, and never beside others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class NodeCollection
{
    public const string Name = "nodes";
}

/// <summary>A real node in this process, on ports of its own, over a database file of its own.</summary>
sealed class TestNode : IAsyncDisposable
{
    public static readonly TimeSpan Patience = Eventually.Patience;

    readonly WebApplication _app;

    TestNode(WebApplication app, int[] ports) => (_app, Port, HttpPort, TlsPort) = (app, ports[0], ports[1], ports.ElementAtOrDefault(2));

    /// <summary>0 if there is none.</summary>
    public int WebPort { get; private init; }

    public int WebTlsPort { get; private init; }

    public int Port { get; }

    public int HttpPort { get; }

    public int TlsPort { get; }

    public static Task<TestNode> StartAsync(TestFolder folder, params string[] settings) => StartAsync(folder, null, settings);

    public static Task<TestNode> StartAsync(TestFolder folder, Action<IServiceCollection>? replace, params string[] settings) => StartAsync(folder, replace, null, settings);

    /// <param name="folder">Where its data are.</param>
    /// <param name="replace">What takes the place of services.</param>
    /// <param name="hocon">For Akka, before everything else.</param>
    /// <param name="settings">Beside those that every test has.</param>
    public static async Task<TestNode> StartAsync(TestFolder folder, Action<IServiceCollection>? replace, string? hocon, string[] settings)
    {
        string[] args =
        [
            "--Chat:Port=0", "--Chat:WebPort=0", "--Chat:HttpPort=0", "--Chat:Cluster:Port=0", "--Chat:Accounts:PasswordIterations=1000",
            "--Logging:LogLevel:Default=None", "--Logging:LogLevel:Chat.Node=None", .. folder.Storage, .. settings,
        ];
        var app = ChatHost.Build(args, hocon, replace);
        try
        {
            await app.StartChatAsync();
        }
        catch (Exception)
        {
            await app.DisposeAsync();
            throw;
        }

        var http = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address).Port);
        var chat = app.Services.GetRequiredService<ChatListener>().Endpoints;
        var web = app.Services.GetRequiredService<WebListener>().Endpoints;
        return new TestNode(app, [chat[0].Port, http.Single(), .. chat.Skip(1).Select(endpoint => endpoint.Port)])
        {
            WebPort = web.Count > 0 ? web[0].Port : 0,
            WebTlsPort = web.Count > 1 ? web[1].Port : 0,
        };
    }

    public T Service<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>Logs a user out everywhere, as somebody on this node would.</summary>
    public Task<bool> EndSessionsAsync(int userId) => Service<SessionRevocation>().EndAllAsync(userId);

    Akka.Cluster.Cluster Cluster => Akka.Cluster.Cluster.Get(_app.Services.GetRequiredService<ActorSystem>());

    /// <summary>The members of its cluster that are up.</summary>
    public int Members => Cluster.State.Members.Count(member => member.Status == Akka.Cluster.MemberStatus.Up);

    /// <summary>Where other nodes reach it.</summary>
    public string ClusterAddress => MemberAddress.TextOf(Cluster.SelfAddress);

    public Task<ModernTestClient> ConnectAsync() => ModernTestClient.ConnectAsync(Port);

    public Task<LegacyTestClient> ConnectLegacyAsync() => LegacyTestClient.ConnectAsync(Port);

    /// <summary>A new user, logged in.</summary>
    public async Task<ModernTestClient> LogInNewAsync(string prefix = "user")
    {
        var client = await ConnectAsync();
        await client.RegisterAndLogInAsync($"{prefix}-{Guid.NewGuid():n}"[..30]);
        return client;
    }

    /// <summary>The first column of the first row.</summary>
    public Task<T?> ScalarAsync<T>(string sql) =>
        _app.Services.GetRequiredService<IChatDatabase>().ReadAsync(connection => connection.ExecuteScalarAsync<T?>(sql));

    /// <summary>Writes as another server would.</summary>
    public Task ExecuteAsync(string sql) =>
        _app.Services.GetRequiredService<IChatDatabase>().WriteAsync((connection, transaction) => connection.ExecuteAsync(sql, transaction: transaction));

    /// <summary>The rows as <c>a|b|c</c>.</summary>
    public Task<List<string>> RowsAsync(string sql) => _app.Services.GetRequiredService<IChatDatabase>().ReadAsync(async connection =>
        (await connection.QueryAsync(sql)).Select(row => string.Join('|', ((IDictionary<string, object?>)row).Values.Select(Text))).ToList());

    public Task EventuallyAsync<T>(T expected, string sql) => Eventually.EqualAsync(expected, () => ScalarAsync<T>(sql));

    /// <summary>As after SIGTERM.</summary>
    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    static string? Text(object? value) => value is byte[] bytes ? System.Text.Encoding.UTF8.GetString(bytes) : value?.ToString();
}

/// <summary>The node that the tests of a class share.</summary>
public abstract class NodeFixture : IAsyncLifetime, IDisposable
{
    readonly TestFolder _folder;

    private protected NodeFixture(StorageProvider provider) => _folder = new TestFolder(provider);

    internal TestNode Node { get; private set; } = null!;

    public async Task InitializeAsync() => Node = await TestNode.StartAsync(_folder);

    public async Task DisposeAsync() => await Node.DisposeAsync();

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}

public sealed class SqliteNode() : NodeFixture(StorageProvider.Sqlite);

public sealed class MariaDbNode() : NodeFixture(StorageProvider.MySql);
