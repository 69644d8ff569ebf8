using System.Collections.Concurrent;
using Akka.Actor;
using Akka.TestKit;
using Chat.Node.Conversations;
using Chat.Node.Storage;
using Chat.Node.Users;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>A user between the cluster and the servers outside it.</summary>
public sealed class UserBridgeTests : UserTest
{
    readonly TestProbe _keeper;
    readonly FakeServers _servers;

    public UserBridgeTests()
    {
        _keeper = NewProbe("keeper");
        Others = _servers = new FakeServers(_keeper.Ref);
    }

    [Fact]
    public async Task What_finds_no_session_is_published_in_order_and_confirmed_and_not_queued()
    {
        var user = Start();
        Deliver(user, 1, 2, 3);
        await AwaitAssertAsync(() => Assert.Equal(["m1", "m2", "m3"], _servers.Published), Patience);
        await Conversation.FishForMessageAsync<DeliveryConfirmed>(confirmed => confirmed.UpTo == 3);
        Assert.Null(await QueuedAsync());
    }

    [Fact]
    public async Task What_nobody_receives_is_queued_with_everything_behind_it_and_the_next_is_tried_again()
    {
        _servers.Receives = _ => false;
        var user = Start();
        Deliver(user, 1, 2, 3);
        await Conversation.FishForMessageAsync<DeliveryConfirmed>(confirmed => confirmed.UpTo == 3);
        Assert.Equal("1,2,3", await QueuedAsync());
        _servers.Receives = _ => true;
        Deliver(user, 4);
        await Conversation.FishForMessageAsync<DeliveryConfirmed>(confirmed => confirmed.UpTo == 4);
        Assert.Equal("m4", _servers.Published.Last());
        Assert.Equal("1,2,3", await QueuedAsync());
    }

    [Fact]
    public async Task Nothing_is_published_while_a_node_of_ours_may_listen()
    {
        var user = Start();
        var (session, _) = await AttachAsync(user, 1);
        await HoldAsync(user);
        user.Tell(new Detach(Bob, 1), session.Ref);
        await _keeper.ExpectMsgAsync<LeaveChannel>();
        Assert.Equal("offline", await ScalarAsync<string>($"SELECT state FROM Users WHERE id = {Bob}")); // before it stops listening
        Deliver(user, 1);
        await ExpectConfirmedAsync(1);
        Assert.Equal("1", await QueuedAsync());
        Assert.Empty(_servers.Published);

        user.Tell(new ChannelLeft(Bob, Node.Incarnation, []), _keeper.Ref);
        await EventuallyAsync(0L, $"SELECT COUNT(*) FROM UserPresence WHERE userid = {Bob}");
        Deliver(user, 2);
        await ExpectConfirmedAsync(2);
        Assert.Equal(["m2"], _servers.Published);
    }

    [Fact]
    public async Task The_user_is_listed_as_online_only_when_its_node_listens()
    {
        var user = Start();
        await AttachAsync(user, 1);
        Assert.True((await _keeper.ExpectMsgAsync<HoldChannel>()).Opens);
        await FenceAsync(user, NewProbe());
        Assert.Equal("offline", await ScalarAsync<string>($"SELECT state FROM Users WHERE id = {Bob}"));
        user.Tell(new ChannelHeld(Bob, Node.Incarnation), _keeper.Ref);
        await EventuallyAsync("online", $"SELECT state FROM Users WHERE id = {Bob}");
    }

    [Fact]
    public async Task Nobody_of_ours_begins_to_listen_while_something_is_being_published()
    {
        var answer = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        _servers.Answer = answer.Task;
        var user = Start();
        Deliver(user, 1);
        await AwaitAssertAsync(() => Assert.True(_servers.IsAsked), Patience);
        var session = NewProbe();
        user.Tell(new Attach(Bob, 1, IsModern: true, IsReattach: false, null), session.Ref);
        await FenceAsync(user, NewProbe());
        await _keeper.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
        answer.SetResult(1);
        await _keeper.ExpectMsgAsync<HoldChannel>();
    }

    [Fact]
    public async Task Who_listens_is_stored_before_it_listens()
    {
        var user = Start();
        await AttachAsync(user, 1);
        await _keeper.ExpectMsgAsync<HoldChannel>();
        Assert.Equal(Node.Incarnation, await Presence.NodeOfAsync(Bob));
        Assert.Equal("offline", await ScalarAsync<string>($"SELECT state FROM Users WHERE id = {Bob}"));
    }

