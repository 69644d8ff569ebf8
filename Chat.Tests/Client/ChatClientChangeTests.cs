using Chat.Protocol;
using ChatActors.Client;
using Xunit;

namespace Chat.Tests.Client;

/// <summary>Messages are changed, and changes are told: each once, in order, whatever the connection does.</summary>
public sealed class ChatClientChangeTests : ClientScenario
{
    [Fact]
    public async Task All_changes_are_asked_for_and_told_to_everybody()
    {
        await using var alice = await LogInAsync("alice");
        await using var bob = await LogInAsync("bob");
        var sent = await alice.Client.SendToUserAsync(Bob, "hi");
        await bob.ReceiveAsync(1);

        var edited = await alice.Client.EditAsync(AliceAndBob, sent.Seq, "hi there");
        await bob.Client.ReactAsync(AliceAndBob, sent.Seq, "👍");
        await bob.Client.UnreactAsync(AliceAndBob, sent.Seq, "👍");
        await bob.Client.PinAsync(AliceAndBob, sent.Seq);
        await bob.Client.PinAsync(AliceAndBob, sent.Seq, isPinned: false);
        await alice.Client.RecallAsync(AliceAndBob, sent.Seq);

        Assert.Equal(1, edited.Rev);
        foreach (var client in new[] { alice, bob })
        {
            var changes = await client.Events.TakeAsync<MessageChanged>(6);
            Assert.Equal([1L, 2, 3, 4, 5, 6], changes.Select(change => change.Rev));
            Assert.Equal(("hi there", Alice), (changes[0].Text, changes[0].By));
            Assert.Equal(1, changes[1].Reactions!["👍"]);
            Assert.Equal([new ReactionNews(Bob, "👍", IsTakenBack: true)], changes[2].Who);
            Assert.Equal([true, false], [changes[3].IsPinned!.Value, changes[4].IsPinned!.Value]);
            Assert.Equal(Alice, changes[5].Recalled!.By);
        }

        Assert.DoesNotContain(Server.Requests.Items, request => request is FetchChangesRequest);
    }

    [Fact]
    public async Task A_change_whose_answer_is_lost_is_asked_for_again_on_the_next_connection()
    {
        await using var alice = await LogInAsync("alice");
        var sent = await alice.Client.SendToUserAsync(Bob, "hi");
        Server.ChangeAnswersToSwallow = 1;
        var editing = alice.Client.EditAsync(AliceAndBob, sent.Seq, "hi there");
        await Server.Requests.FirstAsync<ChangeMessageRequest>();
        await alice.Events.FirstAsync<MessageChanged>();
        Server.DropConnections();

        Assert.Equal(1, (await editing).Rev);
        Assert.Equal(2, Server.Requests.Items.OfType<ChangeMessageRequest>().Count());
        Assert.Equal("hi there", Server.Store.Log(AliceAndBob)[0].Text);
    }

    [Theory]
    [InlineData(ErrorCode.Forbidden)]
    [InlineData(ErrorCode.TooLate)]
    [InlineData(ErrorCode.NotYours)]
    public async Task A_refusal_has_its_name_and_is_not_repeated(ErrorCode code)
    {
        await using var alice = await LogInAsync("alice");
        var sent = await alice.Client.SendToUserAsync(Bob, "hi");
        Server.ChangeRefusal = code;

        var refusal = await Assert.ThrowsAsync<ChatException>(() => alice.Client.EditAsync(AliceAndBob, sent.Seq, "x"));

        Assert.Equal((code, false), (refusal.Code, refusal.IsRetryable));
        Assert.Single(Server.Requests.Items.OfType<ChangeMessageRequest>());
    }

    [Fact]
    public async Task A_change_that_got_lost_on_the_way_is_fetched_with_the_next_one()
    {
        await using var alice = await LogInAsync("alice");
        PostThree();
        await alice.ReceiveAsync(3);
        Server.LosePushes = true;
        Server.Change(Bob, AliceAndBob, 1, ChangeKind.Edit, "one");
        Server.Change(Bob, AliceAndBob, 2, ChangeKind.Recall);
        Server.LosePushes = false;
        Server.Change(Bob, AliceAndBob, 3, ChangeKind.React, "🎉");

        var changes = await alice.Events.TakeAsync<MessageChanged>(3);

        Assert.Equal([(1L, 1L), (2, 2), (3, 3)], changes.Select(change => (change.Seq, change.Rev)));
        Assert.Equal(("one", Bob), (changes[0].Text, changes[1].Recalled!.By));
        Assert.Equal([AliceAndBob], Server.Requests.Items.OfType<FetchChangesRequest>().Select(request => request.Conversation).Distinct());
    }

