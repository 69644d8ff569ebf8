using System.Net;
using Akka.Actor;
using Akka.Hosting;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Webhooks;
using Chat.Tests.Actors;
using Chat.Tests.Api;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Webhooks;

/// <summary>A node of these tests: its endpoints may be on this machine, and its clock is theirs.</summary>
public sealed class WebhookNode : IAsyncLifetime
{
    internal TestClock Clock { get; } = new();

    internal ApiNode Node { get; }

    /// <summary>A group with more members is a big one, in which mentions alone wake who has said nothing.</summary>
    internal const int FewMembers = 3;

    public WebhookNode() => Node = new($"--Chat:Api:Keys:0={ApiNode.Key}", "--Chat:Webhooks:AllowPrivate=true", $"--Chat:Webhooks:PushMentionsOnlyAbove={FewMembers}") { Clock = Clock };

    public Task InitializeAsync() => Node.InitializeAsync();

    public async Task DisposeAsync()
    {
        await Node.DisposeAsync();
        Node.Dispose();
    }

    /// <summary>Time passes for the node, and its actors look at what is due: as often as that, nothing else becomes overdue.</summary>
    internal void PassTime(TimeSpan by)
    {
        Clock.Advance(by);
        Node.Service<ActorRegistry>().Get<WebhookDispatcher>().Tell(Tick.Instance);
        Node.Service<ActorRegistry>().Get<WebhookMarker>().Tell(Tick.Instance);
    }
}

/// <summary>Messages on their way to a product's own server, which is a real one.</summary>
public sealed class WebhookNodeTests(WebhookNode fixture) : WebhookNodeTest(fixture)
{
    static readonly string[] Messages = ["message.created", "webhook.gap"];

