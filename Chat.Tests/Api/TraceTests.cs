using System.Net;
using Chat.Node.Api;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>Where a message is.</summary>
[Collection(ApiCollection.Name)]
public sealed class TraceTests(ApiNode node)
{
    [Theory]
    [InlineData(9, 9, 9, false, true, "read")]
    [InlineData(9, 9, 4, false, true, "received")]
    [InlineData(9, 4, 4, true, false, "queued")]
    [InlineData(9, 4, 4, false, true, "given")]
    [InlineData(4, 4, 4, false, true, "underWay")]
    [InlineData(4, 4, 4, false, false, "unconfirmed")]
    public void The_furthest_that_is_stored_is_told(long queuedTo, long receivedTo, long readTo, bool isQueued, bool isOnline, string state) => Assert.Equal(
        state, MessageTrace.StateOf(9, new ReceiverFacts(new DeliveryMark(1, ConversationId.Direct(1, 2), queuedTo, receivedTo, readTo), isQueued, isOnline)));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_session_was_given_that_has_said_nothing_is_given(bool isOnline) => Assert.Equal(
        "given", MessageTrace.StateOf(9, new ReceiverFacts(new DeliveryMark(1, ConversationId.Direct(1, 2), 4, 4, 4), IsQueued: false, isOnline, IsConfirmed: true)));

    [Fact]
    public async Task A_session_that_takes_a_message_and_leaves_without_a_word_was_given_it()
    {
        var (alice, name) = (await node.NewUserAsync(), ApiNode.NewName());
        var client = await LineClient.ConnectAsync(node.ChatPort);
        var bob = (await client.AskAsync(new { msgid = 4, name, password = "secret" })).GetProperty("id").GetInt32();
        await client.AskAsync(new { msgid = 1, name, password = "secret" });
        var sent = await node.PostAsync("/messages", new { from = alice, to = bob, msg = "hi" });
        Assert.Equal(sent.Json.GetProperty("seq").GetInt64(), (await client.NextAsync())!.Value.GetProperty("seq").GetInt64());
        client.Dispose();
        await EventuallyAsync(ConversationId.Direct(alice, bob), sent.Json.GetProperty("seq").GetInt64(), "given");
    }

    /// <summary>The mark of a user at another server says that the message was published: that server acknowledges nothing.</summary>
    [Theory]
    [InlineData(9, 4, "published")]
    [InlineData(9, 9, "read")]
    [InlineData(4, 4, "unconfirmed")]
    public void Of_a_user_at_another_server_nobody_knows_that_it_has_come(long receivedTo, long readTo, string state) => Assert.Equal(
        state, MessageTrace.StateOf(9, new ReceiverFacts(new DeliveryMark(1, ConversationId.Direct(1, 2), 4, receivedTo, readTo), IsQueued: false, IsOnline: false, IsElsewhere: true)));

    [Fact]
    public async Task A_message_is_followed_from_the_queue_to_the_reader()
    {
        var (alice, name) = (await node.NewUserAsync(), ApiNode.NewName());
        using var client = await LineClient.ConnectAsync(node.ChatPort);
        var bob = (await client.AskAsync(new { msgid = 4, name, password = "secret" })).GetProperty("id").GetInt32();
        var sent = await node.PostAsync("/messages", new { from = alice, to = bob, msg = "hi" });
        var (conversation, seq) = (ConversationId.Direct(alice, bob), sent.Json.GetProperty("seq").GetInt64());
        var queued = await EventuallyAsync(conversation, seq, "queued");
        Assert.True(Receiver(queued).GetProperty("queued").GetInt64() > 0);
        Assert.False(Receiver(queued).TryGetProperty("online", out _));
        Assert.False(Receiver(queued).TryGetProperty("sessions", out _));
        Assert.Equal((conversation.ToString(), seq, alice, bob), (
            queued.Text("conversation"), queued.Json.GetProperty("seq").GetInt64(), queued.Int("from"), Receiver(queued).GetProperty("user").GetInt32()));
        Assert.Equal(node.Service<NodeIdentity>().Name, queued.Text("node"));
        Assert.InRange(queued.Json.GetProperty("accepted").GetInt64(), sent.Json.GetProperty("ts").GetInt64(), sent.Json.GetProperty("ts").GetInt64());

        await client.AskAsync(new { msgid = 1, name, password = "secret" });
        var push = (await client.NextAsync())!.Value;
        Assert.Equal(seq, push.GetProperty("seq").GetInt64());
        await client.SendAsync(new { msgid = 103, conversation = conversation.ToString(), seq });
        var received = await EventuallyAsync(conversation, seq, "received");
        Assert.Equal(node.Service<NodeIdentity>().Name, Receiver(received).GetProperty("online").GetString());
        Assert.Equal(("tcp", "modern"), (
            Assert.Single(Receiver(received).GetProperty("sessions").EnumerateArray()).GetProperty("transport").GetString(), Receiver(received).GetProperty("sessions")[0].GetProperty("profile").GetString()));

        await client.AskAsync(new { msgid = 109, conversation = conversation.ToString(), seq, @ref = 1 });
        await EventuallyAsync(conversation, seq, "read");
        var sessions = await node.GetAsync($"/users/{bob}/sessions");
        Assert.Equal(node.Service<NodeIdentity>().Name, sessions.Text("node"));
        Assert.Equal(("tcp", "modern"), (sessions.Json.GetProperty("here")[0].GetProperty("transport").GetString(), sessions.Json.GetProperty("here")[0].GetProperty("profile").GetString()));
    }

    [Fact]
    public async Task Receivers_of_a_group_come_page_by_page()
    {
        var (creator, one, other) = (await node.NewUserAsync(), await node.NewUserAsync(), await node.NewUserAsync());
        var group = await node.NewGroupAsync(creator, one, other);
        var sent = await node.PostAsync("/messages", new { from = creator, group, msg = "hi" });
        Assert.Equal(HttpStatusCode.OK, sent.Status);
        var path = $"/conversations/g:{group}/messages/{sent.Json.GetProperty("seq").GetInt64()}/trace";
        var first = await node.GetAsync($"{path}?limit=1");
        Assert.Equal((one, true), (Receiver(first).GetProperty("user").GetInt32(), first.Json.GetProperty("more").GetBoolean()));
        var second = await node.GetAsync($"{path}?limit=1&after={one}");
        Assert.Equal((other, false), (Receiver(second).GetProperty("user").GetInt32(), second.Json.GetProperty("more").GetBoolean()));
    }

    [Fact]
    public async Task What_is_not_in_the_log_is_not_found_and_what_is_no_conversation_is_named()
    {
        (await node.GetAsync("/conversations/d:1:2/messages/123456/trace")).AssertProblem(HttpStatusCode.NotFound, 7);
        (await node.GetAsync("/conversations/x/messages/1/trace")).AssertProblem(HttpStatusCode.BadRequest, 4);
        (await node.GetAsync("/users/123456789/sessions")).AssertProblem(HttpStatusCode.NotFound, 7);
    }

    async Task<Answer> EventuallyAsync(ConversationId conversation, long seq, string state)
    {
        Answer? answer = null;
        await Eventually.EqualAsync(state, async () =>
        {
            answer = await node.GetAsync($"/conversations/{conversation}/messages/{seq}/trace");
            return Receiver(answer).GetProperty("state").GetString();
        });
        return answer!;
    }

    static System.Text.Json.JsonElement Receiver(Answer answer) => Assert.Single(answer.Json.GetProperty("receivers").EnumerateArray());
}
