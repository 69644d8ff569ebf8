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
    readonly string[] _types = ["message.created", "message.edited", "message.reacted", "message.recalled"];
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

    [Fact]
    public async Task A_change_whose_node_died_behind_the_commit_is_posted_by_the_next_start()
    {
        string conversation;
        // Nobody takes the message before its change: an event that was posted at once carries the text that the message had then.
        var port = _receiver.Port;
        await _receiver.DisposeAsync();
        await using (var armed = await StartAsync(nameof(CrashPoint.AfterChange)))
        {
            await using var erin = await ModernTestClient.NewAsync(armed.Port, "erin");
            conversation = $"d:{string.Join(':', new[] { _bob, erin.UserId }.Order())}";
            Assert.Equal(0, (await erin.SendToAsync(_bob, "text 1", "c1")).Number("errno"));
            await DieAsync(armed, () => erin.RequestAsync(new { msgid = 131, conversation, seq = 1, edit = new { msg = "another text" } }));
        }

        _receiver = await WebhookReceiver.StartAsync(port);
        await using var node = await StartAsync();
        await EventsAsync(conversation, "message.created 1 another text", "message.edited 1 another text");
    }

    [Fact]
    public async Task No_change_is_missing_and_none_comes_before_its_message_when_node_and_receiver_die_in_turn()
    {
        string conversation;
        var port = _receiver.Port;
        await _receiver.DisposeAsync();
        await using (var first = await StartAsync())
        {
            await using var erin = await ModernTestClient.NewAsync(first.Port, "erin");
            conversation = $"d:{string.Join(':', new[] { _bob, erin.UserId }.Order())}";
            foreach (var text in (string[])["one", "two", "three"])
                Assert.Equal(0, (await erin.SendToAsync(_bob, text)).Number("errno"));
            foreach (var change in (object[])
            [
                new { msgid = 131, conversation, seq = 1, edit = new { msg = "uno" } }, new { msgid = 131, conversation, seq = 2, recall = true },
                new { msgid = 131, conversation, seq = 1, react = "👍" }, new { msgid = 131, conversation, seq = 3, react = "👍" },
                new { msgid = 131, conversation, seq = 3, unreact = "👍" },
            ])
                Assert.Equal(0, (await erin.RequestAsync(change)).Number("errno"));
            await first.KillAsync();
        }

        _receiver = await WebhookReceiver.StartAsync(port);
        await using var second = await StartAsync();
        await EventsAsync(
            conversation, "message.created 1 uno", "message.created 2 ", "message.created 3 three", "message.edited 1 uno", "message.recalled 2 ", "message.reacted 1 👍",
            "message.reacted 3 ");
    }

    static async Task DieAsync(NodeProcess node, Func<Task> ask)
    {
        try
        {
            await ask();
        }
        catch (IOException)
        {
            // its connection has died with it
        }

        await node.ExitAsync(NodeProcess.KilledExitCode);
    }

    /// <summary>What was taken of a conversation, each event once.</summary>
    Task EventsAsync(string conversation, params string[] expected) => Eventually.EqualAsync(
        string.Join('\n', expected),
        () => Task.FromResult<string?>(string.Join('\n', _receiver.Events
            .Where(each => each.IsTaken && each.Json.GetProperty("data").Text("conversation") == conversation).DistinctBy(each => each.Id)
            .Select(each => (Type: each.Json.Text("type"), Data: each.Json.GetProperty("data")))
            .Select(each => $"{each.Type} {each.Data.Number("seq")} {WordOf(each.Data)}"))),
        TestNode.Patience);

    static string WordOf(System.Text.Json.JsonElement data) => data.Has("msg") ? data.Text("msg")
        : data.Has("reactions") ? string.Join(',', data.GetProperty("reactions").EnumerateObject().Select(each => each.Name)) : "";

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
            .Where(each => each.IsTaken && each.Json.Text("type") == "message.created" && each.Json.GetProperty("data").GetProperty("to").GetInt32() == peer).SelectMany(each => each.Seqs).Distinct())),
        TestNode.Patience);
}
