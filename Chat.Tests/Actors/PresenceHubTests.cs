using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Watching;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>One hub of presence and its sessions.</summary>
public sealed class PresenceHubTests : PresenceHubTest
{
    [Fact]
    public async Task A_watcher_is_told_how_everybody_is_and_then_what_changes()
    {
        var hub = Start();
        var session = NewProbe();
        hub.Come(Bob);
        await hub.ShowsAsync((Bob, PresenceState.Online));
        var reply = await hub.WatchAsync(session, Alice, [Bob, Carol]);
        Assert.Equal([new(Bob, PresenceState.Online), new(Carol, PresenceState.Offline)], reply.Presence);
        Assert.Empty(reply.Typing);
        hub.Come(Carol);
        Assert.Equal([new(Carol, PresenceState.Online)], (await NextPushAsync(session)).Users);
        hub.Ref.Tell(new UserAway(Bob, IsAway: true));
        Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([new(Bob, PresenceState.Away)], (await NextPushAsync(session)).Users);
    }

    /// <summary>The clock stands still: a first piece of news is told, and everything behind it waits until two seconds are over.</summary>
    [Fact]
    public async Task News_of_two_seconds_is_one_push()
    {
        Clock.Stop();
        var hub = Start();
        var session = NewProbe();
        await hub.ComeAndShowAsync(Bob, Carol, 4);
        await hub.WatchAsync(session, Alice, [Bob, Carol, 4]);
        foreach (var user in (int[])[Bob, Carol, 4])
        {
            hub.Ref.Tell(new UserAway(user, IsAway: true));
            await hub.WatchAsync(NewProbe(), Carol, [user]); // a tick that stood before it in the mailbox is over
            Clock.Advance(TimeSpan.FromSeconds(1));
            await hub.ShowsAsync((user, PresenceState.Away));
        }

        Assert.Equal([Bob], (await NextPushAsync(session)).Users.Select(user => user.UserId));
        Assert.Equal([Carol, 4], (await NextPushAsync(session)).Users.Select(user => user.UserId));
    }

    [Fact]
    public async Task Who_is_back_within_the_grace_is_no_news_and_who_is_not_is_offline_with_a_time()
    {
        Clock.Stop();
        var hub = Start();
        var session = NewProbe();
        await hub.ComeAndShowAsync(Bob, Carol);
        await hub.WatchAsync(session, Alice, [Bob, Carol]);
        var left = Clock.GetUtcNow().ToUnixTimeMilliseconds();
        hub.Go(Bob, Carol);
        await hub.ComeAndShowAsync(4);
        await hub.ShowsAsync((Bob, PresenceState.Online), (Carol, PresenceState.Online));
        hub.Come(Bob);
        await hub.ComeAndShowAsync(5);
        await hub.ShowsAsync((Bob, PresenceState.Online), (Carol, PresenceState.Online));
        Clock.Advance(TimeSpan.FromMilliseconds(PresenceBook.GraceMilliseconds));
        var news = Assert.Single((await NextPushAsync(session)).Users);
        Assert.Equal((Carol, PresenceState.Offline), (news.UserId, news.State));
        Assert.InRange(news.Seen, left, left + 10_000);
        await hub.ShowsAsync((Bob, PresenceState.Online), (Carol, PresenceState.Offline));
    }

    [Fact]
    public async Task Who_hides_is_never_shown_and_who_begins_to_is_offline_at_once()
    {
        var hub = Start();
        var session = NewProbe();
        await Presence.HideAsync(Bob, new HiddenThings(Presence: true));
        hub.Come(Bob, Carol);
        await hub.ShowsAsync((Bob, PresenceState.Offline), (Carol, PresenceState.Online));
        await hub.WatchAsync(session, Alice, [Bob, Carol]);
        hub.Ref.Tell(new PrivacyChanged(Carol, Hides: true));
        Assert.Equal([new(Carol, PresenceState.Offline)], (await hub.WatchAsync(NewProbe(), Alice, [Carol])).Presence); // before the next tick
        Assert.Equal([new(Carol, PresenceState.Offline)], (await NextPushAsync(session)).Users);
        hub.Ref.Tell(new PrivacyChanged(Bob, Hides: false));
        Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([new(Bob, PresenceState.Online)], (await NextPushAsync(session)).Users);
    }