    [Fact]
    public async Task A_new_life_whose_sessions_come_before_it_knows_who_listened_gives_nobody_the_channel_beside_that_node()
    {
        const long Before = 77;
        await Presence.SetAsync(Bob, Before);
        var mayRead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Database.BeforeRead = () => mayRead.Task;
        var user = Start();
        user.Tell(new Attach(Bob, 1, IsModern: true, IsReattach: true, null), NewProbe().Ref);
        await FenceAsync(user, NewProbe());
        await _keeper.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
        Database.BeforeRead = null;
        mayRead.SetResult();

        Assert.False((await _keeper.ExpectMsgAsync<HoldChannel>()).Opens); // first beside, then the one before leaves
        user.Tell(new ChannelHeld(Bob, Node.Incarnation), _keeper.Ref);
        await _keeper.FishForMessageAsync<LeaveChannel>(_ => true);
        Assert.Equal(Before, await Presence.NodeOfAsync(Bob));
        user.Tell(new ChannelLeft(Bob, Before, [5]), _keeper.Ref);
        Assert.Equal([5], (await _keeper.FishForMessageAsync<OpenChannel>(_ => true)).Seen);
        user.Tell(new ChannelHeld(Bob, Node.Incarnation), _keeper.Ref);
        await EventuallyAsync(Node.Incarnation, $"SELECT node FROM UserPresence WHERE userid = {Bob}");
    }

    [Fact]
    public async Task A_failure_of_the_bridge_that_nobody_foresaw_queues()
    {
        _servers.Answer = Task.FromException<int>(new InvalidOperationException("unforeseen"));
        var user = Start();
        Deliver(user, 1);
        await ExpectConfirmedAsync(1);
        Assert.Equal("1", await QueuedAsync());
    }

    [Fact]
    public async Task A_keeper_that_does_not_answer_is_asked_again()
    {
        var user = Start();
        await AttachAsync(user, 1);
        await _keeper.ExpectMsgAsync<HoldChannel>();
        await _keeper.ExpectMsgAsync<HoldChannel>();
    }

    [Fact]
    public async Task A_copy_of_another_server_is_queued_without_moving_the_mark_and_never_published()
    {
        var user = Start();
        user.Tell(DeliverOf(5, previous: 0) with { Incarnation = -3, Number = 1 }, Conversation.Ref);
        var confirmed = await Conversation.ExpectMsgAsync<DeliveryConfirmed>();
        Assert.Equal((-3L, 1L), (confirmed.Incarnation, confirmed.UpTo));
        Assert.Equal("5", await QueuedAsync());
        Assert.Equal(0L, await ScalarAsync<long>($"SELECT COALESCE(MAX(queued_to), 0) FROM DeliveryMark WHERE userid = {Bob}"));
        Assert.Empty(_servers.Published);
    }

    [Fact]
    public async Task A_message_that_its_server_copies_to_every_member_is_pushed_to_who_is_here_and_its_copy_is_nothing_new()
    {
        var user = Start();
        var (session, _) = await AttachAsync(user, 1);
        user.Tell(CopiedOf(1), Conversation.Ref);
        Assert.Equal(1, (await session.ExpectMsgAsync<Push>()).Number);
        Pushed(user, session, 1, Group, 1);
        Assert.Equal(1, (await Conversation.ExpectMsgAsync<DeliveryConfirmed>()).UpTo);

        user.Tell(CopiedOf(1) with { Incarnation = -3 }, Conversation.Ref);
        var confirmed = await Conversation.ExpectMsgAsync<DeliveryConfirmed>();
        Assert.Equal((-3L, 1L), (confirmed.Incarnation, confirmed.UpTo));
        await FenceAsync(user, session);
    }

    [Fact]
    public async Task Who_is_not_here_gets_it_elsewhere_and_its_copy_when_it_comes()
    {
        var user = Start();
        user.Tell(CopiedOf(1), Conversation.Ref);
        Assert.Equal(1, (await Conversation.ExpectMsgAsync<DeliveryConfirmed>()).UpTo);
        Assert.Empty(_servers.Published);
        Assert.Null(await QueuedAsync());

        var (session, _) = await AttachAsync(user, 1);
        user.Tell(CopiedOf(1) with { Incarnation = -3 }, Conversation.Ref);
        Assert.Equal(-3, (await session.ExpectMsgAsync<Push>()).Incarnation);
    }

    [Fact]
    public async Task A_copy_that_overtakes_its_message_is_not_taken()
    {
        var user = Start();
        var (session, _) = await AttachAsync(user, 1);
        user.Tell(CopiedOf(1) with { Incarnation = -3 }, Conversation.Ref);
        await FenceAsync(user, session);
        user.Tell(CopiedOf(1), Conversation.Ref);
        Assert.Equal(0, (await session.ExpectMsgAsync<Push>()).Incarnation);
    }

