using Chat.Protocol;
using ChatActors.Client;
using Xunit;

namespace Chat.Tests.Client;

/// <summary>Against a server that keeps no history: no numbers, duplicates are recognised by sender and cmid.</summary>
public sealed class ChatClientWithoutHistoryTests : ClientScenario
{
    public ChatClientWithoutHistoryTests()
        : base(new() { Store = new() { HasHistory = false } })
    {
    }

    [Fact]
    public async Task An_acknowledgement_without_a_number_completes_the_send()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");

        var sent = await alice.Client.SendToUserAsync(Bob, "hi");

        Assert.Equal((AliceAndBob, 0), (sent.Conversation, sent.Seq));
        Assert.True(sent.Timestamp > 0);
    }

    [Fact]
    public async Task Pushes_are_shown_once()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        var first = Server.Post(Bob, AliceAndBob, "1");
        Server.SendRaw(Alice, first.ToPush());
        Server.Post(Bob, AliceAndBob, "2");

        Assert.Equal(["1", "2"], await alice.ReceiveAsync(2));
    }

    [Fact]
    public async Task Queued_messages_are_acknowledged_by_their_row_repeated_ones_too()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        Server.LosePushes = true;
        var queued = Server.Post(Bob, AliceAndBob, "queued");
        Server.SendRaw(Alice, queued.ToPush(offlineId: 7));
        Server.SendRaw(Alice, queued.ToPush(offlineId: 8));
        Server.SendRaw(Alice, """{"id":2,"msg":"from a legacy server","msgid":6,"name":"bob","time":"t","toid":1,"offline":9}"""u8.ToArray());

        Assert.Equal(["queued", "from a legacy server"], await alice.ReceiveAsync(2));
        await Server.Requests.TakeAsync<ReceivedRequest>(3);
        Assert.Equal([7, 8, 9], Server.Store.OfflineAcks);
    }

    [Fact]
    public async Task An_application_that_takes_nothing_makes_theServer_wait_and_the_connection_stays()
    {
        var options = Server.Options() with { EventBuffer = 8, ReplyTimeout = TimeSpan.FromMilliseconds(100) };
        await using var alice = await TestClient.LogInAsync(options, "alice", readsEvents: false);
        for (var i = 1; i <= 100; i++)
            Server.Post(Bob, AliceAndBob, $"{i}");
        // Its acknowledgement is behind the pushes, so it waits with them, far longer than a reply may take.
        var sending = alice.Client.SendToUserAsync(Bob, "mine");
        using var later = new PeriodicTimer(TimeSpan.FromMilliseconds(400));
        await later.WaitForNextTickAsync();
        Assert.False(sending.IsCompleted);

        var texts = new List<string>();
        await foreach (var chatEvent in alice.Client.ReadEventsAsync())
        {
            Assert.IsNotType<ConnectionLost>(chatEvent);
            if (chatEvent is MessageReceived received)
                texts.Add(received.Message.Text);
            if (texts.Count == 100)
                break;
        }

        Assert.Equal(Enumerable.Range(1, 100).Select(i => $"{i}"), texts);
        Assert.Equal(0, (await sending).Seq);
        Assert.Equal(1, Server.AcceptCount);
    }
}