    [Fact]
    public async Task What_was_changed_during_an_outage_is_told_page_by_page_after_it()
    {
        await using var alice = await LogInAsync("alice", options => options with { EventBuffer = 8 });
        Server.Post(Bob, AliceAndBob, "1");
        await alice.ReceiveAsync(1);
        await DisconnectAsync(alice);
        for (var i = 2; i <= 30; i++)
            Server.Post(Bob, AliceAndBob, $"{i}");
        for (var i = 1; i <= 30; i++)
            Server.Change(Bob, AliceAndBob, i, ChangeKind.Pin);
        Server.IsDown = false;
        await alice.WaitForCatchUpAsync(2);

        var changes = await alice.Events.TakeAsync<MessageChanged>(30);

        Assert.Equal(Enumerable.Range(1, 30).Select(i => (long)i), changes.Select(change => change.Rev).Distinct().Order());
        Assert.True(Server.Requests.Items.OfType<FetchChangesRequest>().Count() > 3);
        Server.Change(Bob, AliceAndBob, 1, ChangeKind.Unpin);
        Assert.False((await alice.Events.FirstAsync<MessageChanged>(change => change.Rev == 31)).IsPinned);
    }

    [Fact]
    public async Task A_next_run_goes_on_where_the_changes_were()
    {
        ChatClientState state;
        await using (var first = await LogInAsync("alice"))
        {
            PostThree();
            await first.ReceiveAsync(3);
            Server.Change(Bob, AliceAndBob, 1, ChangeKind.Pin);
            await first.Events.FirstAsync<MessageChanged>();
            state = first.Client.GetState()!;
        }

        Assert.Equal(1, state.Conversations[0].Rev);
        Server.Change(Bob, AliceAndBob, 2, ChangeKind.Edit, "two");
        await using var second = await LogInAsync("alice", options => options with { State = state });
        await second.WaitForCatchUpAsync();

        Assert.Equal([(2L, "two")], second.Events.Items.OfType<MessageChanged>().Select(change => (change.Seq, change.Text!)));
    }

    [Fact]
    public async Task A_first_login_shows_messages_as_they_are()
    {
        PostThree();
        Server.Change(Bob, AliceAndBob, 1, ChangeKind.Edit, "one");
        Server.Change(Alice, AliceAndBob, 1, ChangeKind.React, "👍");
        Server.Change(Bob, AliceAndBob, 2, ChangeKind.Recall);
        Server.Change(Bob, AliceAndBob, 3, ChangeKind.Pin);
        await using var alice = await LogInAsync("alice");

        var messages = (await alice.Events.TakeAsync<MessageReceived>(3)).ConvertAll(received => received.Message);

        Assert.Equal(["one", "", "3"], messages.Select(message => message.Text));
        Assert.Equal((2L, true, 1, "👍"), (messages[0].Rev, messages[0].Edited > 0, messages[0].Reactions["👍"], messages[0].Mine[0]));
        Assert.Equal((Bob, true), (messages[1].Recalled!.By, messages[2].IsPinned));
        Assert.Equal(messages.Select(message => message.Rev), (await alice.Client.FetchHistoryAsync(AliceAndBob)).Messages.Select(message => message.Rev));
        await alice.WaitForCatchUpAsync();
        // It may be told again, because messages of the offline queue do not have it.
        var changes = alice.Events.Items.OfType<MessageChanged>().ToList();
        Assert.Equal([2L, 3, 4], changes.Select(change => change.Rev));
        Assert.All(messages, message => Assert.Same(message, changes.Aggregate(message, (now, change) => now.With(change, Alice))));
    }

    [Fact]
    public async Task A_change_follows_its_message_even_if_it_has_overtaken_it()
    {
        await using var alice = await LogInAsync("alice");
        Server.LosePushes = true;
        var message = Server.Post(Bob, AliceAndBob, "old");
        Server.LosePushes = false;
        Server.Change(Bob, AliceAndBob, 1, ChangeKind.Edit, "new");
        Server.Push(message);

        await alice.Events.FirstAsync<MessageChanged>();

        var told = alice.Events.Items.Where(item => item is MessageReceived or MessageChanged).ToList();
        Assert.Equal("new", Assert.IsType<MessageReceived>(told[0]).Message.With(Assert.IsType<MessageChanged>(told[1]), Alice).Text);
    }

