using System.Text;
using Chat.Node.Settings;
using Chat.SystemTests.EndToEnd;
using Chat.SystemTests.Support;
using Chat.Tests.Storage;
using Chat.Tests.Support;
using Dapper;
using MySqlConnector;
using Xunit;

namespace Chat.SystemTests.Bridge;

/// <summary>Two legacy servers over one real MariaDB and one real Redis.</summary>
public abstract class LegacyServerTest() : StorageTest(StorageProvider.MySql), IAsyncLifetime
{
    const string Refusal = """{"errmsg":"id or password is invalid!","errno":1,"msgid":2}""";

    readonly List<LegacyTestClient> _clients = [];

    internal RedisServer Redis { get; private set; } = null!;

    internal LegacyServer A { get; private set; } = null!;

    internal LegacyServer B { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Redis = await RedisServer.StartNewAsync();
        (A, B) = (await StartServerAsync(), await StartServerAsync());
    }

    public async Task DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
        await A.DisposeAsync();
        await B.DisposeAsync();
        await Redis.DisposeAsync();
    }

    internal Task<LegacyServer> StartServerAsync() => LegacyServer.StartAsync(Database.ConnectionString, Redis.ConnectionString);

    internal async Task<LegacyTestClient> ConnectAsync(LegacyServer server)
    {
        var client = await LegacyTestClient.ConnectAsync(server.Port);
        _clients.Add(client);
        return client;
    }

    /// <summary>A new user, logged in.</summary>
    internal async Task<(int Id, LegacyTestClient Client)> LogInNewAsync(LegacyServer server, string name)
    {
        var client = await ConnectAsync(server);
        var id = await client.RegisterAsync(name);
        await client.LogInAsync(id);
        return (id, client);
    }

    /// <summary>Sends, and waits until the server is through with it.</summary>
    internal static Task SendAsync(LegacyServer server, LegacyTestClient client, string json) => HandledAsync(server, () => client.SendAsync(json));

    internal static async Task HandledAsync(LegacyServer server, Func<Task> send)
    {
        var before = server.Counters.Handled;
        await send();
        await Eventually.TrueAsync(() => server.Counters.Handled > before);
    }

    /// <summary>What Redis has given to a server is with its user or in the table.</summary>
    internal Task SettleAsync() => Eventually.EqualAsync(
        Count(server => server.Published - server.PublishedToNobody), () => Task.FromResult(Count(server => server.ReceivedFromRedis)));

    /// <summary>Nothing has come: the next that comes is the answer to a login that is always refused.</summary>
    internal async Task AssertNothingAsync(LegacyServer server, LegacyTestClient client)
    {
        await SettleAsync();
        await SendAsync(server, client, """{"id":0,"msgid":1,"password":"x"}""");
        await AssertNextAsync(client, Refusal);
    }

    internal static async Task AssertNextAsync(LegacyTestClient client, string frame) => Assert.Equal(frame, Encoding.UTF8.GetString(await client.NextBytesAsync()));

    /// <summary>The rows as <c>a|b|c</c>.</summary>
    internal async Task<string[]> RowsAsync(string sql)
    {
        await using var connection = new MySqlConnection($"{Database.ConnectionString};Pooling=false");
        await connection.OpenAsync();
        var rows = new List<string>();
        foreach (var statement in sql.Split(';'))
            rows.AddRange((await connection.QueryAsync(statement)).Select(row => string.Join('|', ((IDictionary<string, object?>)row).Values)));
        return [.. rows];
    }

    internal async Task EventuallyAsync(string rows, string sql) => await Eventually.EqualAsync(rows, async () => string.Join('\n', await RowsAsync(sql)));

    int Count(Func<LegacyCounters, int> counter) => counter(A.Counters) + counter(B.Counters);
}
