using Chat.Protocol;
using ChatActors.Client;
using Xunit;

namespace Chat.Tests.Client;

public sealed class ChatClientSendTests : ClientScenario
{
    [Fact]
    public async Task A_send_completes_with_what_the_acknowledgement_says()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        await using var bob = await TestClient.LogInAsync(Server.Options(), "bob");

        var sent = await alice.Client.SendToUserAsync(Bob, "hi \"bob\" 😀");

        Assert.Equal((AliceAndBob, 1), (sent.Conversation, sent.Seq));
        Assert.True(sent.Timestamp > 0);
        var received = (await bob.Events.FirstAsync<MessageReceived>()).Message;
        Assert.Equal((sent.Cmid, sent.Timestamp, Alice, "alice"), (received.Cmid, received.Timestamp, received.SenderId, received.SenderName));
        Assert.False(received.IsOwn);
    }

    [Fact]
    public async Task Sends_without_waiting_arrive_in_order()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");

        var sent = await Task.WhenAll(Enumerable.Range(1, 500).Select(i => alice.Client.SendToUserAsync(Bob, $"{i}")));

        Assert.Equal(Enumerable.Range(1, 500).Select(i => (long)i), sent.Select(message => message.Seq));
        Assert.Equal(Enumerable.Range(1, 500).Select(i => $"{i}"), StoredTexts());
    }

    [Fact]
    public async Task A_refusal_with_retry_is_overcome_in_order_and_without_duplicates()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        Server.PostsToRefuse = 3;

        await Task.WhenAll(Enumerable.Range(1, 20).Select(i => alice.Client.SendToUserAsync(Bob, $"{i}")));

        Assert.Equal(Enumerable.Range(1, 20).Select(i => $"{i}"), StoredTexts());
        var first = Server.Requests.Items.OfType<SendMessageRequest>().GroupBy(post => post.Cmid).Select(group => group.Count());
        Assert.Contains(first, count => count > 1);
    }

    [Fact]
    public async Task A_permanent_refusal_fails_that_send_alone()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");

        var failing = alice.Client.SendToUserAsync(999, "hi");
        var sent = await alice.Client.SendToUserAsync(Bob, "hi");

        var failure = await Assert.ThrowsAsync<ChatException>(() => failing);
        Assert.Equal((ErrorCode.NotFound, false), (failure.Code, failure.IsRetryable));
        Assert.Contains("NotFound", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, sent.Seq);
    }

    [Fact]
    public async Task A_lost_acknowledgement_leads_to_the_same_number_on_another_connection()
    {
        var options = Server.Options() with { ReplyTimeout = TimeSpan.FromMilliseconds(200) };
        await using var alice = await TestClient.LogInAsync(options, "alice");
        Server.AcksToSwallow = 1;

        var sent = await alice.Client.SendToUserAsync(Bob, "hi");

        Assert.Equal(1, sent.Seq);
        Assert.Equal(["hi"], StoredTexts());
        Assert.Contains("late", (await alice.Events.FirstAsync<ConnectionLost>()).Reason, StringComparison.Ordinal);
        Assert.Equal(2, Server.AcceptCount);
    }

    [Fact]
    public async Task A_message_over_the_frame_limit_fails_at_once_and_blocks_nothing()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");

        var failure = await Assert.ThrowsAsync<ChatException>(() => alice.Client.SendToUserAsync(Bob, new string('x', 70_000)));

        Assert.Equal(ErrorCode.TooLarge, failure.Code);
        Assert.Equal(1, (await alice.Client.SendToUserAsync(Bob, "hi")).Seq);
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options() with { MaxQueuedPosts = 2 }, "alice");
        Server.IsMute = true;
        var waiting = Task.WhenAll(alice.Client.SendToUserAsync(Bob, "1"), alice.Client.SendToUserAsync(Bob, "2"));

        var failure = await Assert.ThrowsAsync<ChatException>(() => alice.Client.SendToUserAsync(Bob, "3"));

        Assert.Equal(ErrorCode.TooFast, failure.Code);
        await alice.DisposeAsync();
        await Assert.ThrowsAsync<ChatConnectionException>(() => waiting);
    }

    [Fact]
    public async Task A_cancelled_send_stops_waiting()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        Server.IsMute = true;
        using var cancellation = new CancellationTokenSource();
        var sending = alice.Client.SendToUserAsync(Bob, "hi", cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task Nobody_sends_without_a_login()
    {
        await using var client = new ChatClient(Server.Options());
        await client.ConnectAsync();

        var failure = await Assert.ThrowsAsync<ChatException>(() => client.SendToUserAsync(Bob, "hi"));

        Assert.Equal(ErrorCode.NotLoggedIn, failure.Code);
    }

    [Fact]
    public async Task A_message_to_oneself_comes_back_once()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        await alice.WaitForCatchUpAsync();

        await alice.Client.SendToUserAsync(Alice, "note");
        await alice.Client.SendToUserAsync(Alice, "end");

        Assert.Equal(["note", "end"], await alice.ReceiveAsync(2));
    }

    IEnumerable<string> StoredTexts() => Server.Store.Log(AliceAndBob).Select(message => message.Text);
}
