using System.Net;
using System.Text.Json;
using Chat.Node.Storage;
using Chat.Node.Webhooks;
using Chat.Protocol;
using Chat.Tests.Api;
using Xunit;

namespace Chat.Tests.Webhooks;

/// <summary>What becomes of messages, what is read, and contacts, on their way to a product's own server, which is a real one.</summary>
public sealed class ChangeNodeTests(WebhookNode fixture) : WebhookNodeTest(fixture)
{
    static readonly string[] Changes = ["message.edited", "message.recalled", "message.reacted"];

    int _alice;
    int _bob;
    LineClient _device = null!;

    string Conversation => $"d:{_alice}:{_bob}";

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        (_alice, _bob) = (await Node.NewUserAsync(), await Node.NewUserAsync());
        _device = await LogInAsync(_alice, protocol: 3);
    }

    [Fact]
    public async Task Changes_of_messages_come_with_what_they_are_by_then()
    {
        await AddAsync(new { url = Receiver.Url, types = Changes });
        await SendAsync("one", "two");
        await ChangeAsync(new { msgid = 131, conversation = Conversation, seq = 1, edit = new { msg = "uno" }, @ref = 1 });
        await ToldAsync("edited 1 1 uno");
        await ChangeAsync(new { msgid = 131, conversation = Conversation, seq = 1, react = "👍", @ref = 1 });
        await ToldAsync("edited 1 1 uno", "reacted 1 2 👍1");
        await ChangeAsync(new { msgid = 131, conversation = Conversation, seq = 1, pin = true, @ref = 1 });
        await ChangeAsync(new { msgid = 131, conversation = Conversation, seq = 2, recall = true, @ref = 1 });
        await ToldAsync("edited 1 1 uno", "reacted 1 2 👍1", $"recalled 2 4 {_alice}");
        Assert.Equal([$"c:{Conversation}:1:edited", $"c:{Conversation}:2:reacted", $"c:{Conversation}:4:recalled"], Receiver.Events.Select(each => each.Id));
    }

    [Fact]
    public async Task What_is_not_taken_comes_again_a_recalled_text_never_and_reactions_once()
    {
        await AddAsync(new { url = Receiver.Url, types = Changes });
        Receiver.Answer = _ => HttpStatusCode.ServiceUnavailable;
        await SendAsync("one", "two");
        await ChangeAsync(new { msgid = 131, conversation = Conversation, seq = 1, edit = new { msg = "a secret" }, @ref = 1 });
        await SoonAsync(false, () => Task.FromResult(Receiver.Events.IsEmpty));
        Receiver.Events.Clear();
        await ChangeAsync(new { msgid = 131, conversation = Conversation, seq = 1, recall = true, @ref = 1 });
        foreach (var emoji in (string[])["👍", "🎉", "❤️"])
            await ChangeAsync(new { msgid = 131, conversation = Conversation, seq = 2, react = emoji, @ref = 1 });
        await SoonAsync(1L, () => ScalarAsync($"SELECT COUNT(*) FROM WebhookChangeCursor WHERE a = {_alice} AND failing_since IS NOT NULL"));
        var id = (await Node.Service<WebhookStore>().AllAsync()).Single().Id;
        var failing = (await Node.GetAsync($"/webhooks/{id}/deliveries")).Json.GetProperty("failing").EnumerateArray().Single();
        Assert.Equal((Conversation, true), (failing.GetProperty("conversation").GetString(), failing.GetProperty("changes").GetBoolean()));
        Receiver.Answer = _ => HttpStatusCode.OK;
        await SoonAsync(2, () => Task.FromResult(Receiver.Events.Count(each => each.IsTaken)));
        var taken = Receiver.Events.Where(each => each.IsTaken).Select(WordOf).ToList();
        Assert.Equal([$"recalled 1 2 {_alice}", "reacted 2 5 ❤️1 🎉1 👍1"], taken);
        Assert.DoesNotContain(Receiver.Events.Where(each => each.IsTaken), each => System.Text.Encoding.UTF8.GetString(each.Body).Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_batch_of_changes_that_was_not_taken_comes_again_with_its_id_whatever_has_come_since()
    {
        await AddAsync(new { url = Receiver.Url, types = Changes, batch = true });
        await SendAsync("one", "two");
        Receiver.Answer = count => count < 2 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK;
        await ChangeAsync(new { msgid = 131, conversation = Conversation, seq = 1, react = "👍", @ref = 1 });
        await SoonAsync(1, () => Task.FromResult(Receiver.Events.Count));
        await ChangeAsync(new { msgid = 131, conversation = Conversation, seq = 2, react = "👍", @ref = 1 });
        await SoonAsync(4, () => Task.FromResult(Receiver.Events.Count));
        Assert.Equal(
            [.. Enumerable.Repeat($"c:{Conversation}:1:reacted", 3), $"c:{Conversation}:2:reacted"], Receiver.Events.Select(each => each.Id));
    }

    [Fact]
    public async Task An_older_edit_is_not_passed_over_when_the_message_was_changed_again_and_something_before_that_is_not_taken()
    {
        await AddAsync(new { url = Receiver.Url, types = Changes });
        await SendAsync("one", "two");
        var edit = new { msgid = 131, conversation = Conversation, seq = 1, edit = new { msg = "uno" }, @ref = 1 };
        Receiver.Answer = count => count == 1 || count == 2 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK;
        await ChangeAsync(edit);
        await ChangeAsync(new { msgid = 131, conversation = Conversation, seq = 2, react = "👍", @ref = 1 });
        await ChangeAsync(new { msgid = 131, conversation = Conversation, seq = 1, react = "👍", @ref = 1 });
        await SoonAsync(3, () => Task.FromResult(Receiver.Events.Where(each => each.IsTaken).DistinctBy(each => each.Id).Count()));
        Assert.Equal(["edited 1 1 uno", "reacted 2 2 👍1", "reacted 1 3 👍1"], Receiver.Events.Where(each => each.IsTaken).DistinctBy(each => each.Id).Select(WordOf));
    }

    [Fact]
    public async Task No_change_comes_before_its_message_and_many_come_in_one_request_where_that_is_wanted()
    {
        Receiver.Answer = count => count == 0 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK;
        await AddAsync(new { url = Receiver.Url, types = Changes.Append("message.created"), batch = true });
        await SendAsync("one", "two", "three");
        for (var seq = 1; seq <= 3; seq++)
            await ChangeAsync(new { msgid = 131, conversation = Conversation, seq, react = "👍", @ref = 1 });
        await SoonAsync(6, () => Task.FromResult(Taken().Count));
        Assert.Equal([.. Enumerable.Repeat("message.created", 3), .. Enumerable.Repeat("message.reacted", 3)], Taken().Select(each => each.GetProperty("type").GetString()));
        Assert.True(Receiver.Events.Count(each => each.IsTaken) < 6);
    }

    [Fact]
    public async Task When_all_changes_are_brought_nothing_is_left_in_the_database_and_what_nobody_wants_is_not_marked()
    {
        await SendAsync("one");
        await AddAsync(new { url = Receiver.Url, types = new[] { "message.recalled" } });
        await ChangeAsync(new { msgid = 131, conversation = Conversation, seq = 1, react = "👍", @ref = 1 });
        Assert.Equal(0, await ScalarAsync($"SELECT COUNT(*) FROM WebhookChangeMark WHERE a = {_alice}"));
        await ChangeAsync(new { msgid = 131, conversation = Conversation, seq = 1, recall = true, @ref = 1 });
        Assert.Equal(1, await ScalarAsync($"SELECT COUNT(*) FROM WebhookChangeMark WHERE a = {_alice}"));
        await ToldAsync($"recalled 1 2 {_alice}");
        PassTime(TimeSpan.FromMilliseconds(MarkLife.KeptMilliseconds));
        await SoonAsync(0L, () => ScalarAsync($"SELECT COUNT(*) FROM WebhookChangeMark WHERE a = {_alice}"));
        Assert.Equal(0L, await ScalarAsync($"SELECT COUNT(*) FROM WebhookChangeCursor WHERE a = {_alice}"));
        Assert.Equal(0L, await ScalarAsync($"SELECT COUNT(*) FROM WebhookChange WHERE a = {_alice}"));
        Assert.Single(Receiver.Events);
    }

    [Fact]
    public async Task Changes_that_are_given_up_are_told_as_a_gap()
    {
        await AddAsync(new { url = Receiver.Url, types = new[] { "message.reacted", "webhook.gap" } });
        await SendAsync("one");
        await ChangeAsync(new { msgid = 131, conversation = Conversation, seq = 1, react = "👍", @ref = 1 });
        await ToldAsync("reacted 1 1 👍1");
        var endpoint = (await Node.Service<WebhookStore>().AllAsync()).Single().Id;
        Assert.Equal(1, await Node.Service<WebhookChanges>().BuryAsync(new WebhookCursor(endpoint, ConversationId.Direct(_alice, _bob), 0, IsOfChanges: true)));
        await SoonAsync(
            $$"""{"endpoint":{{endpoint}},"conversation":"{{Conversation}}","fromRev":1,"toRev":1}""",
            () => Task.FromResult(Receiver.Events.Select(each => each.Json).Where(json => json.GetProperty("type").GetString() == "webhook.gap").Select(json => json.GetProperty("data").GetRawText()).FirstOrDefault()));
    }

    [Fact]
    public async Task What_is_read_is_told_to_who_asks_for_it_by_name()
    {
        await AddAsync(new { url = Receiver.Url, types = new[] { "receipt.read" } });
        await using var other = await WebhookReceiver.StartAsync();
        await AddAsync(new { url = other.Url });
        await SendAsync("one", "two");
        using (var bob = await LogInAsync(_bob, protocol: 3))
            await AskAsync(bob, new { msgid = 109, conversation = Conversation, seq = 2, @ref = 7 });
        await SoonAsync(
            $$"""receipt.read {"user":{{_bob}},"conversation":"{{Conversation}}","read":2}""",
            () => Task.FromResult(Receiver.Events.Select(TextOf).LastOrDefault(text => text.Contains($"\"user\":{_bob}", StringComparison.Ordinal))));
        await SoonAsync(true, () => Task.FromResult(other.Events.Any(each => TextOf(each).StartsWith("user.offline", StringComparison.Ordinal)))); // behind it in the outbox
        Assert.DoesNotContain(other.Events, each => TextOf(each).StartsWith("receipt.read", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_hides_its_receipts_is_not_told_of()
    {
        await AddAsync(new { url = Receiver.Url, types = new[] { "receipt.read", "user.created" } });
        await SendAsync("one");
        using (var bob = await LogInAsync(_bob, protocol: 3))
        {
            await AskAsync(bob, new { msgid = 111, receipts = "off", @ref = 6 });
            await AskAsync(bob, new { msgid = 109, conversation = Conversation, seq = 1, @ref = 7 });
        }

        await SoonAsync(1L, () => ScalarAsync($"SELECT COUNT(*) FROM DeliveryMark WHERE userid = {_bob} AND read_to = 1"));
        var carol = (await Node.PostAsync("/users", new { name = ApiNode.NewName() })).Int("id");
        await SoonAsync(true, () => Task.FromResult(Receiver.Events.Any(each => TextOf(each).StartsWith($$"""user.created {"user":{{carol}}""", StringComparison.Ordinal))));
        Assert.DoesNotContain(Receiver.Events, each => TextOf(each).StartsWith($$"""receipt.read {"user":{{_bob}}""", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Contacts_and_blocks_are_told_of_as_they_happen_and_once()
    {
        await AddAsync(new { url = Receiver.Url, types = new[] { "contact.requested", "contact.accepted", "contact.removed", "contact.blocked", "contact.unblocked" } });
        using var bob = await LogInAsync(_bob, protocol: 3);
        await AskAsync(_device, new { msgid = 120, id = _bob, @do = "request", note = "hi", @ref = 1 });
        await AskAsync(_device, new { msgid = 120, id = _bob, @do = "request", note = "hi", @ref = 2 });
        await AskAsync(bob, new { msgid = 120, id = _alice, @do = "accept", @ref = 1 });
        await AskAsync(bob, new { msgid = 120, id = _alice, @do = "accept", @ref = 2 });
        await AskAsync(_device, new { msgid = 120, id = _bob, @do = "remove", @ref = 3 });
        await AskAsync(_device, new { msgid = 120, id = _bob, @do = "block", @ref = 4 });
        await AskAsync(_device, new { msgid = 120, id = _bob, @do = "unblock", @ref = 5 });
        var (ab, ba) = ($$"""{"user":{{_alice}},"other":{{_bob}}}""", $$"""{"user":{{_bob}},"other":{{_alice}}}""");
        string[] expected =
        [
            $$"""contact.requested {"user":{{_alice}},"other":{{_bob}},"note":"hi"}""", $"contact.accepted {ba}", $"contact.removed {ab}", $"contact.blocked {ab}", $"contact.unblocked {ab}",
        ];
        await SoonAsync(string.Join('\n', expected), () => Task.FromResult<string?>(string.Join('\n', Receiver.Events.Select(TextOf))));
    }

    async Task SendAsync(params string[] texts)
    {
        await LeaseAsync();
        foreach (var text in texts)
            Assert.Equal(HttpStatusCode.OK, (await Node.PostAsync("/messages", new { from = _alice, to = _bob, msg = text })).Status);
    }

    async Task ChangeAsync(object change)
    {
        await LeaseAsync();
        await AskAsync(_device, change);
    }

    /// <summary>What comes before the answer is passed over.</summary>
    static async Task AskAsync(LineClient device, object request)
    {
        var wanted = JsonSerializer.SerializeToElement(request).GetProperty("ref").GetInt32();
        var answer = await device.AskAsync(request);
        while (!answer.TryGetProperty("ref", out var reference) || reference.GetInt32() != wanted)
            answer = await device.NextAsync() ?? throw new IOException("the node has ended the connection");
        Assert.True(answer.GetProperty("errno").GetInt32() == 0, answer.ToString());
    }

    List<JsonElement> Taken() =>
        [.. Receiver.Events.Where(each => each.IsTaken).SelectMany(each => each.Json.ValueKind == JsonValueKind.Array ? each.Json.EnumerateArray().ToList() : [each.Json])];

    Task ToldAsync(params string[] expected) => SoonAsync(
        string.Join('\n', expected), () => Task.FromResult<string?>(string.Join('\n', Receiver.Events.Where(each => each.IsTaken).Select(WordOf))));

    static string WordOf(ReceivedEvent received)
    {
        var data = received.Json.GetProperty("data");
        var what = data.TryGetProperty("msg", out var text) ? text.GetString() : data.TryGetProperty("by", out var by) ? by.ToString() : string.Join(' ', data.GetProperty("reactions").EnumerateObject().Select(each => $"{each.Name}{each.Value}"));
        return $"{received.Json.GetProperty("type").GetString()!["message.".Length..]} {data.GetProperty("seq")} {data.GetProperty("rev")} {what}";
    }

    static string TextOf(ReceivedEvent each) => $"{each.Json.GetProperty("type").GetString()} {each.Json.GetProperty("data").GetRawText()}";
}
