using System.Net;
using System.Text.Json;
using Chat.Node.Settings;
using Chat.Tests.Actors;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>Sending, and looking at what was sent.</summary>
[Collection(ApiCollection.Name)]
public sealed class MessageTests(ApiNode node)
{
    [Fact]
    public async Task A_message_is_stored_and_has_its_place()
    {
        var (alice, bob) = (await node.NewUserAsync("the-sender"), await node.NewUserAsync());
        var sent = await node.PostAsync("/messages", new { from = alice, to = bob, msg = "hi 你😀", order = new { id = 17 } }, "order-17");
        Assert.Equal((HttpStatusCode.OK, $"d:{alice}:{bob}", 1), (sent.Status, sent.Text("conversation"), sent.Int("seq")));
        var stored = (await MessagesAsync($"d:{alice}:{bob}")).Single();
        Assert.Equal(
            ("hi 你😀", alice, "the-sender", bob, "order-17", 1),
            (stored.GetProperty("msg").GetString(), stored.GetProperty("id").GetInt32(), stored.GetProperty("name").GetString(), stored.GetProperty("toid").GetInt32(),
                stored.GetProperty("cmid").GetString(), stored.GetProperty("seq").GetInt32()));
        Assert.Equal(17, stored.GetProperty("order").GetProperty("id").GetInt32());
        Assert.Equal(sent.Json.GetProperty("ts").GetInt64(), stored.GetProperty("ts").GetInt64());
    }

    [Fact]
    public async Task A_message_refers_to_what_its_sender_could_refer_to()
    {
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        await node.PostAsync("/messages", new { from = alice, to = bob, msg = "one" });
        var sent = await node.PostAsync("/messages", new { from = bob, to = alice, msg = "two", reply = 1, thread = 1, mentions = new[] { alice } });
        Assert.Equal((HttpStatusCode.OK, 2), (sent.Status, sent.Int("seq")));
        var stored = (await MessagesAsync($"d:{alice}:{bob}")).Last();
        Assert.Equal((1, 1, alice), (stored.GetProperty("reply").GetInt32(), stored.GetProperty("thread").GetInt32(), stored.GetProperty("mentions")[0].GetInt32()));
        var refused = await node.PostAsync("/messages", new { from = bob, to = alice, msg = "three", reply = 9 });
        Assert.Equal((HttpStatusCode.BadRequest, 4), (refused.Status, refused.Int("errno")));
        Assert.Equal(HttpStatusCode.BadRequest, (await node.PostAsync("/messages", new { from = bob, to = alice, msg = "three", mentions = "some" })).Status);
        var answer = await node.PostAsync("/messages/batch", new
        {
            messages = new object[]
            {
                new { from = bob, to = alice, msg = "a", reply = 9, cmid = "r1" },
                new { from = bob, to = alice, msg = "b", reply = 2, cmid = "r2" },
                new { from = bob, to = alice, msg = "c", cmid = "r3" },
            },
        });
        Assert.Equal([(400, 4), (200, 3), (200, 4)], Results(answer));
    }

    [Fact]
    public async Task A_message_of_a_batch_may_answer_an_earlier_one_of_the_same_batch()
    {
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        var batch = new
        {
            messages = new object[]
            {
                new { from = alice, to = bob, msg = "a question", cmid = "q" },
                new { from = bob, to = alice, msg = "an answer", reply = 1, thread = 1, cmid = "a" },
                new { from = bob, to = alice, msg = "to a later one", reply = 5, cmid = "l" },
                new { from = alice, to = bob, msg = "thanks", reply = 2, thread = 1, cmid = "t" },
                new { from = alice, to = bob, msg = "the end", cmid = "e" },
            },
        };
        for (var time = 0; time < 2; time++) // a repetition changes nothing
            Assert.Equal([(200, 1), (200, 2), (400, 4), (200, 3), (200, 4)], Results(await node.PostAsync("/messages/batch", batch)));
        Assert.Equal([0, 1, 2, 0], (await MessagesAsync($"d:{alice}:{bob}")).Select(each => each.TryGetProperty("reply", out var reply) ? reply.GetInt32() : 0));
    }