    [Fact]
    public async Task Who_blocks_the_other_is_seen_no_more_nor_seen_to_type_until_that_is_over()
    {
        var hub = Start();
        var session = NewProbe();
        await hub.ComeAndShowAsync(Bob, Carol);
        await hub.WatchAsync(session, Alice, [Bob, Carol], Pair);
        await BlockAsync(hub, ContactAction.Block);
        Assert.Equal([new(Bob, PresenceState.Offline)], (await NextPushAsync(session)).Users);
        hub.Ref.Tell(new Typed(Pair, Bob, IsOn: true, [Alice, Bob]));
        await BlockAsync(hub, ContactAction.Unblock);
        Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([new(Bob, PresenceState.Online)], (await NextPushAsync(session)).Users); // and nothing of the typing
    }

    [Fact]
    public async Task A_change_that_comes_before_the_watch_it_is_about_is_not_lost()
    {
        var hub = Start();
        var session = NewProbe();
        await hub.ComeAndShowAsync(Bob);
        await BlockAsync(hub, ContactAction.Block);
        Assert.Equal([new(Bob, PresenceState.Online)], (await hub.WatchAsync(session, Alice, [Bob])).Presence); // what it says of the veil is older
        Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([new(Bob, PresenceState.Offline)], (await NextPushAsync(session)).Users);
    }

    [Fact]
    public async Task Who_may_see_whom_is_read_again_until_it_can_be_read()
    {
        var hub = Start();
        var session = NewProbe();
        await hub.ComeAndShowAsync(Bob);
        await hub.WatchAsync(session, Alice, [Bob]);
        await new ContactBook(Database).ChangeAsync(Bob, new ChangeContactRequest(Alice, ContactAction.Block));
        var reads = 0;
        Database.BeforeRead = () => Task.FromResult(Interlocked.Increment(ref reads));
        Database.Reads = StatementFault.Refused;
        hub.Ref.Tell(new VisibilityChanged(Bob, Alice));
        await AwaitAssertAsync(
            () =>
            {
                Clock.Advance(TimeSpan.FromSeconds(1));
                Assert.InRange(Volatile.Read(ref reads), 2, int.MaxValue); // the first has failed
            },
            Patience, TimeSpan.FromMilliseconds(50));
        Database.Reads = StatementFault.None;
        await AwaitAssertAsync(
            async () =>
            {
                Clock.Advance(TimeSpan.FromSeconds(1));
                var push = await session.ExpectMsgAsync<SessionNotice>(TimeSpan.FromMilliseconds(500));
                Assert.Contains("\"state\":\"offline\"", System.Text.Encoding.UTF8.GetString(push.Frame.Span), StringComparison.Ordinal);
            },
            Patience, TimeSpan.FromMilliseconds(50));
    }

    async Task BlockAsync(TestHub hub, ContactAction action)
    {
        await new ContactBook(Database).ChangeAsync(Bob, new ChangeContactRequest(Alice, action));
        hub.Ref.Tell(new VisibilityChanged(Bob, Alice));
    }

    /// <summary>What the settings have said did not come here.</summary>
    [Fact]
    public async Task A_lost_word_about_hiding_is_found_in_the_table()
    {
        var hub = Start();
        hub.Come(Bob);
        await hub.ShowsAsync((Bob, PresenceState.Online));
        await Presence.HideAsync(Bob, new HiddenThings(Presence: true));
        Clock.Advance(TimeSpan.FromMilliseconds(PresenceHub.RereadMilliseconds));
        await hub.ShowsAsync((Bob, PresenceState.Offline));
    }

