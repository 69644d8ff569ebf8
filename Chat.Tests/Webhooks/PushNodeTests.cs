using System.Net;
using System.Text.Json;
using Chat.Node.Storage;
using Chat.Node.Webhooks;
using Chat.Tests.Support;
using Dapper;
using Xunit;

namespace Chat.Tests.Webhooks;

/// <summary>Who is to be woken, on its way to a product's own server, which is a real one.</summary>
public sealed class PushNodeTests(WebhookNode fixture) : WebhookNodeTest(fixture)
{
    int _alice;
    int _bob;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        (_alice, _bob) = (await Node.NewUserAsync(), await Node.NewUserAsync());
    }

    [Fact]
    public async Task Who_is_away_is_woken_once_until_the_message_is_read()
    {
        await AddAsync();
        var text = new string('x', 100);
        await SendAsync(_alice, _bob, text);
        await SendAsync(_alice, _bob, "another");
        await PushesAsync($$"""{"user":{{_bob}},"conversation":"d:{{_alice}}:{{_bob}}","seq":1,"ts":0,"from":{{_alice}},"preview":"{{text[..80]}}","badge":2,"devices":[]}""");
        await SendAsync(_alice, _bob, "it stays at one");
        Assert.Equal(1L, await RowsAsync("due IS NULL"));

        using (var device = await LogInAsync(_bob))
        {
            for (var i = 0; i < 3; i++)
                Assert.Equal(6, (await device.NextAsync())!.Value.GetProperty("msgid").GetInt32());
            Assert.Equal(0, (await device.AskAsync(new { msgid = 109, conversation = $"d:{_alice}:{_bob}", seq = 3, @ref = 9 })).GetProperty("errno").GetInt32());
        }

        Assert.Equal(0L, await RowsAsync("1 = 1"));
        await Eventually.EqualAsync(false, () => Node.Service<Presence>().IsListedAsync(_bob));
        await SendAsync(_alice, _bob, "after that");
        await SoonAsync("1,4", () => Task.FromResult<string?>(string.Join(',', Receiver.Events.Select(each => Data(each).GetProperty("seq").GetInt32()))));
        Assert.Equal(1, Data(Receiver.Events.Last()).GetProperty("badge").GetInt32());
    }

    [Fact]
    public async Task A_group_has_a_row_a_member_who_is_away_however_much_is_written()
    {
        await AddAsync();
        var carol = await Node.NewUserAsync();
        var group = await Node.NewGroupAsync(_alice, _bob, carol);
        using var device = await LogInAsync(carol);
        for (var i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.OK, (await Node.PostAsync("/messages", new { from = _alice, group, msg = $"text {i}" })).Status);
        await Eventually.EqualAsync(1L, () => ScalarAsync($"SELECT COUNT(*) FROM PendingPush WHERE a = 0 AND b = {group}"));
        await SoonAsync(1, () => Task.FromResult(Receiver.Events.Count));
        var data = Data(Receiver.Events.Single());
        Assert.Equal((_bob, group, 1), (data.GetProperty("user").GetInt32(), data.GetProperty("group").GetInt32(), data.GetProperty("seq").GetInt32()));
    }

    [Fact]
    public async Task In_a_big_group_who_has_not_asked_for_all_messages_is_woken_by_mentions_alone()
    {
        await AddAsync();
        int[] others = [_bob, .. await Task.WhenAll(Enumerable.Range(0, WebhookNode.FewMembers - 1).Select(_ => Node.NewUserAsync()))];
        var group = await Node.NewGroupAsync(_alice, others);
        using (var device = await LogInAsync(_bob, protocol: 3))
        {
            var reply = await device.AskAsync(new { msgid = 111, notify = new Dictionary<string, string> { [$"g:{group}"] = "all" }, @ref = 9 });
            Assert.Equal((0, "all"), (reply.GetProperty("errno").GetInt32(), reply.GetProperty("notify").GetProperty($"g:{group}").GetString()));
        }

        await Eventually.EqualAsync(false, () => Node.Service<Presence>().IsListedAsync(_bob));
        Assert.Equal(HttpStatusCode.OK, (await Node.PostAsync("/messages", new { from = _alice, group, msg = "hi" })).Status);
        await SoonAsync($"{_bob}:1", ToldAsync);
        await SoonAsync(1L, async () => await ScalarAsync($"SELECT COUNT(*) FROM PendingPush WHERE a = 0 AND b = {group}")); // bob's: the others are not to be woken
        await LeaseAsync();
        Assert.Equal(HttpStatusCode.OK, (await Node.PostAsync("/messages", new { from = _alice, group, msg = "all of you", mentions = "all" })).Status);
        await SoonAsync(string.Join(',', others.Select(user => user == _bob ? $"{user}:1" : $"{user}:2").Order()), ToldAsync);

        Task<string?> ToldAsync() => Task.FromResult<string?>(string.Join(',', Receiver.Events.Select(Data).Select(data => $"{data.GetProperty("user")}:{data.GetProperty("seq")}").Order()));
    }

    [Fact]
    public async Task What_is_taken_back_while_its_event_waits_is_told_to_nobody()
    {
        Receiver.Answer = _ => HttpStatusCode.InternalServerError;
        await AddAsync();
        await SendAsync(_alice, _bob, "a secret");
        await SoonAsync(true, () => Task.FromResult(!Receiver.Events.IsEmpty));
        Assert.Equal("a secret", Data(Receiver.Events.First()).GetProperty("preview").GetString());
        Assert.Equal(0L, await ScalarAsync("SELECT COUNT(*) FROM WebhookEvent WHERE data LIKE '%a secret%'"));
        await LeaseAsync();
        Assert.Equal(HttpStatusCode.OK, (await Node.AskAsync(HttpMethod.Patch, $"/conversations/d:{_alice}:{_bob}/messages/1", new { recall = true })).Status);
        Receiver.Answer = _ => HttpStatusCode.OK;
        await SoonAsync("", () => Task.FromResult(Receiver.Events.Where(each => each.IsTaken).Select(each => Data(each).GetProperty("preview").GetString()).FirstOrDefault()));
    }

    [Fact]
    public async Task The_text_of_a_report_is_told_until_it_is_closed()
    {
        await AddAsync(new { url = Receiver.Url, types = new[] { "message.reported" } });
        await SendAsync(_alice, _bob, "buy this");
        using (var device = await LogInAsync(_bob, protocol: 3))
            Assert.Equal(0, (await device.AskAsync(new { msgid = 143, conversation = $"d:{_alice}:{_bob}", seq = 1, reason = "spam", @ref = 9 })).GetProperty("errno").GetInt32());
        await SoonAsync(1, () => Task.FromResult(Receiver.Events.Count));
        var data = Data(Receiver.Events.Single());
        Assert.Equal(("spam", "buy this"), (data.GetProperty("reason").GetString(), data.GetProperty("msg").GetString()));
        Assert.Equal(0L, await ScalarAsync("SELECT COUNT(*) FROM WebhookEvent WHERE data LIKE '%buy this%' OR data LIKE '%spam%'"));
        Assert.True(await Node.Service<ReportStore>().CloseAsync(data.GetProperty("report").GetInt64()));
        var told = await Node.Service<EventTexts>().FillAsync([new WebhookEvent(1, WebhookTypes.MessageReported, data.GetRawText(), 1)]);
        Assert.Contains("\"reason\":\"\",\"msg\":\"\"", told.Single().Data, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("[1]")]
    [InlineData("""{"conversation":"d:1:2","seq":1,"preview":"y","preview":"z","report":1,"report":2}""")]
    [InlineData("""{"conversation":5,"seq":"x","preview":"y","report":true}""")]
    public async Task A_row_that_somebody_has_written_into_holds_nothing_up(string data)
    {
        foreach (var type in (string[])[WebhookTypes.PushRequired, WebhookTypes.MessageReported])
            Assert.Single(await Node.Service<EventTexts>().FillAsync([new WebhookEvent(1, type, data, 1)]));
    }

    [Fact]
    public async Task Where_nobody_wants_it_nothing_is_written()
    {
        await SendAsync(_alice, _bob, "hi");
        await Eventually.EqualAsync(1L, () => ScalarAsync($"SELECT COUNT(*) FROM OfflineMessage WHERE userid = {_bob}"));
        Assert.Equal(0L, await RowsAsync("1 = 1"));
    }

    [Fact]
    public async Task When_nobody_wants_it_any_more_what_waits_is_forgotten()
    {
        await Node.Service<IChatDatabase>().WriteAsync((connection, transaction) =>
            connection.ExecuteAsync($"INSERT INTO PendingPush (userid, a, b, seq, due) VALUES ({_bob}, {_alice}, {_bob}, 1, NULL)", transaction: transaction));
        await Eventually.EqualAsync(0L, () => RowsAsync("1 = 1"));
    }

    Task<string> AddAsync() => AddAsync(new { url = Receiver.Url, types = new[] { "push.required" } });

    async Task SendAsync(int from, int to, string msg)
    {
        await LeaseAsync();
        Assert.Equal(HttpStatusCode.OK, (await Node.PostAsync("/messages", new { from, to, msg })).Status);
    }

    /// <summary>What was told, but for the time.</summary>
    Task PushesAsync(params string[] events) => SoonAsync(
        string.Join('\n', events),
        () => Task.FromResult<string?>(string.Join('\n', Receiver.Events.Select(each => WithoutTime(Data(each))))));

    static string WithoutTime(JsonElement data) =>
        data.TryGetProperty("ts", out var time) ? data.GetRawText().Replace($"\"ts\":{time.GetRawText()}", "\"ts\":0", StringComparison.Ordinal) : data.GetRawText();

    static JsonElement Data(ReceivedEvent received) => received.Json.GetProperty("data");

    Task<long> RowsAsync(string condition) => ScalarAsync($"SELECT COUNT(*) FROM PendingPush WHERE userid = {_bob} AND {condition}");
}