    [Fact]
    public async Task A_repetition_is_answered_with_the_first_one()
    {
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        var body = new { from = alice, to = bob, msg = "once" };
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => node.PostAsync("/messages", body, "the-key")));
        Assert.All(answers, answer => Assert.Equal((HttpStatusCode.OK, 1), (answer.Status, answer.Int("seq"))));
        Assert.Equal(1, (await node.PostAsync("/messages", new { from = alice, to = bob, msg = "once", cmid = "the-key" })).Int("seq"));
        Assert.Single(await MessagesAsync($"d:{alice}:{bob}"));
    }

    [Fact]
    public async Task A_device_gets_the_message_and_the_senders_own_device_a_copy()
    {
        var (alice, bob) = (await DeviceAsync(), await DeviceAsync());
        using var one = alice.Device;
        using var other = bob.Device;
        await node.PostAsync("/messages", new { from = alice.Id, to = bob.Id, msg = "for you" });
        foreach (var device in (LineClient[])[one, other])
            Assert.Equal("for you", (await device.NextAsync())!.Value.GetProperty("msg").GetString());
    }

    [Fact]
    public async Task A_batch_has_a_result_for_each_in_their_order()
    {
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        var answer = await node.PostAsync("/messages/batch", new
        {
            messages = new object[]
            {
                new { from = alice, to = bob, msg = "one", cmid = "b1" },
                new { from = alice, group = 1_000_001, msg = "two", cmid = "b2" },
                new { from = alice, to = bob, cmid = "b3" },
                new { from = 1_000_001, to = bob, msg = "four" },
                new { from = bob, to = alice, msg = "five", cmid = "b5" },
                new { from = alice, to = bob, msg = "one", cmid = "b1" },
            },
        });
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal([(200, 1), (404, 7), (400, 4), (404, 7), (200, 2), (200, 1)], Results(answer));
    }

    [Fact]
    public async Task A_large_batch_keeps_its_order_and_can_be_repeated()
    {
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        var body = new { messages = Enumerable.Range(1, 1000).Select(i => new { from = alice, to = bob, msg = $"m{i}" }) };
        var first = await node.PostAsync("/messages/batch", body, "the-batch");
        var second = await node.PostAsync("/messages/batch", body, "the-batch");
        Assert.True(Results(first).All(result => result.Status == 200), first.Json.GetRawText()[..500]);
        Assert.Equal(Enumerable.Range(1, 1000).Select(i => (200, i)), Results(first));
        Assert.Equal(Results(first), Results(second));
        Assert.Equal(
            Enumerable.Range(1, 1000).Select(i => $"m{i}"),
            (await MessagesAsync($"d:{alice}:{bob}", "?after=0&limit=1000")).Select(message => message.GetProperty("msg").GetString()));
    }

    [Theory]
    [InlineData("""{"to":2,"msg":"x"}""", 400, 4)]
    [InlineData("""{"from":1,"msg":"x"}""", 400, 4)]
    [InlineData("""{"from":1,"to":2}""", 400, 4)]
    [InlineData("""{"from":1,"to":2,"group":1,"msg":"x"}""", 400, 4)]
    [InlineData("""{"from":1,"to":0,"msg":"x"}""", 400, 4)]
    [InlineData("""{"from":1,"to":2,"msg":"x","seq":9}""", 400, 4)]
    [InlineData("""{"from":1,"to":2,"msg":"x","cmid":""}""", 400, 4)]
    [InlineData("""{"from":1,"to":2,"msg":"\ud800"}""", 400, 4)]
    [InlineData("""{"from":1000001,"to":2,"msg":"x"}""", 404, 7)]
    public async Task A_wrong_message_is_refused(string body, int status, int errno)
    {
        var alice = await node.NewUserAsync();
        (await node.AskAsync(HttpMethod.Post, "/messages", body.Replace("\"from\":1,", $"\"from\":{alice},", StringComparison.Ordinal)))
            .AssertProblem((HttpStatusCode)status, errno);
    }

    [Fact]
    public async Task A_text_that_is_too_long_is_refused()
    {
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        (await node.PostAsync("/messages", new { from = alice, to = bob, msg = new string('x', new ChatLimits().MaxTextBytes + 1) }))
            .AssertProblem(HttpStatusCode.RequestEntityTooLarge, 8);
        (await node.PostAsync("/messages", new { from = alice, to = 1_000_001, msg = "x" })).AssertProblem(HttpStatusCode.NotFound, 7);
    }

    [Fact]
    public async Task Two_different_ids_for_one_message_are_a_mistake()
    {
        (await node.PostAsync("/messages", new { from = 1, to = 2, msg = "x", cmid = "one" }, "other")).AssertProblem(HttpStatusCode.BadRequest, 4);
        (await node.PostAsync("/messages", new { from = 1, to = 2, msg = "x" }, new string('k', 65))).AssertProblem(HttpStatusCode.BadRequest, 4);
    }

    [Fact]
    public async Task A_batch_has_1_to_1000_messages()
    {
        (await node.PostAsync("/messages/batch", new { })).AssertProblem(HttpStatusCode.BadRequest, 4);
        (await node.PostAsync("/messages/batch", new { messages = new object?[] { null } })).AssertProblem(HttpStatusCode.BadRequest, 4);
        (await node.PostAsync("/messages/batch", new { messages = Enumerable.Repeat(new { msg = "x" }, 1001) })).AssertProblem(HttpStatusCode.BadRequest, 4);
    }

    [Fact]
    public async Task A_message_that_could_not_be_stored_may_come_again()
    {
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        var body = new { from = alice, to = bob, msg = "later" };
        node.Database.Writes = StatementFault.Refused;
        try
        {
            (await node.PostAsync("/messages", body, "k")).AssertProblem(HttpStatusCode.ServiceUnavailable, 10, retry: true);
        }
        finally
        {
            node.Database.Writes = StatementFault.None;
        }

        await Support.Eventually.EqualAsync(HttpStatusCode.OK, async () => (await node.PostAsync("/messages", body, "k")).Status);
        Assert.Single(await MessagesAsync($"d:{alice}:{bob}"));
    }

    [Fact]
    public async Task Who_names_no_sender_sends_as_the_system_user_if_there_is_one()
    {
        await using var other = await StartedNode.StartAsync($"--Chat:Api:Keys:0={ApiNode.Key}", "--Chat:Api:SystemUser=1", "--Chat:History:Enabled=false");
        var (system, bob) = (await other.Node.NewUserAsync("system"), await other.Node.NewUserAsync());
        Assert.Equal(1, system);
        var sent = await other.Node.PostAsync("/messages", new { to = bob, msg = "welcome" });
        Assert.Equal((HttpStatusCode.OK, $"d:1:{bob}", 0), (sent.Status, sent.Text("conversation"), sent.Int("seq"))); // no history, no numbers
        (await other.Node.GetAsync($"/conversations/d:1:{bob}/messages")).AssertProblem(HttpStatusCode.UnprocessableEntity, 11);
        (await other.Node.GetAsync("/users/1/conversations")).AssertProblem(HttpStatusCode.UnprocessableEntity, 11);
    }

    [Fact]
    public async Task Messages_are_read_page_by_page_in_both_directions()
    {
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        var id = $"d:{alice}:{bob}";
        await node.PostAsync("/messages/batch", new { messages = Enumerable.Range(1, 5).Select(i => new { from = alice, to = bob, msg = $"m{i}" }) });
        Assert.Equal([1, 2], await SeqsAsync(id, "?after=0&limit=2", hasMore: true));
        Assert.Equal([3, 4, 5], await SeqsAsync(id, "?after=2", hasMore: false));
        Assert.Equal([4, 5], await SeqsAsync(id, "?limit=2", hasMore: true));
        Assert.Equal([1, 2, 3], await SeqsAsync(id, "?before=4", hasMore: false));
        (await node.GetAsync("/conversations/g:1000001/messages")).AssertProblem(HttpStatusCode.NotFound, 7);
        foreach (var query in (string[])["?after=1&before=4", "?limit=0", "?after=-1", "?before=0", "?after=x"])
            (await node.GetAsync($"/conversations/{id}/messages{query}")).AssertProblem(HttpStatusCode.BadRequest, 4);
        (await node.GetAsync("/conversations/d:2:1/messages")).AssertProblem(HttpStatusCode.BadRequest, 4);
    }

    [Fact]
    public async Task The_conversations_of_a_user_come_newest_first()
    {
        var (alice, bob, carol) = (await node.NewUserAsync(), await node.NewUserAsync(), await node.NewUserAsync());
        await node.PostAsync("/messages", new { from = alice, to = bob, msg = "first" });
        await node.PostAsync("/messages/batch", new { messages = Enumerable.Range(1, 2).Select(i => new { from = carol, to = alice, msg = $"m{i}" }) });
        var all = (await node.GetAsync($"/users/{alice}/conversations")).Json.GetProperty("conversations").EnumerateArray().ToList();
        Assert.Equal([$"d:{alice}:{carol} 2", $"d:{alice}:{bob} 1"], all.Select(entry => $"{entry.GetProperty("conversation").GetString()} {entry.GetProperty("head").GetInt32()}"));
        Assert.Equal([2, 0], all.Select(entry => entry.GetProperty("unread").GetInt32())); // the last one of the other is her own
        var first = await node.GetAsync($"/users/{alice}/conversations?limit=1");
        Assert.True(first.Json.GetProperty("more").GetBoolean());
        var second = await node.GetAsync($"/users/{alice}/conversations?limit=1&after=d:{alice}:{carol}");
        Assert.False(second.Json.GetProperty("more").GetBoolean());
        Assert.Equal($"d:{alice}:{bob}", second.Json.GetProperty("conversations")[0].GetProperty("conversation").GetString());
        (await node.GetAsync("/users/1000001/conversations")).AssertProblem(HttpStatusCode.NotFound, 7);
        (await node.GetAsync($"/users/{alice}/conversations?after=x")).AssertProblem(HttpStatusCode.BadRequest, 4);
    }

    [Fact]
    public async Task Presence_is_told_as_others_see_it()
    {
        var device = await DeviceAsync();
        using var connection = device.Device;
        var bob = await node.NewUserAsync();
        await Support.Eventually.EqualAsync("online", () => StateAsync(device.Id));
        Assert.Equal("offline", await StateAsync(bob));
        Assert.Null(await StateAsync(1_000_001));
        (await node.PostAsync("/presence", new { ids = Enumerable.Range(1, 1001) })).AssertProblem(HttpStatusCode.BadRequest, 4);
        (await node.PostAsync("/presence", new { ids = Array.Empty<int>() })).AssertProblem(HttpStatusCode.BadRequest, 4);
    }

    async Task<string?> StateAsync(int id)
    {
        var users = (await node.PostAsync("/presence", new { ids = new[] { id } })).Json.GetProperty("users").EnumerateArray().ToList();
        return users.Count == 0 ? null : users.Single().GetProperty("state").GetString();
    }

    async Task<(int Id, LineClient Device)> DeviceAsync()
    {
        var device = await LineClient.ConnectAsync(node.ChatPort);
        var name = ApiNode.NewName();
        await device.AskAsync(new { msgid = 4, name, password = "secret" });
        var ack = await device.AskAsync(new { msgid = 1, name, password = "secret" });
        Assert.Equal(0, ack.GetProperty("errno").GetInt32());
        return (ack.GetProperty("id").GetInt32(), device);
    }

    async Task<List<JsonElement>> MessagesAsync(string conversation, string query = "") =>
        (await node.GetAsync($"/conversations/{conversation}/messages{query}")).Json.GetProperty("messages").EnumerateArray().ToList();

    async Task<List<int>> SeqsAsync(string conversation, string query, bool hasMore)
    {
        var answer = await node.GetAsync($"/conversations/{conversation}/messages{query}");
        Assert.Equal(hasMore, answer.Json.GetProperty("more").GetBoolean());
        return answer.Json.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("seq").GetInt32()).ToList();
    }

    static List<(int Status, int SeqOrErrno)> Results(Answer answer) => answer.Json.GetProperty("results").EnumerateArray()
        .Select(result => (result.GetProperty("status").GetInt32(), result.GetProperty(result.TryGetProperty("seq", out _) ? "seq" : "errno").GetInt32())).ToList();
}
