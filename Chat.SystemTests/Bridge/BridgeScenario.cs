using Chat.Node.Settings;
using Chat.SystemTests.EndToEnd;
using Chat.SystemTests.Support;
using Chat.Tests.Support;

namespace Chat.SystemTests.Bridge;

/// <summary>Nodes of ours, legacy servers, one MariaDB, one Redis; everything ends with the test.</summary>
sealed class BridgeScenario : IAsyncDisposable
{
    readonly TestFolder _folder = new(StorageProvider.MySql);
    readonly List<IAsyncDisposable> _parts = [];

    BridgeScenario(RedisServer redis) => Redis = redis;

    public RedisServer Redis { get; }

    public string ConnectionString => _folder.ConnectionString;

    public static async Task<BridgeScenario> StartAsync() => new(await RedisServer.StartNewAsync());

    /// <summary>The settings of a node that has the bridge.</summary>
    public string[] Settings => [$"--Chat:Redis:ConnectionString={Redis.ConnectionString}", "--Chat:Bridge:LegacyPasswords=true"];

    public Task<TestNode> StartNodeAsync(params string[] settings) => KeepAsync(TestNode.StartAsync(_folder, [.. Settings, .. settings]));

    /// <summary>A node that meets others through MariaDB and Redis alone.</summary>
    public Task<TestNode> StartStandaloneAsync() => StartNodeAsync("--Chat:Cluster:Enabled=false");

    public async Task<IReadOnlyList<TestNode>> StartClusterAsync(int count)
    {
        var nodes = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => StartNodeAsync()));
        await Eventually.TrueAsync(() => nodes.All(node => node.Members == count));
        return nodes;
    }

    public Task<LegacyServer> StartLegacyAsync() => KeepAsync(LegacyServer.StartAsync(ConnectionString, Redis.ConnectionString));

    /// <summary>A new user with a legacy client, at whatever server.</summary>
    public async Task<LegacyUserClient> LogInLegacyAsync(int port, string prefix, LegacyServer? server = null)
    {
        var client = await KeepAsync(LegacyTestClient.ConnectAsync(port));
        var name = NewName(prefix);
        var id = await client.RegisterAsync(name);
        await client.LogInAsync(id);
        return new LegacyUserClient(client, id, name, server);
    }

    public Task<LegacyUserClient> LogInLegacyAsync(LegacyServer server, string prefix) => LogInLegacyAsync(server.Port, prefix, server);

    public async Task<LegacyTestClient> ConnectLegacyAsync(int port) => await KeepAsync(LegacyTestClient.ConnectAsync(port));

    public async Task<ModernTestClient> LogInModernAsync(TestNode node, string prefix)
    {
        var client = await KeepAsync(node.ConnectAsync());
        await client.RegisterAndLogInAsync(NewName(prefix));
        return client;
    }

    /// <summary>One more device of a user.</summary>
    public async Task<ModernTestClient> LogInAgainAsync(TestNode node, ModernTestClient user)
    {
        var client = await KeepAsync(node.ConnectAsync());
        await client.LogInAsync(new { msgid = 1, id = user.UserId, password = "secret" });
        return client;
    }

    public async Task ListensAsync(int userId, long servers = 1) =>
        await Eventually.EqualAsync(servers, () => Redis.SubscribersAsync($"{userId}"));

    public async ValueTask DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_parts))
            await part.DisposeAsync();
        await Redis.DisposeAsync();
        _folder.Dispose();
    }

    async Task<T> KeepAsync<T>(Task<T> starting)
        where T : IAsyncDisposable
    {
        var part = await starting;
        lock (_parts)
            _parts.Add(part);
        return part;
    }

    static string NewName(string prefix) => $"{prefix}-{Guid.NewGuid():n}"[..20];
}

/// <summary>A legacy client with its user, and the legacy server that it is at.</summary>
sealed record LegacyUserClient(LegacyTestClient Client, int Id, string Name, LegacyServer? Server)
{
    public Task SendAsync(int toId, string text) => HandledAsync(() => Client.SendChatAsync(Id, Name, toId, text));

    public Task SendToGroupAsync(int groupId, string text) => HandledAsync(() => Client.SendAsync(
        $$"""{"groupid":{{groupId}},"id":{{Id}},"msg":"{{text}}","msgid":10,"name":"{{Name}}","time":"2026-01-02 03:04:05"}"""));

    /// <summary>A legacy server loses the second of two objects that come together.</summary>
    async Task HandledAsync(Func<Task> send)
    {
        var before = Server?.Counters.Handled ?? 0;
        await send();
        if (Server is { } server)
            await Eventually.TrueAsync(() => server.Counters.Handled > before);
    }

    public async Task<string> NextTextAsync() => (await Client.NextAsync()).Text("msg");
}

static class Receiving
{
    /// <summary>The texts of the next pushes.</summary>
    public static async Task<List<string>> NextTextsAsync(this ModernTestClient client, int count)
    {
        var texts = new List<string>();
        while (texts.Count < count)
        {
            var next = await client.NextAsync();
            if (next.Number("msgid") is 6 or 10)
                texts.Add(next.Text("msg"));
        }

        return texts;
    }

    public static async Task<List<string>> NextTextsAsync(this LegacyUserClient user, int count)
    {
        var texts = new List<string>();
        while (texts.Count < count)
            texts.Add(await user.NextTextAsync());
        return texts;
    }

    /// <summary>The texts of a conversation's log, whose numbers are dense.</summary>
    public static async Task<List<string>> HistoryAsync(this ModernTestClient client, string conversation)
    {
        var messages = new List<System.Text.Json.JsonElement>();
        while (true)
        {
            var reply = await client.RequestAsync(new { msgid = 107, conversation, after = messages.Count > 0 ? messages[^1].Number("seq") : 0, limit = 1000 });
            messages.AddRange(reply.GetProperty("messages").EnumerateArray());
            if (!reply.Has("more"))
                break;
        }

        Xunit.Assert.Equal(Enumerable.Range(1, messages.Count).Select(i => (long)i), messages.Select(message => message.Number("seq")));
        return [.. messages.Where(message => message.Number("id") > 0).Select(message => message.Text("msg"))]; // what people have said
    }

    /// <summary>Fails if anything has come that was not taken.</summary>
    public static async Task AssertSilentAsync(this ModernTestClient client)
    {
        await client.FenceAsync();
        Xunit.Assert.Empty(client.TakeAll().Where(frame => frame.Number("msgid") is 6 or 10).Select(frame => frame.ToString()));
    }

    public static string DirectId(int a, int b) => $"d:{Math.Min(a, b)}:{Math.Max(a, b)}";

    public static IEnumerable<string> Texts(string prefix, int count) => Enumerable.Range(1, count).Select(i => $"{prefix} {i}");
}
