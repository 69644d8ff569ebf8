using Chat.Protocol;
using ChatActors.Client;
using Xunit;

namespace Chat.Tests.Client;

public sealed class ChatClientReceiveTests : ClientScenario
{
    [Fact]
    public async Task What_came_while_offline_is_shown_and_what_was_received_before_is_not()
    {
        for (var i = 1; i <= 5; i++)
            Server.Post(Bob, AliceAndBob, $"{i}");
        Server.Store.MarkReceived(Alice, new ReceivedRequest(AliceAndBob, 2, null));

        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        await alice.WaitForCatchUpAsync();

        Assert.Equal(["3", "4", "5"], alice.Texts);
    }

    [Fact]
    public async Task A_long_absence_is_fetched_page_by_page()
    {
        for (var i = 1; i <= 1000; i++)
            Server.Post(Bob, AliceAndBob, $"{i}");

        await using var alice = await TestClient.LogInAsync(Server.Options() with { EventBuffer = 100 }, "alice");

        Assert.Equal(Enumerable.Range(1, 1000).Select(i => $"{i}"), await alice.ReceiveAsync(1000));
        await Server.Requests.FirstAsync<ReceivedRequest>(mark => mark.Seq == 1000);
    }

    [Fact]
    public async Task Lost_pushes_are_fetched_when_the_next_one_shows_the_gap()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        await alice.WaitForCatchUpAsync();
        Server.Post(Bob, AliceAndBob, "1");
        Server.LosePushes = true;
        Server.Post(Bob, AliceAndBob, "2");
        Server.Post(Bob, AliceAndBob, "3");
        Server.LosePushes = false;
        Server.Post(Bob, AliceAndBob, "4");

