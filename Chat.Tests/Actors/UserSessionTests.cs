using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>Sessions of a user that come and go, the queue they find, logins and presence.</summary>
public sealed class UserSessionTests : UserTest
{
    [Fact]
    public async Task The_queue_reaches_the_first_session_before_anything_live_and_in_order()
    {
        await QueueAsync(1, 2, 3);
        var user = Start();
        var (session, greeting) = await AttachAsync(user, 100);
        Assert.Equal(["m1", "m2", "m3"], greeting.Offline.Select(row => TextOf(row.Body)));
        user.Tell(DeliverOf(4, confirmedTo: 3), Conversation.Ref);
        await FenceAsync(user, session);

        user.Tell(new OfflinePushed(Bob, 100, greeting.Offline[^1].Id), session.Ref);

        var page = await session.ExpectMsgAsync<OfflinePage>();
        Assert.Equal(["m4"], page.Offline.Select(row => TextOf(row.Body)));
        user.Tell(new OfflinePushed(Bob, 100, page.Offline[^1].Id), session.Ref);
        user.Tell(DeliverOf(5, confirmedTo: 4), Conversation.Ref);

        // Behind the queue, or at its end: either way after everything else.
        var last = await session.ExpectMsgAsync<object>();
        Assert.Equal("m5", TextOf(last is Push push ? push.Message.Body : Assert.IsType<OfflinePage>(last).Offline.Single().Body));
    }

    [Fact]
    public async Task A_long_queue_comes_page_by_page_as_the_session_flushes()
    {
        await QueueAsync([.. Enumerable.Range(1, 250).Select(i => (long)i)]);
        var user = Start();
        var (session, greeting) = await AttachAsync(user, 100);
        var seqs = greeting.Offline.Select(row => row.Seq).ToList();
        Assert.Equal((100, true), (seqs.Count, greeting.HasMore));
        await FenceAsync(user, session);

        user.Tell(new OfflinePushed(Bob, 100, greeting.Offline[^1].Id), session.Ref);
        var second = await session.ExpectMsgAsync<OfflinePage>();
        user.Tell(new OfflinePushed(Bob, 100, second.Offline[^1].Id), session.Ref);
        var third = await session.ExpectMsgAsync<OfflinePage>();

        Assert.Equal(Enumerable.Range(1, 250).Select(i => (long)i), [.. seqs, .. second.Offline.Select(row => row.Seq), .. third.Offline.Select(row => row.Seq)]);
    }

    [Fact]
    public async Task A_legacy_clients_queue_is_deleted_when_it_was_written_to_the_socket()
    {
        await QueueAsync(1, 2);
        var user = Start();
        var (session, greeting) = await AttachAsync(user, 100, isModern: false);
        Assert.Equal("1,2", await QueuedAsync());

        user.Tell(new OfflinePushed(Bob, 100, greeting.Offline[^1].Id), session.Ref);

        await EventuallyAsync<string?>(null, "SELECT GROUP_CONCAT(seq) FROM OfflineMessage");
        await EventuallyAsync(2L, "SELECT received_to FROM DeliveryMark WHERE userid = 2");
    }

    [Fact]
    public async Task A_modern_clients_queue_is_deleted_when_it_says_so()
    {
        await QueueAsync(1, 2, 3);
        var user = Start();
        var (session, greeting) = await AttachAsync(user, 100);
        user.Tell(new OfflinePushed(Bob, 100, greeting.Offline[^1].Id), session.Ref);
        await FenceAsync(user, session);
        Assert.Equal("1,2,3", await QueuedAsync());

        user.Tell(new ReceivedUpTo(Bob, Pair, 2, IsKnown: false, default), session.Ref);

        await EventuallyAsync("3", "SELECT GROUP_CONCAT(seq) FROM OfflineMessage");
        await EventuallyAsync(2L, "SELECT received_to FROM DeliveryMark WHERE userid = 2");
    }

    [Fact]
    public async Task A_queued_message_without_a_number_is_deleted_by_its_row()
    {
        await OfflineStore.InsertAsync([new OfflineRow(Bob, Pair, 0, "c", 1, BodyOf(Alice, "m"))]);
        var user = Start();
        var (session, greeting) = await AttachAsync(user, 100);

        user.Tell(new ReceivedQueued(Bob, greeting.Offline[0].Id), session.Ref);

        await EventuallyAsync(0L, "SELECT COUNT(*) FROM OfflineMessage");
    }

