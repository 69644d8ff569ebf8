using System.Net;
using System.Net.Http.Json;
using Chat.Node.Faults;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Chat.Tests.Webhooks;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>The node dies as after <c>kill -9</c>: what was accepted reaches the product's server all the same, in order.</summary>
[Collection(NodeCollection.Name)]
public abstract class WebhookCrashTests : ApiCrashTest, IAsyncLifetime
{
    readonly string[] _types = ["message.created"];
    WebhookReceiver _receiver = null!;
    int _alice;
    int _bob;
    int _carol;

    private protected WebhookCrashTests(StorageProvider provider) : base(provider)
    {
    }

    public sealed class OnSqlite() : WebhookCrashTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : WebhookCrashTests(StorageProvider.MySql);

    /// <summary>Users and an endpoint, which every later start knows from its first message on.</summary>
    public async Task InitializeAsync()
    {
        _receiver = await WebhookReceiver.StartAsync();
        await using var node = await StartAsync();
        foreach (var name in (string[])["alice", "bob", "carol"])
        {
            await using var client = await node.LogInNewAsync(name);
            (_alice, _bob, _carol) = (_bob, _carol, client.UserId);
        }

        using var http = ClientOf(node);
        using var made = await http.PostAsJsonAsync(new Uri("/api/v1/webhooks", UriKind.Relative), new { url = _receiver.Url, types = _types });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
    }

    public async Task DisposeAsync() => await _receiver.DisposeAsync();

    [Theory]
    [InlineData(nameof(CrashPoint.AfterCommit))]
    [InlineData(nameof(CrashPoint.AfterAcknowledge))]
    public async Task A_message_whose_node_died_behind_the_commit_is_posted_by_the_next_start(string point)
    {
        await SendAndDieAsync(point, _bob, "text 1");

        await using var node = await StartAsync();
        await TakenAsync(_bob, 1);
    }

    [Fact]
    public async Task Nothing_is_missing_and_nothing_overtakes_when_node_and_receiver_die_in_turn()
    {
        const int Each = 10;
        await using (var first = await StartAsync())
        {
            await SendAllAsync(first, 1, Each);
            await first.KillAsync();
        }

        var port = _receiver.Port;
        var before = _receiver.Events.ToList();
        await _receiver.DisposeAsync();
        await using (var second = await StartAsync())
        {
            await SendAllAsync(second, Each + 1, 2 * Each);
            await second.KillAsync();
        }

        _receiver = await WebhookReceiver.StartAsync(port);
        before.ForEach(_receiver.Events.Enqueue);
        await using var third = await StartAsync();
        await SendAllAsync(third, (2 * Each) + 1, 3 * Each);
        await TakenAsync(_bob, 3 * Each);
        await TakenAsync(_carol, 3 * Each);
    }

    async Task SendAllAsync(NodeProcess node, int from, int to)
    {
        using var http = ClientOf(node);
        for (var i = from; i <= to; i++)
        {
            foreach (var receiver in (int[])[_bob, _carol])
                Assert.Equal(HttpStatusCode.OK, await SendAsync(http, receiver, i));
        }
    }

    async Task<HttpStatusCode> SendAsync(HttpClient http, int to, int number)
    {
        using var response = await http.PostAsJsonAsync(
            new Uri("/api/v1/messages", UriKind.Relative), new { from = _alice, to, msg = $"text {number}", cmid = $"c{number}" });
        return response.StatusCode;
    }

    /// <summary>All numbers of a conversation have been taken, and each came first behind the one before it.</summary>
    Task TakenAsync(int peer, int upTo) => Eventually.EqualAsync(
        string.Join(',', Enumerable.Range(1, upTo)),
        () => Task.FromResult<string?>(string.Join(',', _receiver.Events
            .Where(each => each.IsTaken && each.Json.GetProperty("data").GetProperty("to").GetInt32() == peer).SelectMany(each => each.Seqs).Distinct())),
        TestNode.Patience);
}
