using Akka.Actor;
using Chat.Node.Contracts;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>Where a user's messages go, and when that is confirmed.</summary>
public sealed class UserDeliveryTests : UserTest
{
    [Fact]
    public async Task While_it_is_not_known_whether_there_were_sessions_deliveries_wait()
    {
        var reads = 0;
        Database.Reads = StatementFault.Refused;
        Database.BeforeRead = () =>
        {
            Interlocked.Increment(ref reads);
            return Task.CompletedTask;
        };
        var user = Start();
        Deliver(user, 1);
        await AwaitAssertAsync(() => Assert.True(Volatile.Read(ref reads) > 1), Patience); // it asks again
        Assert.Null(await QueuedAsync());

        Database.Reads = StatementFault.None;
        await ExpectConfirmedAsync(1);
        Assert.Equal("1", await QueuedAsync());
    }

    [Fact]
    public async Task A_delivery_is_confirmed_when_a_session_has_flushed_it_and_not_before()
    {
        var user = Start();
        var (session, _) = await AttachAsync(user, 100);
        Deliver(user, 1, 2);
        Assert.Equal(1, (await session.ExpectMsgAsync<Push>()).Number);
        Assert.Equal(2, (await session.ExpectMsgAsync<Push>()).Number);
        await FenceAsync(user, Conversation);

        Pushed(user, session, 100, 2);

        await ExpectConfirmedAsync(2);
        Assert.Null(await QueuedAsync());
    }

    [Fact]
    public async Task Without_a_session_a_delivery_is_confirmed_when_it_is_durably_queued_and_not_before()
    {
        var user = Start();
        var stall = Database.StallWrites();
        Deliver(user, 1);
        await stall.Reached;
        await FenceAsync(user, Conversation);

        stall.Release();

        await ExpectConfirmedAsync(1);
        Assert.Equal("1", await QueuedAsync());
        Assert.Equal(1, await ScalarAsync<long>("SELECT queued_to FROM DeliveryMark WHERE userid = 2"));
    }

    [Fact]
    public async Task What_could_not_be_queued_is_tried_again_in_order()
    {
        var user = Start();
        Database.Writes = StatementFault.Refused;
        Deliver(user, 1, 2, 3);
        await FenceAsync(user, Conversation);
        Database.Writes = StatementFault.None;

        await Conversation.FishForMessageAsync<DeliveryConfirmed>(confirmed => confirmed.UpTo == 3);
        Assert.Equal("1,2,3", await QueuedAsync());
    }

    [Fact]
    public async Task What_a_session_did_not_flush_before_it_died_is_queued()
    {
        var user = Start();
        var (session, _) = await AttachAsync(user, 100);
        Deliver(user, 1, 2);
        await session.ReceiveNAsync(2, Patience).ToListAsync();
        Pushed(user, session, 100, 1);
        await ExpectConfirmedAsync(1);

        Stop(session.Ref);

        await ExpectConfirmedAsync(2);
        Assert.Equal("2", await QueuedAsync());
    }

    [Fact]
    public async Task What_a_session_did_not_flush_before_it_detached_is_queued()
    {
        var user = Start();
        var (session, _) = await AttachAsync(user, 100);
        Deliver(user, 1);
        await session.ExpectMsgAsync<Push>();

        user.Tell(new Detach(Bob, 100), session.Ref);

        await ExpectConfirmedAsync(1);
        Assert.Equal("1", await QueuedAsync());
    }

    [Fact]
    public async Task Every_session_gets_a_message_and_one_flush_is_enough()
    {
        var user = Start();
        var (first, _) = await AttachAsync(user, 100);
        var (second, _) = await AttachAsync(user, 200);
        Deliver(user, 1);
        await first.ExpectMsgAsync<Push>();
        await second.ExpectMsgAsync<Push>();

        Pushed(user, first, 100, 1);
        await ExpectConfirmedAsync(1);
        Stop(second.Ref);
        await FenceAsync(user, first);

        Assert.Null(await QueuedAsync());
    }

    [Fact]
    public async Task What_the_dying_session_alone_was_given_reaches_the_other_one()
    {
        var user = Start();
        var (first, _) = await AttachAsync(user, 100);
        Deliver(user, 1);
        await first.ExpectMsgAsync<Push>();
        var (second, _) = await AttachAsync(user, 200);
        Assert.Equal("m1", TextOf((await second.ExpectMsgAsync<Push>()).Message.Body)); // at once: the first one may be dead already

        Stop(first.Ref);
        Pushed(user, second, 200, 1);

        await ExpectConfirmedAsync(1);
        Assert.Null(await QueuedAsync());
    }