    [Fact]
    public async Task A_second_device_is_told_of_the_first_and_gets_what_comes()
    {
        var user = Start();
        var (first, _) = await AttachAsync(user, 100);
        var second = NewProbe();
        user.Tell(new Attach(Bob, 200, IsModern: true, IsReattach: false, null), second.Ref);

        Assert.True((await second.FishForMessageAsync<OtherDevicesChanged>(_ => true)).SenderHasOtherDevices);
        Deliver(user, 1);
        await first.FishForMessageAsync<Push>(push => push.Number == 1);
        await second.FishForMessageAsync<Push>(push => push.Number == 1);
    }

    [Fact]
    public async Task Where_one_session_is_allowed_a_new_one_does_not_slip_in_while_the_old_one_attaches_again()
    {
        await Presence.SetAsync(Bob, Node.Incarnation);
        var user = Start(maxSessions: 1);
        var second = NewProbe();
        user.Tell(new Attach(Bob, 200, IsModern: true, IsReattach: false, null), second.Ref);
        await FenceAsync(user, Conversation);
        var (first, _) = await AttachAsync(user, 100, isReattach: true);
        user.Tell(new PeerProved(Bob, 100, IsSilent: false), first.Ref); // it was asked while it attached

        await second.ExpectMsgAsync<AttachRefused>();
    }

    [Fact]
    public async Task Where_one_session_is_allowed_and_its_node_is_gone_nobody_waits_for_it()
    {
        await Presence.SetAsync(Bob, GoneNode);
        var user = Start(maxSessions: 1);
        await AttachAsync(user, 200);
    }

    [Fact]
    public async Task Presence_names_the_node_of_the_oldest_session_and_is_put_right_when_asked_for()
    {
        var user = Start();
        await AttachAsync(user, 100);
        await EventuallyAsync(77L, "SELECT node FROM UserPresence WHERE userid = 2");
        await Presence.SetAsync(Bob, GoneNode); // as a node wrote it that did not know better

        user.Tell(new CheckPresence(Bob));

        await EventuallyAsync(77L, "SELECT node FROM UserPresence WHERE userid = 2");
    }

    [Fact]
    public async Task A_user_whose_only_node_is_gone_is_put_offline_when_asked_for()
    {
        await Presence.SetAsync(Bob, GoneNode);
        var user = Start();
        user.Tell(new CheckPresence(Bob));
        await FenceAsync(user, Conversation);
        Assert.Equal("online", await ScalarAsync<string>("SELECT state FROM Users WHERE id = 2")); // it may come back yet

        Clock.Advance(TimeSpan.FromSeconds(4));

        await EventuallyAsync("offline", "SELECT state FROM Users WHERE id = 2");
    }