        Assert.Equal(["1", "2", "3", "4"], await alice.ReceiveAsync(4));
    }

    [Fact]
    public async Task A_lost_push_is_fetched_when_an_own_acknowledgement_shows_the_gap()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        await alice.WaitForCatchUpAsync();
        Server.LosePushes = true;
        Server.Post(Bob, AliceAndBob, "lost");

        var sent = await alice.Client.SendToUserAsync(Bob, "mine");

        Assert.Equal(2, sent.Seq);
        Assert.Equal(["lost"], await alice.ReceiveAsync(1));
        await Server.Requests.FirstAsync<ReceivedRequest>(mark => mark.Seq == 2);
    }

    [Fact]
    public async Task Duplicates_and_disorder_are_put_right()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        await alice.WaitForCatchUpAsync();
        Server.LosePushes = true;
        var messages = Enumerable.Range(1, 6).Select(i => Server.Post(Bob, AliceAndBob, $"{i}")).ToArray();
        foreach (var i in new[] { 2, 0, 0, 1, 5, 4, 3, 3, 5 })
            Server.SendRaw(Alice, messages[i].ToPush());

        Assert.Equal(["1", "2", "3", "4", "5", "6"], await alice.ReceiveAsync(6));
        await alice.Client.MarkReadAsync(AliceAndBob, 6);
        Assert.Equal(6, alice.Texts.Count());
    }

    [Fact]
    public async Task Received_marks_are_coalesced_and_never_moved_by_an_own_acknowledgement()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        await alice.WaitForCatchUpAsync();
        for (var i = 1; i <= 200; i++)
            Server.Post(Bob, AliceAndBob, $"{i}");
        await Server.Requests.FirstAsync<ReceivedRequest>(mark => mark.Seq == 200);

        await alice.Client.SendToUserAsync(Bob, "mine");
        await alice.DisposeAsync();

        Assert.InRange(Server.Requests.Items.OfType<ReceivedRequest>().Count(), 1, 50);
        Assert.Equal(200, Server.Store.ReceivedMark(Alice, AliceAndBob));
    }

    [Fact]
    public async Task Closing_the_client_sends_the_marks_that_wait()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options() with { MarkInterval = TimeSpan.FromHours(1) }, "alice");
        await alice.WaitForCatchUpAsync();
        Server.Post(Bob, AliceAndBob, "1");
        await alice.ReceiveAsync(1);

        await alice.DisposeAsync();
        await Server.Requests.FirstAsync<ReceivedRequest>(mark => mark.Seq == 1);

        Assert.Equal(1, Server.Store.ReceivedMark(Alice, AliceAndBob));
    }

    [Fact]
    public async Task A_copy_of_what_another_own_session_sent_is_shown_as_own()
    {
        await using var phone = await TestClient.LogInAsync(Server.Options(), "alice");
        await using var laptop = await TestClient.LogInAsync(Server.Options(), "alice");
        await phone.WaitForCatchUpAsync();

        await laptop.Client.SendToUserAsync(Bob, "from the laptop");

        var message = (await phone.Events.FirstAsync<MessageReceived>()).Message;
        Assert.True(message.IsOwn);
        Assert.Empty(laptop.Texts);
    }

    [Fact]
    public async Task A_slow_application_is_not_overrun_and_misses_nothing()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options() with { EventBuffer = 16 }, "alice", readsEvents: false);
        for (var i = 1; i <= 300; i++)
            Server.Post(Bob, AliceAndBob, $"{i}");
        // The acknowledgement comes behind all the pushes: the reader did not wait for the application.
        await alice.Client.SendToUserAsync(Bob, "mine");

        var texts = new List<string>();
        await foreach (var chatEvent in alice.Client.ReadEventsAsync())
        {
            if (chatEvent is MessageReceived received)
                texts.Add(received.Message.Text);
            if (texts.Count == 300)
                break;
        }

        Assert.Equal(Enumerable.Range(1, 300).Select(i => $"{i}"), texts);
    }

    [Fact]
    public async Task A_restarted_program_goes_on_from_its_saved_state()
    {
        ChatClientState state;
        await using (var first = await TestClient.LogInAsync(Server.Options() with { MarkInterval = TimeSpan.FromHours(1) }, "alice"))
        {
            await first.WaitForCatchUpAsync();
            Server.Post(Bob, AliceAndBob, "1");
            await first.ReceiveAsync(1);
            await first.Client.SendToUserAsync(Bob, "mine");
            state = first.Client.GetState()!;
        }

        Server.Post(Bob, AliceAndBob, "3");
        // As a program would save it.
        state = System.Text.Json.JsonSerializer.Deserialize<ChatClientState>(System.Text.Json.JsonSerializer.Serialize(state))!;
        await using var second = await TestClient.LogInAsync(Server.Options() with { State = state }, "alice");
        await second.WaitForCatchUpAsync();

        Assert.Equal(["3"], second.Texts);
        Assert.NotNull(Server.Requests.Items.OfType<SyncRequest>().Last().Since);
    }

    [Fact]
    public async Task What_was_not_taken_before_a_restart_is_shown_after_it()
    {
        Server.Post(Bob, AliceAndBob, "1");
        Server.Post(Bob, AliceAndBob, "2");
        ChatClientState state;
        await using (var first = await TestClient.LogInAsync(Server.Options(), "alice", readsEvents: false))
        {
            await foreach (var chatEvent in first.Client.ReadEventsAsync())
            {
                if (chatEvent is MessageReceived)
                    break;
            }

            state = first.Client.GetState()!;
        }

        await using var second = await TestClient.LogInAsync(Server.Options() with { State = state }, "alice");
        await second.WaitForCatchUpAsync();

        Assert.Equal(["2"], second.Texts);
    }

    [Fact]
    public async Task Messages_that_retention_deleted_are_reported()
    {
        Server.Post(Bob, AliceAndBob, "1");
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        await alice.ReceiveAsync(1);
        Server.LosePushes = true;
        for (var i = 2; i <= 5; i++)
            Server.Post(Bob, AliceAndBob, $"{i}");
        Server.Store.Delete(AliceAndBob, upTo: 4);
        Server.LosePushes = false;
        Server.Post(Bob, AliceAndBob, "6");

        Assert.Equal(["1", "5", "6"], await alice.ReceiveAsync(3));
        Assert.Equal(new MessagesMissing(AliceAndBob, 2, 4), alice.Events.Items.OfType<MessagesMissing>().Single());
    }

    [Fact]
    public async Task A_joined_group_begins_with_its_next_message_and_a_created_one_with_its_first()
    {
        var old = Server.Store.AddGroup("old", Bob);
        for (var i = 1; i <= 5; i++)
            Server.Post(Bob, ConversationId.Group(old), $"before {i}");
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        await alice.WaitForCatchUpAsync();

        await alice.Client.JoinGroupAsync(old);
        await alice.Client.SendToGroupAsync(old, "hello");
        Server.Post(Bob, ConversationId.Group(old), "welcome");
        var created = await alice.Client.CreateGroupAsync("new", "mine");
        Server.Store.Join(created, Bob);
        Server.LosePushes = true;
        Server.Post(Bob, ConversationId.Group(created), "first");
        Server.LosePushes = false;
        Server.Post(Bob, ConversationId.Group(created), "second");

        Assert.Equal(["welcome", "first", "second"], await alice.ReceiveAsync(3));
    }

    [Fact]
    public async Task History_is_paged_in_both_directions()
    {
        for (var i = 1; i <= 10; i++)
            Server.Post(i % 2 == 0 ? Alice : Bob, AliceAndBob, $"{i}");
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");

        var newest = await alice.Client.FetchHistoryAsync(AliceAndBob, limit: 3);
        var older = await alice.Client.FetchHistoryAsync(AliceAndBob, before: newest.Messages[0].Seq, limit: 3);
        var after = await alice.Client.FetchHistoryAsync(AliceAndBob, after: 8);

        Assert.Equal(["8", "9", "10"], newest.Messages.Select(message => message.Text));
        Assert.Equal(["5", "6", "7"], older.Messages.Select(message => message.Text));
        Assert.Equal(["9", "10"], after.Messages.Select(message => message.Text));
        Assert.Equal((true, false), (older.HasMore, after.HasMore));
        Assert.Equal([false, true, false], older.Messages.Select(message => message.IsOwn));
    }
}