    [Fact]
    public async Task Rows_of_other_servers_are_logged_before_a_session_gets_them()
    {
        await OfflineStore.InsertForeignAsync(Bob, ForeignBody("first"));
        await OfflineStore.InsertForeignAsync(Bob, ForeignBody("second"));
        var user = Start();
        var (session, greeting) = await AttachAsync(user, 1);
        Assert.Empty(greeting.Offline); // the login does not wait
        for (var seq = 1; seq <= 2; seq++)
        {
            var import = await Conversation.FishForMessageAsync<Import>(_ => true);
            Assert.Equal((Bob, Alice, 0L), (import.Recipient, import.Sender, import.Source));
            user.Tell(DeliverOf(seq), Conversation.Ref);
            await EventuallyAsync((long)seq, $"SELECT COUNT(*) FROM OfflineMessage WHERE userid = {Bob} AND ts IS NOT NULL");
            user.Tell(new Imported(import.Conversation, Bob, 0, import.Number, null), Conversation.Ref);
        }

        var page = await session.ExpectMsgAsync<OfflinePage>();
        Assert.Equal([1, 2], page.Offline.Select(row => row.Seq));
        await EventuallyAsync(0L, $"SELECT COUNT(*) FROM OfflineMessage WHERE userid = {Bob} AND ts IS NULL");
    }

    [Fact]
    public async Task A_row_that_no_conversation_takes_is_given_as_it_is()
    {
        await OfflineStore.InsertForeignAsync(Bob, ForeignBody("odd"));
        var user = Start();
        var (session, _) = await AttachAsync(user, 1);
        var import = await Conversation.FishForMessageAsync<Import>(_ => true);
        user.Tell(new Imported(import.Conversation, Bob, 0, import.Number, "there is no user 1"), Conversation.Ref);
        var row = Assert.Single((await session.ExpectMsgAsync<OfflinePage>()).Offline);
        Assert.Equal(("odd", 0L), (TextOf(row.Body), row.Seq));
    }

    [Fact]
    public async Task A_row_that_comes_while_the_user_is_here_is_taken_up()
    {
        var user = Start();
        await AttachAsync(user, 1);
        await HoldAsync(user);
        await OfflineStore.InsertForeignAsync(Bob, ForeignBody("late"));
        user.Tell(new QueueGrown(Bob, await OfflineStore.NewestIdAsync()), ActorRefs.Nobody);
        Assert.Equal("late", TextOf((await Conversation.FishForMessageAsync<Import>(_ => true)).Body));
    }

    [Fact]
    public async Task Sessions_at_a_node_outside_the_cluster_are_none_of_its_business()
    {
        await Presence.SetAsync(Bob, ForeignNode);
        var user = Start();
        Deliver(user, 1);
        await ExpectConfirmedAsync(1); // at once: nobody is waited for
        Assert.Equal(["m1"], _servers.Published);
        Assert.Equal(ForeignNode, await Presence.NodeOfAsync(Bob));
    }

    static readonly ConversationId Group = ConversationId.Group(5);

    static Deliver CopiedOf(long number) => new(
        Bob, 0, number, number - 1, 0, MayBeKnown: false,
        new ChatMessage(Group, number, Alice, ImportId.Of(new byte[32], 1), 1, BodyOf(Alice, "all"), 0));

    static void Pushed(IActorRef user, TestProbe session, long sessionId, ConversationId conversation, long upTo) =>
        user.Tell(new Pushed(Bob, sessionId, conversation, 0, upTo), session.Ref);

    async Task HoldAsync(IActorRef user)
    {
        await _keeper.FishForMessageAsync<HoldChannel>(_ => true);
        user.Tell(new ChannelHeld(Bob, Node.Incarnation), _keeper.Ref);
        await EventuallyAsync("online", $"SELECT state FROM Users WHERE id = {Bob}");
    }

    static string ForeignBody(string text) => $$"""{"id":1,"msg":"{{text}}","msgid":6,"name":"alice","time":"t","toid":2}""";

    sealed class FakeServers(IActorRef keeper) : IOtherServers
    {
        public ConcurrentQueue<string> Published { get; } = new();

        public Func<string, bool> Receives { get; set; } = _ => true;

        /// <summary>What is published is answered with this, if it is not null.</summary>
        public Task<int>? Answer { get; set; }

        public bool IsAsked { get; private set; }

        public bool IsOn => true;

        public Task<int> PublishAsync(int userId, IReadOnlyList<ReadOnlyMemory<byte>> bodies)
        {
            IsAsked = true;
            if (Answer is { } answer)
                return answer;
            for (var received = 0; received < bodies.Count; received++)
            {
                var text = TextOf(bodies[received]);
                if (!Receives(text))
                    return Task.FromResult(received);
                Published.Enqueue(text);
            }

            return Task.FromResult(bodies.Count);
        }

        public Task<long?> CountListenersAsync(int userId) => Task.FromResult<long?>(0);

        public Task DisconnectAsync(long incarnation) => Task.CompletedTask;

        public ICanTell? KeeperOf(long incarnation) => keeper;
    }
}