    [Fact]
    public async Task The_senders_other_modern_sessions_get_a_copy_and_nobody_else()
    {
        var user = Start();
        var (origin, _) = await AttachAsync(user, 100);
        var (other, _) = await AttachAsync(user, 200);
        var (legacy, _) = await AttachAsync(user, 300, isModern: false);
        user.Tell(DeliverOf(1, sender: Bob, originSession: 100), Conversation.Ref);

        Assert.Equal(1, (await other.ExpectMsgAsync<Push>()).Number);
        await FenceAsync(user, origin);
        await FenceAsync(user, legacy);
    }

    [Fact]
    public async Task A_copy_is_never_queued()
    {
        var user = Start();
        var (origin, _) = await AttachAsync(user, 100);
        user.Tell(DeliverOf(1, sender: Bob, originSession: 100), Conversation.Ref);
        await ExpectConfirmedAsync(1);

        var (other, _) = await AttachAsync(user, 200);
        user.Tell(DeliverOf(2, sender: Bob, originSession: 100), Conversation.Ref);
        await other.ExpectMsgAsync<Push>();
        Stop(other.Ref);

        await ExpectConfirmedAsync(2);
        await FenceAsync(user, origin);
        Assert.Null(await QueuedAsync());
    }

    [Fact]
    public async Task A_delivery_behind_a_missing_one_is_asked_for_again_and_not_pushed()
    {
        var user = Start();
        var (session, _) = await AttachAsync(user, 100);
        Deliver(user, 1, 3);

        var resend = await Conversation.ExpectMsgAsync<ResendDeliveries>();
        Assert.Equal((Pair, Bob, 1L), (resend.Conversation, resend.UserId, resend.After));
        Assert.Equal(1, (await session.ExpectMsgAsync<Push>()).Number);
        await FenceAsync(user, session);
    }

    [Fact]
    public async Task A_repeated_delivery_is_confirmed_again_and_not_pushed_again()
    {
        var user = Start();
        var (session, _) = await AttachAsync(user, 100);
        Deliver(user, 1);
        await session.ExpectMsgAsync<Push>();
        Pushed(user, session, 100, 1);
        await ExpectConfirmedAsync(1);

        Deliver(user, 1);

        await ExpectConfirmedAsync(1);
        await FenceAsync(user, session);
    }

    [Fact]
    public async Task A_delivery_at_or_below_the_mark_is_confirmed_and_not_repeated_after_a_restart()
    {
        var user = Start();
        var (session, _) = await AttachAsync(user, 100, isModern: false);
        Deliver(user, 1, 2);
        Pushed(user, session, 100, 2);
        await EventuallyAsync(2L, "SELECT received_to FROM DeliveryMark WHERE userid = 2");
        Stop(user);

        var successor = Start();
        var (again, _) = await AttachAsync(successor, 100, isModern: false, isReattach: true);
        successor.Tell(DeliverOf(2, mayBeKnown: true), Conversation.Ref);
        successor.Tell(DeliverOf(3, mayBeKnown: true), Conversation.Ref);

        Assert.Equal(3, (await again.ExpectMsgAsync<Push>()).Number);
        await Conversation.FishForMessageAsync<DeliveryConfirmed>(confirmed => confirmed.UpTo == 2);
    }

    [Fact]
    public async Task After_a_restart_deliveries_wait_for_the_sessions_of_the_former_life()
    {
        await Presence.SetAsync(Bob, Node.Incarnation);
        var user = Start();
        Deliver(user, 1);
        await FenceAsync(user, Conversation);
        Assert.Null(await QueuedAsync());

        var (session, greeting) = await AttachAsync(user, 100, isReattach: true);

        var rows = greeting.Offline.Count > 0 ? greeting.Offline : (await session.ExpectMsgAsync<OfflinePage>()).Offline;
        Assert.Equal(["m1"], rows.Select(row => TextOf(row.Body)));
        await FenceAsync(user, session);
    }

    [Fact]
    public async Task After_a_restart_without_a_session_coming_back_deliveries_are_queued()
    {
        await Presence.SetAsync(Bob, Node.Incarnation);
        var user = Start();
        Deliver(user, 1);
        await FenceAsync(user, Conversation);

        Clock.Advance(TimeSpan.FromSeconds(4));

        await ExpectConfirmedAsync(1);
        Assert.Equal("1", await QueuedAsync());
        await EventuallyAsync("offline", "SELECT state FROM Users WHERE id = 2");
    }

    [Fact]
    public async Task Told_to_stop_it_waits_for_its_rows_and_takes_nothing_more()
    {
        var user = Start();
        Watch(user);
        var stall = Database.StallWrites();
        Deliver(user, 1);
        await stall.Reached;
        user.Tell(StopUser.Instance);
        Deliver(user, 2);
        await FenceAsync(user, Conversation);

        stall.Release();

        await ExpectConfirmedAsync(1);
        await ExpectTerminatedAsync(user);
        Assert.Equal("1", await QueuedAsync());
    }
}