    [Fact]
    public async Task Nobody_is_shown_while_the_table_cannot_be_read()
    {
        var hub = Start();
        var reads = 0;
        Database.BeforeRead = () => Task.FromResult(Interlocked.Increment(ref reads));
        Database.Reads = StatementFault.Refused;
        hub.Come(Bob);
        await AwaitAssertAsync(
            () =>
            {
                Clock.Advance(TimeSpan.FromSeconds(1));
                Assert.InRange(Volatile.Read(ref reads), 2, int.MaxValue); // the first has failed, and was heard of
            },
            Patience, TimeSpan.FromMilliseconds(50));
        await hub.ShowsAsync((Bob, PresenceState.Offline));
        Database.Reads = StatementFault.None;
        await hub.ShowsAsync(TimeSpan.FromSeconds(1), (Bob, PresenceState.Online));
    }

    [Fact]
    public async Task Typing_is_told_to_others_who_watch_and_take_part()
    {
        var hub = Start();
        var (alice, bob, stranger, late) = (NewProbe(), NewProbe(), NewProbe(), NewProbe());
        hub.Come(Alice);
        await hub.ShowsAsync((Alice, PresenceState.Online));
        await hub.WatchAsync(alice, Alice, [], Pair);
        await hub.WatchAsync(bob, Bob, [], Pair);
        await hub.WatchAsync(stranger, Carol, [], Pair);
        hub.Ref.Tell(new Typed(Pair, Alice, IsOn: true, [Alice, Bob]));
        Assert.Equal(new TypingPush(Pair, Alice, IsOn: true, TimeSpan.FromSeconds(6)), await NextAsync(bob, TypingPush.Read));
        var typing = Assert.Single((await hub.WatchAsync(late, Bob, [], Pair)).Typing);
        Assert.Equal((Pair, Alice, true), (typing.Conversation, typing.UserId, typing.IsOn));
        Assert.Empty((await hub.WatchAsync(NewProbe(), Alice, [], Pair)).Typing);
        hub.Ref.Tell(new Typed(Pair, Alice, IsOn: false, [Alice, Bob]));
        Assert.False((await NextAsync(bob, TypingPush.Read)).IsOn);
        Assert.False((await NextAsync(late, TypingPush.Read)).IsOn);
        Assert.Empty((await hub.WatchAsync(alice, Alice, [])).Typing); // what came before would stand in front of this
        Assert.Empty((await hub.WatchAsync(stranger, Carol, [])).Typing);
    }

    [Fact]
    public async Task Who_leaves_a_group_types_there_no_more_and_sees_nobody_type_though_others_take_it_for_a_member()
    {
        var (hub, team) = (Start(), ConversationId.Group(5));
        var (alice, bob) = (NewProbe(), NewProbe());
        await hub.WatchAsync(alice, Alice, [], team);
        await hub.WatchAsync(bob, Bob, [], team);
        hub.Ref.Tell(new Typed(team, Alice, IsOn: true, [Alice, Bob, Carol]));
        Assert.True((await NextAsync(bob, TypingPush.Read)).IsOn);
        hub.Ref.Tell(TypingNews.Left(team, Alice));
        Assert.Equal((Alice, false), await NextAsync(bob, TypingPush.Read) is var end ? (end.UserId, end.IsOn) : default);
        hub.Ref.Tell(new Typed(team, Alice, IsOn: true, [Alice, Bob, Carol]));
        hub.Ref.Tell(new Typed(team, Carol, IsOn: true, [Alice, Bob, Carol]));
        Assert.Equal(Carol, (await NextAsync(bob, TypingPush.Read)).UserId);
        Assert.Empty((await hub.WatchAsync(alice, Alice, [])).Typing); // what came before would stand in front of this
    }