    [Fact]
    public async Task A_queue_of_large_messages_comes_in_pages_that_fit_into_one_message_between_nodes()
    {
        await OfflineStore.InsertAsync([.. Enumerable.Range(1, 10).Select(seq =>
            new OfflineRow(Bob, Pair, seq, $"c{seq}", 1, BodyOf(Alice, new string('x', 100_000))))]);
        var user = Start();
        var (session, greeting) = await AttachAsync(user, 100);
        Assert.Equal([1L, 2, 3], greeting.Offline.Select(row => row.Seq));
        Assert.True(greeting.HasMore);

        user.Tell(new OfflinePushed(Bob, 100, greeting.Offline[^1].Id), session.Ref);
        Assert.Equal([4L, 5, 6], (await session.ExpectMsgAsync<OfflinePage>()).Offline.Select(row => row.Seq));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_new_session_gets_what_another_one_which_may_be_dead_has_not_flushed_before_what_comes_next(bool isModern)
    {
        var user = Start();
        var (dead, _) = await AttachAsync(user, 100);
        Deliver(user, 1, 2);
        await dead.FishForMessageAsync<Push>(push => push.Number == 2);
        user.Tell(DeliverOf(3, sender: Bob, originSession: 1), Conversation.Ref); // a copy of what bob wrote at a third device

        var (session, _) = await AttachAsync(user, 200, isModern);
        Deliver(user, 4);

        foreach (var number in isModern ? (long[])[1, 2, 3, 4] : [1, 2, 4])
            Assert.Equal(number, (await session.ExpectMsgAsync<Push>()).Number);
        Pushed(user, session, 200, 4);
        user.Tell(new Detach(Bob, 100), dead.Ref);
        await Conversation.FishForMessageAsync<DeliveryConfirmed>(confirmed => confirmed.UpTo == 4);
        Assert.Null(await QueuedAsync());
    }

    [Fact]
    public async Task A_session_that_comes_in_the_middle_of_a_drain_gets_the_page_that_another_has_not_flushed()
    {
        await QueueAsync(1, 2);
        var user = Start();
        await AttachAsync(user, 100, isModern: false); // dead, and nobody knows
        var (session, greeting) = await AttachAsync(user, 200, isModern: false);
        Assert.Equal([1L, 2], greeting.Offline.Select(row => row.Seq));

        user.Tell(new OfflinePushed(Bob, 200, greeting.Offline[^1].Id), session.Ref);

        await EventuallyAsync<string?>(null, "SELECT GROUP_CONCAT(seq) FROM OfflineMessage");
    }

    [Fact]
    public async Task One_session_more_than_allowed_is_refused_until_another_leaves()
    {
        var user = Start(maxSessions: 1);
        var (first, _) = await AttachAsync(user, 100);
        var second = NewProbe();
        user.Tell(new Attach(Bob, 200, IsModern: true, IsReattach: false, null), second.Ref);
        await first.ExpectMsgAsync<ProvePeer>();
        user.Tell(new PeerProved(Bob, 100, IsSilent: false), first.Ref);
        await second.ExpectMsgAsync<AttachRefused>();

        user.Tell(new Detach(Bob, 100), first.Ref);
        user.Tell(new Attach(Bob, 200, IsModern: true, IsReattach: false, null), second.Ref);
        await second.ExpectMsgAsync<Attached>();
    }

    [Fact]
    public async Task A_session_with_the_same_token_replaces_the_old_one_and_gets_what_it_had_not_flushed()
    {
        byte[] token = [1, 2, 3];
        var user = Start(maxSessions: 1);
        var (first, _) = await AttachAsync(user, 100, token: token);
        Deliver(user, 1);
        await first.ExpectMsgAsync<Push>();

        var (second, greeting) = await AttachAsync(user, 200, token: token);

        await first.ExpectMsgAsync<SessionReplaced>();
        var rows = greeting.Offline.Count > 0 ? greeting.Offline : (await second.ExpectMsgAsync<OfflinePage>()).Offline;
        Assert.Equal(["m1"], rows.Select(row => TextOf(row.Body)));
    }

    [Fact]
    public async Task Presence_is_stored_at_the_first_attach_and_the_last_detach()
    {
        var user = Start();
        var (first, _) = await AttachAsync(user, 100);
        var (second, _) = await AttachAsync(user, 200);
        await EventuallyAsync("online", "SELECT state FROM Users WHERE id = 2");
        Assert.Equal(Node.Incarnation, await ScalarAsync<long>("SELECT node FROM UserPresence WHERE userid = 2"));

        user.Tell(new Detach(Bob, 100), first.Ref);
        await FenceAsync(user, second);
        Assert.Equal("online", await ScalarAsync<string>("SELECT state FROM Users WHERE id = 2"));
        user.Tell(new Detach(Bob, 200), second.Ref);

        await EventuallyAsync("offline", "SELECT state FROM Users WHERE id = 2");
        await EventuallyAsync(0L, "SELECT COUNT(*) FROM UserPresence");
    }

    [Fact]
    public async Task After_ten_failures_logins_are_blocked_for_a_minute()
    {
        var user = Start();
        for (var i = 0; i < 10; i++)
            Assert.True(await MayLogInAsync(user));
        Assert.False(await MayLogInAsync(user));

        Clock.Advance(TimeSpan.FromSeconds(55));
        Assert.False(await MayLogInAsync(user));
        Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.True(await MayLogInAsync(user));
    }

    [Fact]
    public async Task A_right_password_forgets_the_failures()
    {
        var user = Start();
        for (var i = 0; i < 9; i++)
            Assert.True(await MayLogInAsync(user));
        user.Tell(new LoginSucceeded(Bob));

        for (var i = 0; i < 10; i++)
            Assert.True(await MayLogInAsync(user));
    }

    async Task<bool> MayLogInAsync(IActorRef user)
    {
        user.Tell(new CheckLogin(Bob), TestActor);
        return (await ExpectMsgAsync<LoginChecked>()).IsAllowed;
    }

    Task QueueAsync(params long[] numbers) => OfflineStore.InsertAsync(
        [.. numbers.Select(number => new OfflineRow(Bob, Pair, number, $"c{number}", 1, BodyOf(Alice, $"m{number}")))]);
}