    [Fact]
    public async Task A_server_that_was_restored_is_asked_for_everything_that_it_knows()
    {
        await using var alice = await LogInAsync("alice");
        PostThree();
        await alice.ReceiveAsync(3);
        for (var i = 1; i <= 3; i++)
            Server.Change(Bob, AliceAndBob, i, ChangeKind.Pin);
        await alice.Events.TakeAsync<MessageChanged>(3);
        await DisconnectAsync(alice);
        Server.Store.RewindChanges(AliceAndBob, 1);
        Server.Store.Change(Bob, AliceAndBob, 2, ChangeKind.Edit, "after");
        Server.IsDown = false;
        await alice.WaitForCatchUpAsync(2);

        Assert.Equal([1L, 2, 3, 1, 2], (await alice.Events.TakeAsync<MessageChanged>(5)).Select(change => change.Rev));
        Server.Change(Bob, AliceAndBob, 3, ChangeKind.Edit, "more");
        Assert.Equal(3, (await alice.Events.FirstAsync<MessageChanged>(change => change.Text == "more")).Rev);
    }

    [Fact]
    public async Task An_older_server_is_spoken_to_as_before()
    {
        Server.IsOld = true;
        await using var alice = await LogInAsync("alice");
        var sent = await alice.Client.SendToUserAsync(Bob, "hi");

        Assert.False(alice.Client.CanChangeMessages);
        Assert.Equal(ErrorCode.UnknownRequest, (await Assert.ThrowsAsync<ChatException>(() => alice.Client.RecallAsync(AliceAndBob, sent.Seq))).Code);
        Server.Post(Bob, AliceAndBob, "hello");
        Assert.Equal(["hello"], await alice.ReceiveAsync(1));

        await DisconnectAsync(alice);
        Server.IsOld = false;
        Server.Change(Bob, AliceAndBob, 2, ChangeKind.Edit, "hello there");
        Server.IsDown = false;
        Assert.Equal("hello there", (await alice.Events.FirstAsync<MessageChanged>()).Text);
        Assert.True(alice.Client.CanChangeMessages);
    }

    [Fact]
    public void A_message_becomes_what_its_changes_say()
    {
        var message = new ChatMessage(AliceAndBob, 4, Bob, "bob", "old") { Rev = 2 };
        Assert.Same(message, message.With(new(AliceAndBob, 4, 2) { Text = "stale" }, Alice));
        Assert.Same(message, message.With(new(AliceAndBob, 5, 3) { Text = "another" }, Alice));
        message = message.With(new(AliceAndBob, 4, 3) { Text = "new", Edited = 9, IsPinned = true }, Alice);
        message = message.With(new(AliceAndBob, 4, 4) { Reactions = new Dictionary<string, int> { ["👍"] = 2 }, Who = [new(Bob, "👍", false), new(Alice, "👍", false)] }, Alice);
        Assert.Equal(("new", 9L, true, 2, "👍"), (message.Text, message.Edited, message.IsPinned, message.Reactions["👍"], Assert.Single(message.Mine)));
        message = message.With(new(AliceAndBob, 4, 5) { Who = [new(Alice, "👍", true)], Reactions = new Dictionary<string, int> { ["👍"] = 1 } }, Alice);
        Assert.Empty(message.Mine);
        message = message.With(new(AliceAndBob, 4, 6) { Recalled = new(Bob, 7) }, Alice);
        Assert.Equal(("", 0L, false, 6L), (message.Text, message.Edited, message.IsPinned, message.Rev));
        Assert.Empty(message.Reactions);
    }

    void PostThree()
    {
        for (var i = 1; i <= 3; i++)
            Server.Post(Bob, AliceAndBob, $"{i}");
    }

    async Task<TestClient> LogInAsync(string name, Func<ChatClientOptions, ChatClientOptions>? change = null)
    {
        var client = await TestClient.LogInAsync(change?.Invoke(Server.Options()) ?? Server.Options(), name);
        await client.WaitForCatchUpAsync();
        return client;
    }

    async Task DisconnectAsync(TestClient client)
    {
        Server.IsDown = true;
        Server.DropConnections();
        await client.Events.FirstAsync<ConnectionLost>();
    }
}