    [Fact]
    public async Task Typing_that_is_over_is_forgotten_though_nobody_types_again()
    {
        var hub = Start();
        hub.Come(Alice);
        await hub.ShowsAsync((Alice, PresenceState.Online));
        hub.Ref.Tell(new Typed(Pair, Alice, IsOn: true, [Alice, Bob]));
        await AwaitAssertAsync(() => Assert.Equal(1, hub.Services.Typing.Conversations), Patience);
        Clock.Advance(TimeSpan.FromMilliseconds(2 * TypingTable.LastsMilliseconds));
        await AwaitAssertAsync(() => Assert.Equal(0, hub.Services.Typing.Conversations), Patience);
    }

    [Fact]
    public async Task Who_hides_types_unseen()
    {
        var hub = Start();
        var bob = NewProbe();
        hub.Come(Alice, Carol);
        hub.Ref.Tell(new PrivacyChanged(Alice, Hides: true));
        await hub.ShowsAsync((Alice, PresenceState.Offline), (Carol, PresenceState.Online));
        await hub.WatchAsync(bob, Bob, [], Pair);
        hub.Ref.Tell(new Typed(Pair, Alice, IsOn: true, [Alice, Bob]));
        hub.Ref.Tell(new Typed(Pair, Carol, IsOn: true, [Carol, Bob]));
        Assert.Equal(Carol, (await NextAsync(bob, TypingPush.Read)).UserId);
    }

    [Fact]
    public async Task A_session_that_ends_or_watches_nobody_leaves_nothing()
    {
        var hub = Start();
        var (one, two, three) = (NewProbe(), NewProbe(), NewProbe());
        foreach (var session in new[] { one, two, three })
            await hub.WatchAsync(session, Alice, [Bob, Carol], Pair);
        Assert.Equal(9, hub.Services.Watches.Entries);
        Stop(one.Ref);
        hub.Ref.Tell(new Unwatch(two.Ref));
        Assert.Empty((await hub.WatchAsync(three, Alice, [])).Presence);
        await AwaitAssertAsync(() => Assert.Equal((0, 0), (hub.Services.Watches.Count, hub.Services.Watches.Entries)), Patience);
        hub.Ref.Tell(new Watch(one.Ref, Alice, [Bob], [], default, long.MaxValue)); // it came late
        await AwaitAssertAsync(() => Assert.Equal(0, hub.Services.Watches.Entries), Patience);
    }

    [Fact]
    public async Task More_than_a_node_takes_is_refused_and_what_was_there_stays()
    {
        var hub = Start(watches: new WatchIndex<IActorRef>(maxEntries: 3));
        var (one, two) = (NewProbe(), NewProbe());
        await hub.WatchAsync(one, Alice, [Bob, Carol]);
        Assert.False((await hub.Ref.Ask<WatchAnswer>(new Watch(two.Ref, Alice, [Bob, Carol], [], default, long.MaxValue), Patience)).IsDone);
        hub.Come(Carol);
        Assert.Equal([new(Carol, PresenceState.Online)], (await NextPushAsync(one)).Users);
        Assert.Single((await hub.WatchAsync(two, Alice, [Bob])).Presence);
    }

    [Fact]
    public async Task A_hub_that_fails_goes_on_with_what_it_knew()
    {
        var hub = Start();
        var session = NewProbe();
        hub.Come(Bob);
        await hub.ShowsAsync((Bob, PresenceState.Online));
        await hub.WatchAsync(session, Alice, [Bob, Carol]);
        var failing = new Watch(session.Ref, Alice, null!, [], default, long.MaxValue);
        Assert.False((await hub.Ref.Ask<WatchAnswer>(failing, Patience)).IsDone);
        hub.Come(Carol);
        Assert.Equal([new(Carol, PresenceState.Online)], (await NextPushAsync(session)).Users);
        await hub.ShowsAsync((Bob, PresenceState.Online));
    }
}