    int _alice;
    int _bob;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        (_alice, _bob) = (await Node.NewUserAsync(), await Node.NewUserAsync());
    }

    [Fact]
    public async Task Messages_come_signed_and_in_order()
    {
        var secret = await AddAsync(new { url = Receiver.Url, types = Messages });
        await SendAsync(5);
        await TakenAsync(1, 2, 3, 4, 5);
        Assert.All(Receiver.Events, each => Assert.True(each.IsSignedWith(secret)));
        var first = Receiver.Events.First();
        Assert.Equal($"m:d:{_alice}:{_bob}:1", first.Id);
        Assert.Equal(
            ("message.created", _alice, _bob, "text 1"),
            (first.Json.GetProperty("type").GetString(), Data(first, "from").GetInt32(), Data(first, "to").GetInt32(), Data(first, "msg").GetString()));
    }

    [Fact]
    public async Task What_is_not_taken_comes_again_with_the_same_id_and_nothing_overtakes_it()
    {
        Receiver.Answer = count => count is 1 or 2 ? HttpStatusCode.InternalServerError : HttpStatusCode.NoContent;
        await AddAsync(new { url = Receiver.Url, types = Messages });
        await SendAsync(4);
        await TakenAsync(1, 2, 3, 4);
        Assert.Equal([1, 2, 2, 2, 3, 4], Receiver.Events.SelectMany(each => each.Seqs));
        Assert.Single(Receiver.Events.Where(each => each.Seqs.Single() == 2).Select(each => each.Id).Distinct());
    }

    [Fact]
    public async Task AReceiver_that_was_away_gets_everything_when_it_is_back()
    {
        await AddAsync(new { url = Receiver.Url, types = Messages });
        await SendAsync(1);
        await TakenAsync(1);
        var port = Receiver.Port;
        await Receiver.DisposeAsync();
        await SendAsync(3, from: 2);
        await SoonAsync(1L, FailingAsync);
        Receiver = await WebhookReceiver.StartAsync(port);
        await TakenAsync(2, 3, 4);
    }

    [Fact]
    public async Task Several_messages_come_in_one_request_where_that_is_wanted()
    {
        Receiver.Answer = count => count == 0 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK;
        await AddAsync(new { url = Receiver.Url, types = Messages, batch = true });
        await SendAsync(6);
        await TakenAsync(1, 2, 3, 4, 5, 6);
        Assert.Contains(Receiver.Events, each => each.Seqs.Count() > 1);
    }

    [Fact]
    public async Task A_batch_that_was_not_taken_comes_again_as_it_was_whatever_has_come_since()
    {
        Receiver.Answer = count => count < 2 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK;
        await AddAsync(new { url = Receiver.Url, types = Messages, batch = true });
        await SendAsync(1);
        await SoonAsync(1, () => Task.FromResult(Receiver.Events.Count));
        await SendAsync(2, from: 2);
        await TakenAsync(1, 2, 3);
        Assert.Equal(Enumerable.Repeat($"m:d:{_alice}:{_bob}:1-1", 3), Receiver.Events.Take(3).Select(each => each.Id));
        Assert.Single(Receiver.Events.Take(3).Select(each => Convert.ToHexString(each.Body)).Distinct());
    }

    [Fact]
    public async Task Who_answers_410_is_switched_off_and_can_be_switched_on_again()
    {
        Receiver.Answer = _ => HttpStatusCode.Gone;
        await AddAsync(new { url = Receiver.Url, types = Messages });
        await SendAsync(1);
        await SoonAsync("it answered with 410 (gone)", async () => (await Node.Service<WebhookStore>().AllAsync()).Single().DisabledReason);
        var id = (await Node.Service<WebhookStore>().AllAsync()).Single().Id;
        Assert.True((await Node.AskAsync(HttpMethod.Patch, $"/webhooks/{id}", new { enabled = true })).Json.GetProperty("enabled").GetBoolean());
    }

    [Fact]
    public async Task An_endpoint_that_is_asked_for_twice_is_made_once_and_its_secret_is_told_again()
    {
        var (body, key) = (new { url = Receiver.Url }, Guid.NewGuid().ToString());
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Node.PostAsync("/webhooks", body, key)));
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.Equal(4, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.Single(answers.Select(answer => (answer.Int("id"), answer.Json.GetProperty("secrets")[0].GetString())).Distinct());
        Assert.Single(await Node.Service<WebhookStore>().AllAsync());
        (await Node.PostAsync("/webhooks", new { url = "https://other.example/" }, key)).AssertProblem(HttpStatusCode.UnprocessableEntity, 4);
    }

    [Fact]
    public async Task An_endpoint_gets_the_types_it_wants()
    {
        await AddAsync(new { url = Receiver.Url, types = new[] { "webhook.gap" } });
        await using var other = await WebhookReceiver.StartAsync();
        await AddAsync(new { url = other.Url, types = Messages });
        await SendAsync(1);
        await SoonAsync(1, () => Task.FromResult(other.TakenSeqs.Count));
        Assert.Empty(Receiver.Events);
    }

    [Fact]
    public async Task When_everything_is_brought_nothing_is_left_in_the_database()
    {
        await AddAsync(new { url = Receiver.Url, types = Messages });
        await SendAsync(2);
        await TakenAsync(1, 2);
        PassTime(TimeSpan.FromMilliseconds(MarkLife.KeptMilliseconds));
        await SoonAsync(0L, () => CountAsync("WebhookMark"));
        Assert.Equal(0L, await CountAsync("WebhookCursor"));
        await SendAsync(1, from: 3);
        await TakenAsync(1, 2, 3);
    }

    [Fact]
    public async Task A_dead_letter_is_brought_when_asked_for()
    {
        await AddAsync(new { url = Receiver.Url, types = Messages });
        Receiver.Answer = _ => HttpStatusCode.BadGateway;
        await SendAsync(3);
        await SoonAsync(false, () => Task.FromResult(Receiver.Events.IsEmpty));
        var marks = Node.Service<WebhookMarks>();
        var endpoint = (await Node.Service<WebhookStore>().AllAsync()).Single();
        Assert.Equal(3, await marks.BuryAsync(new WebhookCursor(endpoint.Id, Chat.Protocol.ConversationId.Direct(_alice, _bob), 0), "as after a day"));
        var dead = (await Node.GetAsync($"/webhooks/{endpoint.Id}/deliveries")).Json.GetProperty("dead").EnumerateArray().Single();
        Assert.Equal((1, 3), (dead.GetProperty("from").GetInt32(), dead.GetProperty("to").GetInt32()));

        Receiver.Answer = _ => HttpStatusCode.OK;
        Assert.Equal(HttpStatusCode.Accepted, (await Node.PostAsync($"/webhooks/{endpoint.Id}/replay", new { })).Status);
        await TakenAsync(1, 2, 3);
        await SoonAsync(0L, () => CountAsync("WebhookDeadLetter"));
        await SoonAsync(true, () => Task.FromResult(Receiver.Events.Any(each => each.Json.GetProperty("type").GetString() == "webhook.gap")));
    }

    [Fact]
    public async Task The_last_requests_are_told_with_their_answers()
    {
        Receiver.Answer = count => count == 1 ? HttpStatusCode.BadGateway : HttpStatusCode.OK;
        await AddAsync(new { url = Receiver.Url, types = Messages });
        await SendAsync(2);
        await TakenAsync(1, 2);
        var id = (await Node.Service<WebhookStore>().AllAsync()).Single().Id;
        await SoonAsync(
            $"m:d:{_alice}:{_bob}:2 2 True status 200, m:d:{_alice}:{_bob}:2 1 False status 502, m:d:{_alice}:{_bob}:1 1 True status 200",
            async () => string.Join(", ", (await RecentAsync(id)).Select(each =>
                $"{each.GetProperty("id")} {each.GetProperty("attempt")} {each.GetProperty("taken")} {each.GetProperty("reason")}")));
        var newest = (await RecentAsync(id))[0];
        Assert.InRange(newest.GetProperty("at").GetInt64(), 1, Node.Service<TimeProvider>().GetUtcNow().ToUnixTimeMilliseconds());
        Assert.True(newest.GetProperty("ms").TryGetInt32(out _));
    }

    [Fact]
    public async Task Events_that_are_no_messages_are_among_the_last_requests()
    {
        Receiver.Answer = count => count == 0 ? HttpStatusCode.BadGateway : HttpStatusCode.OK;
        await AddAsync(new { url = Receiver.Url, types = new[] { "user.created" } });
        await Node.NewUserAsync();
        var id = (await Node.Service<WebhookStore>().AllAsync()).Single().Id;
        await SoonAsync("2 True, 1 False", async () =>
            string.Join(", ", (await RecentAsync(id)).Select(each => $"{each.GetProperty("attempt")} {each.GetProperty("taken")}")));
        Assert.All(await RecentAsync(id), each => Assert.StartsWith("e:", each.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await AddAsync(new { url = new Uri(Receiver.Url, "/elsewhere") });
        var id = (await Node.Service<WebhookStore>().AllAsync()).Single().Id;
        var answer = await Node.PostAsync($"/webhooks/{id}/test", new { });
        Assert.Equal((false, "status 307"), (answer.Json.GetProperty("taken").GetBoolean(), answer.Text("reason")));
        Assert.Empty(Receiver.Events);
    }

    [Theory]
    [InlineData("""{"types":["message.created"]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"url":"ftp://example.com/"}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"url":"https://user:secret@example.com/"}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"url":"/hook"}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"url":"https://example.com/","types":["message.deleted"]}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"url":"https://example.com/","secrets":["short"]}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"url":"https://example.com/","secrets":[]}""", HttpStatusCode.UnprocessableEntity)]
    public async Task A_wrong_endpoint_is_refused_by_name(string body, HttpStatusCode status) =>
        (await Node.AskAsync(HttpMethod.Post, "/webhooks", body)).AssertProblem(status, 4);

    async Task SendAsync(int count, int from = 1)
    {
        await LeaseAsync();
        for (var i = from; i < from + count; i++)
            Assert.Equal(HttpStatusCode.OK, (await Node.PostAsync("/messages", new { from = _alice, to = _bob, msg = $"text {i}" }, $"c{i}")).Status);
    }

    Task TakenAsync(params long[] seqs) =>
        SoonAsync(string.Join(',', seqs), () => Task.FromResult<string?>(string.Join(',', Receiver.TakenSeqs)));

    /// <summary>They are left out of an answer when the dispatcher does not say within two seconds.</summary>
    async Task<List<System.Text.Json.JsonElement>> RecentAsync(long endpoint)
    {
        System.Text.Json.JsonElement recent = default;
        await Eventually.EqualAsync(true, async () => (await Node.GetAsync($"/webhooks/{endpoint}/deliveries")).Json.TryGetProperty("recent", out recent));
        return [.. recent.EnumerateArray()];
    }

    Task<long> FailingAsync() => ScalarAsync($"SELECT COUNT(*) FROM WebhookCursor WHERE failing_since IS NOT NULL AND a = {_alice}");

    Task<long> CountAsync(string table) => ScalarAsync($"SELECT COUNT(*) FROM {table} WHERE a = {_alice}");

    static System.Text.Json.JsonElement Data(ReceivedEvent received, string key) => received.Json.GetProperty("data").GetProperty(key);
}
