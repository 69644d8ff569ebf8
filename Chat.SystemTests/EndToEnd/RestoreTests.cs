using System.Text.Json;
using Chat.Checker.Processes;
using Chat.Node.Settings;
using Chat.Tests.Client;
using Chat.Tests.Support;
using ChatActors.Client;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>A backup is put back: the clients have seen more than the server knows of.</summary>
[Collection(NodeCollection.Name)]
public abstract class RestoreTests : IDisposable
{
    readonly TestFolder _folder;
    readonly int _port = FreePort.Next();

    private protected RestoreTests(StorageProvider provider) => _folder = new TestFolder(provider);

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    public sealed class OnSqlite() : RestoreTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : RestoreTests(StorageProvider.MySql);

    /// <param name="meanwhile">Messages that are sent before the client is back.</param>
    /// <param name="isRestarted">Whether the client is a new run of its program, with what the earlier one saved.</param>
    [Theory]
    [InlineData(0, false)]
    [InlineData(2, false)]
    [InlineData(8, false)]
    [InlineData(8, true)]
    public async Task Clients_that_are_ahead_of_the_server_miss_nothing_new(int meanwhile, bool isRestarted)
    {
        int bobId;
        Backup backup;
        ChatClientState state;
        TestClient bob;
        await using (var node = await StartAsync())
        {
            await using var alice = await ConnectAsync();
            await alice.RegisterAndLogInAsync("alice");
            bobId = await RegisterBobAsync();
            bob = await TestClient.LogInAsync(Options, "bob");
            await SendAsync(alice, bobId, "kept", 3);
            await bob.ReceiveAsync(3);
            await StopAsync(node);
        }

        backup = await Backup.TakeAsync(_folder);
        await using (var node = await StartAsync())
        {
            await using var alice = await LogInAliceAsync();
            await SendAsync(alice, bobId, "lost", 3);
            await bob.ReceiveAsync(6);
            await node.EventuallyAsync(6L, $"SELECT received_to FROM DeliveryMark WHERE userid = {bobId}");
            state = JsonSerializer.Deserialize<ChatClientState>(JsonSerializer.Serialize(bob.Client.GetState()!))!;
            if (isRestarted)
                await bob.DisposeAsync();
            await StopAsync(node);
        }

        await backup.RestoreAsync();
        if (meanwhile > 0)
        {
            // On another port: the client does not see this start.
            await using var hidden = await NodeProcess.StartAsync(_folder);
            await using var alice = await hidden.LogInAsync("alice");
            await SendAsync(alice, bobId, "new", meanwhile);
            await StopAsync(hidden);
        }

        await using (var node = await StartAsync())
        {
            if (isRestarted)
                bob = await TestClient.LogInAsync(Options with { State = state }, "bob");
            await using var alice = await LogInAliceAsync();
            await SendAsync(alice, bobId, "later", 2);
            string[] expected = [.. Texts("new", meanwhile), .. Texts("later", 2)];
            var seenBefore = isRestarted ? 0 : 6;
            Assert.Equal(expected, (await bob.ReceiveAsync(seenBefore + expected.Length))[seenBefore..]);
            Assert.Equal((6, 3), bob.Events.Items.OfType<ConversationRewound>().Select(rewound => (rewound.From, rewound.To)).Single());
            Assert.Empty(bob.Events.Items.OfType<MessagesMissing>());
            await node.EventuallyAsync(3L + meanwhile + 2, $"SELECT received_to FROM DeliveryMark WHERE userid = {bobId}");
            await bob.DisposeAsync();
            await node.KillAsync();
        }
    }

    ChatClientOptions Options => new() { Endpoints = [new("127.0.0.1", _port)], MarkInterval = TimeSpan.FromMilliseconds(20) };

    Task<NodeProcess> StartAsync() => NodeProcess.StartAsync(_folder, null, $"--Chat:Port={_port}");

    Task<ModernTestClient> ConnectAsync() => ModernTestClient.ConnectAsync(_port);

    async Task<int> RegisterBobAsync()
    {
        await using var client = await ConnectAsync();
        return (int)(await client.RequestAsync(new { msgid = 4, name = "bob", password = "pw" })).Number("id");
    }

    async Task<ModernTestClient> LogInAliceAsync()
    {
        var client = await ConnectAsync();
        await client.LogInAsync(new { msgid = 1, name = "alice", password = "secret" });
        return client;
    }

    static async Task StopAsync(NodeProcess node)
    {
        await node.TerminateAsync();
        await node.ExitAsync(0);
    }

    static async Task SendAsync(ModernTestClient alice, int to, string text, int count)
    {
        foreach (var each in Texts(text, count))
            Assert.Equal(0, (await alice.SendToAsync(to, each, $"{each}-{Guid.NewGuid():n}")).Number("errno"));
    }

    static IEnumerable<string> Texts(string text, int count) => Enumerable.Range(1, count).Select(i => $"{text} {i}");
}
