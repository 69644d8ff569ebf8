using System.Text;
using Chat.Protocol;
using ChatActors.Client;
using Xunit;

namespace Chat.Tests.Client;

/// <summary>Receipts, the list of conversations, presence and typing, whatever the connection does.</summary>
public sealed class ChatClientWatchTests : ClientScenario
{
    [Fact]
    public async Task It_is_told_how_far_the_other_one_is_and_marks_never_go_back()
    {
        await using var alice = await LogInAsync("alice");
        Receipt(received: 3, read: 1);
        Receipt(received: 2, read: 2);
        Receipt(received: 3, read: 1);
        Receipt(received: 4, read: 4);

        var told = await alice.Events.TakeAsync<ReceiptReceived>(3);

        Assert.Equal([new(AliceAndBob, Bob, 3, 1), new(AliceAndBob, Bob, 3, 2), new(AliceAndBob, Bob, 4, 4)], told);
        Assert.Equal(new PeerMarks(4, 4), alice.Client.Conversations.GetPeer(AliceAndBob));
        Assert.Equal(default, alice.Client.Conversations.GetPeer(ConversationId.Direct(Alice, 99)));
    }

    [Fact]
    public async Task What_was_read_while_nobody_was_connected_is_learnt_from_the_list()
    {
        await using var alice = await LogInAsync("alice");
        Receipt(received: 3, read: 1);
        await alice.Events.TakeAsync<ReceiptReceived>(1);
        Server.Live.Listed.Add(new(AliceAndBob, 5) { Peer = new(Bob, 5, 4) });
        Server.DropConnections();

        var told = await alice.Events.TakeAsync<ReceiptReceived>(2);

        Assert.Equal(new(AliceAndBob, Bob, 5, 4), told[1]);
    }

    [Fact]
    public async Task The_marks_of_another_user_are_forgotten()
    {
        await using var client = await LogInAsync("alice");
        Receipt(received: 3, read: 1);
        await client.Events.TakeAsync<ReceiptReceived>(1);

        await client.Client.LogoutAsync();
        await client.Client.LoginAsync("bob", "pw");

        Assert.Equal(default, client.Client.Conversations.GetPeer(AliceAndBob));
    }

    [Fact]
    public async Task The_list_has_the_last_message_in_the_words_of_this_library()
    {
        await using var alice = await LogInAsync("alice");
        Server.Live.Listed.Add(new(AliceAndBob, 5)
        {
            Unread = 2,
            IsPinned = true,
            Draft = "so far",
            Last = Encoding.UTF8.GetBytes($$"""{"id":{{Alice}},"msg":"hi","msgid":6,"name":"alice","toid":{{Bob}},"conversation":"{{AliceAndBob}}","seq":5,"ts":9,"edited":8,"rev":1}"""),
        });
        Server.Live.Listed.Add(new(ConversationId.Group(7), 3));

        var page = await alice.Client.Conversations.ListAsync();

        Assert.Equal((7, false, 2), (page.Unread, page.HasMore, page.Conversations.Count));
        var (summary, last) = page.Conversations[0];
        Assert.Equal((2, true, "so far"), (summary.Unread, summary.IsPinned, summary.Draft));
        Assert.Equal(("hi", true, 8L), (last!.Text, last.IsOwn, last.Edited));
        Assert.Null(page.Conversations[1].Last);
    }

    [Fact]
    public async Task What_is_asked_for_is_what_is_sent()
    {
        await using var alice = await LogInAsync("alice");
        var conversations = alice.Client.Conversations;
        await conversations.ArchiveAsync(AliceAndBob);
        await conversations.MarkUnreadAsync(AliceAndBob);
        await conversations.ClearAsync(AliceAndBob, 4);
        await conversations.SaveDraftAsync(AliceAndBob, "");
        var receipts = await conversations.GetReceiptsAsync(AliceAndBob, 5);

        var sent = Server.Requests.Items.OfType<ChangeConversationRequest>().Select(request => (request.Archive, request.MarkUnread, request.ClearTo, request.Draft));
        Assert.Equal([(true, false, null, null), (null, true, null, null), (null, false, 4L, null), (null, false, null, "")], sent);
        Assert.Equal((1, 1, 0), (receipts.Members, receipts.Received, receipts.Read));
        Assert.Equal([new ReaderEntry(Bob, 5, 0)], receipts.Who);
    }

    [Fact]
    public async Task What_another_device_makes_of_a_conversation_is_told_as_it_is_now()
    {
        await using var alice = await LogInAsync("alice");
        Server.SendRaw(Alice, new ConversationChangedPush(AliceAndBob) { IsMarked = true, Floor = 5 }.ToBytes());

        Assert.Equal(new(AliceAndBob) { IsMarked = true, Floor = 5 }, await alice.Events.FirstAsync<ConversationChanged>());
    }

