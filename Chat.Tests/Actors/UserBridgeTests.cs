using Akka.Actor;
using Akka.TestKit;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>Messages between a user and the servers outside the cluster.</summary>
public sealed class UserBridgeTests : UserBridgeTest
{
    [Fact]
    public async Task What_finds_no_session_is_published_in_order_and_confirmed_and_not_queued()
    {
        var user = Start();
        Deliver(user, 1, 2, 3);
        await AwaitAssertAsync(() => Assert.Equal(["m1", "m2", "m3"], Servers.Published), Patience);
        await Conversation.FishForMessageAsync<DeliveryConfirmed>(confirmed => confirmed.UpTo == 3);
        Assert.Null(await QueuedAsync());
    }

    [Fact]
    public async Task What_nobody_receives_is_queued_with_everything_behind_it_and_the_next_is_tried_again()
    {
        Servers.Receives = _ => false;
        var user = Start();
        Deliver(user, 1, 2, 3);
        await Conversation.FishForMessageAsync<DeliveryConfirmed>(confirmed => confirmed.UpTo == 3);
        Assert.Equal("1,2,3", await QueuedAsync());
        Servers.Receives = _ => true;
        Deliver(user, 4);
        await Conversation.FishForMessageAsync<DeliveryConfirmed>(confirmed => confirmed.UpTo == 4);
        Assert.Equal("m4", Servers.Published.Last());
        Assert.Equal("1,2,3", await QueuedAsync());
    }

    [Fact]
    public async Task A_failure_of_the_bridge_that_nobody_foresaw_queues()
    {
        Servers.Answer = Task.FromException<int>(new InvalidOperationException("unforeseen"));
        var user = Start();
        Deliver(user, 1);
        await ExpectConfirmedAsync(1);
        Assert.Equal("1", await QueuedAsync());
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
        Assert.Empty(Servers.Published);
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
        Assert.Empty(Servers.Published);
        Assert.Null(await QueuedAsync());

        var (session, _) = await AttachAsync(user, 1);
        user.Tell(CopiedOf(1) with { Incarnation = -3 }, Conversation.Ref);
        Assert.Equal(-3, (await session.ExpectMsgAsync<Push>()).Incarnation);
    }

    [Fact]
    public async Task However_many_messages_pass_who_is_not_here_the_copies_of_all_are_brought()
    {
        const int Messages = 1100;
        var user = Start();
        user.Tell(CopiedOf(1), Conversation.Ref);
        Assert.Equal(1, (await Conversation.ExpectMsgAsync<DeliveryConfirmed>(Patience)).UpTo); // what comes before the user has started may come again
        for (var seq = 2; seq <= Messages; seq++)
            user.Tell(CopiedOf(seq), Conversation.Ref);
        await Conversation.FishForMessageAsync<DeliveryConfirmed>(confirmed => confirmed.UpTo == Messages, Patience);

        var (session, _) = await AttachAsync(user, 1);
        for (var seq = 1; seq <= Messages; seq++)
            user.Tell(CopiedOf(seq) with { Incarnation = -3 }, Conversation.Ref);
        var pushes = await session.ReceiveNAsync(Messages, Patience).Cast<Push>().ToListAsync();
        Assert.Equal(Enumerable.Range(1, Messages).Select(seq => (long)seq), pushes.Select(push => push.Message.Seq));
    }

    [Fact]
    public async Task Nor_does_a_new_life_take_for_known_what_passed_in_the_one_before()
    {
        var user = Start();
        var (session, _) = await AttachAsync(user, 1);
        user.Tell(CopiedOf(2) with { ConfirmedTo = 1, MayBeKnown = true }, Conversation.Ref);
        Assert.Equal(2, (await session.ExpectMsgAsync<Push>()).Number);
        user.Tell(CopiedOf(1) with { Incarnation = -3, MayBeKnown = true }, Conversation.Ref);
        Assert.Equal((-3L, 1L), await session.ExpectMsgAsync<Push>() is var push ? (push.Incarnation, push.Number) : default);
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
    public async Task Rows_of_otherServers_are_logged_before_a_session_gets_them()
    {
        await OfflineStore.InsertBridgedAsync(Bob, BridgedBody("first"));
        await OfflineStore.InsertBridgedAsync(Bob, BridgedBody("second"));
        var user = Start();
        var (session, greeting) = await AttachAsync(user, 1);
        Assert.Empty(greeting.Offline); // the login does not wait
        var rows = new HashSet<long>();
        for (var seq = 1; seq <= 2; seq++)
        {
            var import = await Conversation.FishForMessageAsync<Import>(import => rows.Add(import.Number)); // each may come again
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
        await OfflineStore.InsertBridgedAsync(Bob, BridgedBody("odd"));
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
        await OfflineStore.InsertBridgedAsync(Bob, BridgedBody("late"));
        user.Tell(new QueueGrown(Bob, await OfflineStore.NewestIdAsync()), ActorRefs.Nobody);
        Assert.Equal("late", TextOf((await Conversation.FishForMessageAsync<Import>(_ => true)).Body));
    }

    /// <summary>The next life would take lower numbers, which are still to come, for received.</summary>
    [Fact]
    public async Task A_copy_that_leaves_the_queue_to_a_legacy_client_does_not_move_the_mark()
    {
        Servers.Receives = _ => false;
        while (await ContactStore.CreateGroupAsync(Alice, $"{Guid.NewGuid()}", "") < Group.B)
        {
            // what was said in a group that is not there is given to nobody
        }

        var user = Start();
        user.Tell(CopiedOf(9) with { Incarnation = -3, Number = 1, Previous = 0, MayBeKnown = true }, Conversation.Ref);
        user.Tell(DeliverOf(2) with { Previous = 0 }, Conversation.Ref);
        await ExpectConfirmedAsync(2);
        await EventuallyAsync(2L, $"SELECT COUNT(*) FROM OfflineMessage WHERE userid = {Bob}");
        var (session, greeting) = await AttachAsync(user, 1, isModern: false);
        Assert.Equal([9, 2], greeting.Offline.Select(row => row.Seq));
        user.Tell(new OfflinePushed(Bob, 1, greeting.Offline[^1].Id), session.Ref);

        await EventuallyAsync(2L, $"SELECT MAX(received_to) FROM DeliveryMark WHERE userid = {Bob}");
    }

    static readonly ConversationId Group = ConversationId.Group(5);

    static Deliver CopiedOf(long number) => new(
        Bob, 0, number, number - 1, 0, MayBeKnown: false,
        new AcceptedMessage(Group, number, Alice, ImportId.Of(new byte[32], (int)number), 1, BodyOf(Alice, "all"), 0));

    static void Pushed(IActorRef user, TestProbe session, long sessionId, ConversationId conversation, long upTo) =>
        user.Tell(new Pushed(Bob, sessionId, conversation, 0, upTo), session.Ref);

    static string BridgedBody(string text) => $$"""{"id":1,"msg":"{{text}}","msgid":6,"name":"alice","time":"t","toid":2}""";
}
