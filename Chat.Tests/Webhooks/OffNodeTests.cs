using System.Net;
using System.Text.Json;
using Chat.Node.Storage;
using Chat.Node.Webhooks;
using Xunit;

namespace Chat.Tests.Webhooks;

/// <summary>What is kept, and given up, for an endpoint that is off or takes nothing.</summary>
public sealed class OffNodeTests(WebhookNode fixture) : WebhookNodeTest(fixture)
{
    static readonly TimeSpan Day = TimeSpan.FromHours(24);
    static readonly string[] Types = ["message.created", "user.created", "webhook.gap"];

    int _alice;
    int _bob;
    long _endpoint;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await LeaseAsync();
        (_alice, _bob) = (await Node.NewUserAsync(), await Node.NewUserAsync());
        await AddAsync(new { url = Receiver.Url, types = Types });
        _endpoint = (await Node.Service<WebhookStore>().AllAsync()).Single().Id;
    }

    [Fact]
    public async Task Nothing_is_lost_of_what_was_written_before_an_endpoint_was_off_and_while_it_was()
    {
        Receiver.Answer = _ => HttpStatusCode.InternalServerError;
        await SendAsync(1, 2, 3);
        var early = await Node.NewUserAsync();
        await FailingAsync("events", $"d:{_alice}:{_bob}");
        await SwitchAsync(isOn: false);
        await OffAsync();
        PassTime(TimeSpan.FromMilliseconds(2 * MarkLife.KeptMilliseconds));
        await SendAsync(4, 5);
        var late = await Node.NewUserAsync();
        PassTime(TimeSpan.FromMilliseconds(2 * MarkLife.KeptMilliseconds));
        Receiver.Events.Clear();
        Receiver.Answer = _ => HttpStatusCode.OK;
        await SwitchAsync(isOn: true);
        await SoonAsync("1,2,3,4,5", () => Task.FromResult<string?>(string.Join(',', Receiver.TakenSeqs)));
        await SoonAsync($"{early},{late}", () => Task.FromResult<string?>(string.Join(',', TakenUsers())));
        Assert.Empty(Of("webhook.gap"));
    }

    [Fact]
    public async Task What_was_answered_with_410_comes_when_the_endpoint_is_on_again()
    {
        Receiver.Answer = _ => HttpStatusCode.Gone;
        await SendAsync(1);
        await OffAsync();
        PassTime(TimeSpan.FromMilliseconds(2 * MarkLife.KeptMilliseconds));
        Receiver.Answer = _ => HttpStatusCode.OK;
        await SwitchAsync(isOn: true);
        await SoonAsync("1", () => Task.FromResult<string?>(string.Join(',', Receiver.TakenSeqs)));
    }

    [Fact]
    public async Task An_event_that_is_no_message_can_be_answered_with_410_too_and_is_kept()
    {
        Receiver.Answer = _ => HttpStatusCode.Gone;
        var user = await Node.NewUserAsync();
        await OffAsync();
        Receiver.Answer = _ => HttpStatusCode.OK;
        await SwitchAsync(isOn: true);
        await SoonAsync($"{user}", () => Task.FromResult<string?>(string.Join(',', TakenUsers())));
    }

    [Fact]
    public async Task After_a_day_off_what_it_lacks_is_given_up_and_it_begins_anew()
    {
        Receiver.Answer = _ => HttpStatusCode.InternalServerError;
        await SendAsync(1, 2);
        await Node.NewUserAsync();
        await FailingAsync("events", $"d:{_alice}:{_bob}");
        await SwitchAsync(isOn: false);
        await OffAsync();
        PassTime(Day);
        await SoonAsync(false, async () => (await EndpointAsync()).IsKept);
        var dead = Assert.Single((await DeliveriesAsync()).GetProperty("dead").EnumerateArray());
        Assert.Equal((1, 2, "switched off for a day"), (dead.GetProperty("from").GetInt32(), dead.GetProperty("to").GetInt32(), dead.GetProperty("reason").GetString()));
        // Another one that takes nothing: the conversation stays marked.
        await using var other = await WebhookReceiver.StartAsync();
        other.Answer = _ => HttpStatusCode.InternalServerError;
        await AddAsync(new { url = other.Url, types = new[] { "message.created" } });
        await SendAsync(3);
        await SoonAsync(true, () => Task.FromResult(other.Events.Any(each => each.Seqs.Contains(3)))); // it is marked
        Receiver.Events.Clear();
        Receiver.Answer = _ => HttpStatusCode.OK;
        await SwitchAsync(isOn: true);
        await SoonAsync(1, () => Task.FromResult(Of("webhook.gap").Count));
        await SendAsync(4);
        await SoonAsync("4", () => Task.FromResult<string?>(string.Join(',', Receiver.TakenSeqs)));
        Assert.Equal("off", Of("webhook.gap").Single().GetProperty("reason").GetString());
        Assert.Empty(TakenUsers());
    }

    [Fact]
    public async Task What_fails_for_a_day_is_kept_as_a_dead_letter_and_the_endpoint_goes_on_behind_it()
    {
        Receiver.Answer = _ => HttpStatusCode.InternalServerError;
        await SendAsync(1, 2);
        await FailingAsync($"d:{_alice}:{_bob}");
        PassTime(Day - TimeSpan.FromMinutes(1));
        await LeaseAsync();
        await SoonAsync(true, async () => Assert.Single((await DeliveriesAsync()).GetProperty("failing").EnumerateArray()).GetProperty("attempts").GetInt32() > 1);
        Assert.Empty((await DeliveriesAsync()).GetProperty("dead").EnumerateArray());
        PassTime(TimeSpan.FromMinutes(6));
        await SoonAsync(1L, () => ScalarAsync($"SELECT COUNT(*) FROM WebhookDeadLetter WHERE endpoint = {_endpoint} AND from_seq = 1 AND to_seq = 2"));
        Receiver.Answer = _ => HttpStatusCode.OK;
        await SendAsync(3);
        await SoonAsync("3", () => Task.FromResult<string?>(string.Join(',', Receiver.TakenSeqs)));
        await SoonAsync(
            $$"""{"endpoint":{{_endpoint}},"conversation":"d:{{_alice}}:{{_bob}}","from":1,"to":2}""",
            () => Task.FromResult(Of("webhook.gap").Select(gap => gap.GetRawText()).FirstOrDefault()));
    }

    [Fact]
    public async Task An_event_that_is_no_message_is_listed_while_it_fails_and_given_up_after_a_day_with_a_gap()
    {
        Receiver.Answer = _ => HttpStatusCode.InternalServerError;
        await Node.NewUserAsync();
        await FailingAsync("events");
        var failing = (await DeliveriesAsync()).GetProperty("failing").EnumerateArray().Single();
        Assert.True(failing.GetProperty("events").GetBoolean());
        PassTime(Day);
        await SoonAsync(1L, () => ScalarAsync("SELECT COUNT(*) FROM WebhookEvent WHERE type = 'webhook.gap' AND data LIKE '%fromEvent%'"));
        Receiver.Answer = _ => HttpStatusCode.OK;
        await SoonAsync(1, () => Task.FromResult(Of("webhook.gap").Count(gap => gap.TryGetProperty("toEvent", out _))));
        await FailingAsync();
        Assert.Empty(TakenUsers());
    }

    [Fact]
    public async Task A_replay_that_nobody_does_is_not_said_to_be_done()
    {
        await SoonAsync(true, () => Node.Service<DispatcherPort>().ReplayAsync(_endpoint));
        Assert.False(await Node.Service<DispatcherPort>().ReplayAsync(_endpoint + 1000));
    }

    [Fact]
    public async Task One_endpoint_is_shown_without_its_secrets()
    {
        var shown = await Node.GetAsync($"/webhooks/{_endpoint}");
        Assert.Equal((HttpStatusCode.OK, _endpoint), (shown.Status, shown.Json.GetProperty("id").GetInt64()));
        Assert.False(shown.Json.TryGetProperty("secrets", out _));
        (await Node.GetAsync($"/webhooks/{_endpoint + 1000}")).AssertProblem(HttpStatusCode.NotFound, 7);
    }

    async Task SendAsync(params int[] numbers)
    {
        await LeaseAsync();
        foreach (var number in numbers)
            Assert.Equal(HttpStatusCode.OK, (await Node.PostAsync("/messages", new { from = _alice, to = _bob, msg = $"text {number}" }, $"c{number}")).Status);
    }

    async Task SwitchAsync(bool isOn)
    {
        var answer = await Node.AskAsync(HttpMethod.Patch, $"/webhooks/{_endpoint}", new { enabled = isOn });
        Assert.Equal((HttpStatusCode.OK, isOn), (answer.Status, answer.Json.GetProperty("enabled").GetBoolean()));
    }

    /// <summary>Until the dispatcher knows: it dispatches to nobody then, and answers so.</summary>
    async Task OffAsync()
    {
        await SoonAsync(false, async () => (await EndpointAsync()).IsEnabled);
        await SoonAsync(false, () => Node.Service<DispatcherPort>().ReplayAsync(_endpoint));
    }

    /// <summary>Conversations in which it takes nothing, and whether it takes no other events.</summary>
    Task FailingAsync(params string[] conversations) => SoonAsync(
        string.Join(' ', conversations),
        async () => string.Join(' ', (await DeliveriesAsync()).GetProperty("failing").EnumerateArray().Select(each => each.TryGetProperty("events", out _) ? "events" : each.GetProperty("conversation").GetString())));

    async Task<WebhookEndpoint> EndpointAsync() => (await Node.Service<WebhookStore>().AllAsync()).Single(endpoint => endpoint.Id == _endpoint);

    async Task<JsonElement> DeliveriesAsync() => (await Node.GetAsync($"/webhooks/{_endpoint}/deliveries")).Json;

    List<JsonElement> Of(string type) =>
        [.. Receiver.Events.Where(each => each.IsTaken && each.Json.GetProperty("type").GetString() == type).DistinctBy(each => each.Id).Select(each => each.Json.GetProperty("data"))];

    List<int> TakenUsers() => [.. Of("user.created").Select(data => data.GetProperty("user").GetInt32())];
}