    [Fact]
    public async Task Whom_the_application_watches_is_watched_again_on_every_connection()
    {
        await using var alice = await LogInAsync("alice");
        Server.Live.States[Bob] = PresenceState.Away;
        await alice.Client.Watching.WatchAsync([Bob, Bob], [AliceAndBob]);
        await alice.Client.Watching.SetAwayAsync();
        Server.SendRaw(Alice, new TypingPush(AliceAndBob, Bob, IsOn: true, TimeSpan.FromSeconds(6)).ToBytes());
        await alice.Events.FirstAsync<TypingChanged>(typing => typing is { IsOn: true, Expires.TotalSeconds: 6 });
        Server.DropConnections();

        var told = await alice.Events.TakeAsync<PresenceChanged>(2);

        Assert.All(told, presence => Assert.Equal([new PresenceEntry(Bob, PresenceState.Away)], presence.Users));
        Assert.All(Server.Requests.Items.OfType<WatchRequest>(), watch => Assert.Equal((Bob, AliceAndBob), (watch.Users.Single(), watch.Conversations.Single())));
        Assert.Equal([true, true], Server.Requests.Items.OfType<SetPresenceRequest>().Select(presence => presence.IsAway));
    }

    [Fact]
    public async Task What_is_watched_without_a_connection_is_told_with_the_next_login()
    {
        await using var alice = await LogInAsync("alice");
        Server.IsDown = true;
        Server.DropConnections();
        await alice.Events.FirstAsync<ConnectionLost>();
        await alice.Client.Watching.WatchAsync([Bob], []);
        Server.IsDown = false;

        await alice.Events.FirstAsync<PresenceChanged>();
        Assert.Single(Server.Requests.Items.OfType<WatchRequest>());
    }

    [Fact]
    public async Task A_list_that_the_server_refuses_leaves_the_one_before()
    {
        await using var alice = await LogInAsync("alice");
        await alice.Client.Watching.WatchAsync([Bob], []);
        Server.Live.RefuseWatch = watch => watch.Conversations.Count > 0 ? ErrorCode.NotYours : ErrorCode.None;

        var refusal = await Assert.ThrowsAsync<ChatException>(() => alice.Client.Watching.WatchAsync([99], [ConversationId.Group(9)]));
        Server.DropConnections();
        await Server.Requests.WaitAsync(requests => requests.OfType<WatchRequest>().Count() == 3);

        Assert.Equal(ErrorCode.NotYours, refusal.Code);
        Assert.Equal([Bob], Server.Requests.Items.OfType<WatchRequest>().Last().Users);
    }

    [Fact]
    public async Task A_conversation_that_is_not_the_users_any_more_does_not_end_the_watching_of_others()
    {
        await using var alice = await LogInAsync("alice");
        await alice.Client.Watching.WatchAsync([Bob], [ConversationId.Group(9)]);
        Server.Live.RefuseWatch = watch => watch.Conversations.Count > 0 ? ErrorCode.NotYours : ErrorCode.None;
        Server.DropConnections();

        await alice.Events.TakeAsync<PresenceChanged>(2);
        Assert.Empty(Server.Requests.Items.OfType<WatchRequest>().Last().Conversations);
    }

    [Fact]
    public async Task A_server_that_is_busy_is_asked_again()
    {
        await using var alice = await LogInAsync("alice");
        var refusals = 2;
        Server.Live.RefuseWatch = _ => refusals-- > 0 ? ErrorCode.Unavailable : ErrorCode.None;

        await alice.Client.Watching.WatchAsync([Bob], []);

        Assert.Equal(3, Server.Requests.Items.OfType<WatchRequest>().Count());
    }

    [Fact]
    public async Task Typing_is_told_as_often_as_the_server_wants_to_hear_it_and_a_refusal_has_its_name()
    {
        await using var alice = await LogInAsync("alice");
        var watching = alice.Client.Watching;
        await watching.TypeAsync(AliceAndBob, isTyping: false);
        await watching.TypeAsync(AliceAndBob);
        await watching.TypeAsync(AliceAndBob);
        await watching.TypeAsync(AliceAndBob, isTyping: false);
        await watching.TypeAsync(AliceAndBob, isTyping: false);
        Server.Live.TypingRefusal = ErrorCode.Off;

        var refusal = await Assert.ThrowsAsync<ChatException>(() => watching.TypeAsync(ConversationId.Group(9)));

        Assert.Equal(ErrorCode.Off, refusal.Code);
        Assert.Equal([true, false, true], Server.Requests.Items.OfType<TypingRequest>().Select(typing => typing.IsOn));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_cannot_do_it_is_not_asked_and_the_reason_is_said(bool isOld)
    {
        Server.IsOld = isOld;
        Server.Features = ["changes"];
        await using var alice = await LogInAsync("alice");
        await alice.WaitForCatchUpAsync();
        var (conversations, watching) = (alice.Client.Conversations, alice.Client.Watching);
        Func<Task>[] requests =
        [
            () => conversations.ListAsync(), () => conversations.ArchiveAsync(AliceAndBob), () => conversations.GetReceiptsAsync(AliceAndBob, 1),
            () => watching.WatchAsync([Bob], []), () => watching.SetAwayAsync(), () => watching.TypeAsync(AliceAndBob),
        ];
        foreach (var request in requests)
        {
            var refusal = await Assert.ThrowsAsync<ChatException>(request);
            Assert.Equal((ErrorCode.UnknownRequest, false), (refusal.Code, refusal.IsRetryable));
            Assert.Contains("does not have \"", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal(isOld ? [] : ["changes"], alice.Client.Features);
        Assert.DoesNotContain(Server.Requests.Items, request => request is WatchRequest or ListConversationsRequest or SetPresenceRequest or TypingRequest);
    }

    void Receipt(long received, long read) => Server.SendRaw(Alice, new ReceiptPush(AliceAndBob, Bob, received, read).ToBytes());

    Task<TestClient> LogInAsync(string name) => TestClient.LogInAsync(Server.Options(), name);
}
