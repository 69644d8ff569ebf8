using Akka.Actor;
using Akka.TestKit;
using Chat.Node.Contracts;
using Chat.Node.Links;
using Chat.Node.Watching;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>Hubs of several nodes.</summary>
public sealed class PresenceHubPeersTests : PresenceHubTest
{
    [Fact]
    public async Task What_happens_at_one_node_is_seen_at_the_others()
    {
        var (one, two, three) = (Start("one"), Start("two"), Start("three"));
        Connect(one, two, three);
        var session = NewProbe();
        one.Come(Bob);
        await two.ShowsAsync((Bob, PresenceState.Online));
        await three.ShowsAsync((Bob, PresenceState.Online));
        await two.WatchAsync(session, Alice, [Bob], Pair);
        one.Ref.Tell(new UserAway(Bob, IsAway: true));
        Assert.Equal([new(Bob, PresenceState.Away)], (await NextPushAsync(session)).Users);
        one.Ref.Tell(new Typed(Pair, Bob, IsOn: true, [Alice, Bob]));
        Assert.Equal(Bob, (await NextAsync(session, TypingPush.Read)).UserId);
        three.Come(Bob); // with a second device, in front of which somebody sits
        Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([new(Bob, PresenceState.Online)], (await NextPushAsync(session)).Users);
    }

    [Fact]
    public async Task A_dead_nodes_users_are_offline_after_the_grace_unless_they_are_back()
    {
        Clock.Stop();
        var (one, two) = (Start("one"), Start("two"));
        Connect(one, two);
        var session = NewProbe();
        await one.ComeAndShowAsync(Bob, Carol);
        await two.ShowsAsync(TimeSpan.FromMilliseconds(100), (Bob, PresenceState.Online), (Carol, PresenceState.Online));
        await two.WatchAsync(session, Alice, [Bob, Carol]);
        one.Road.IsCut = true;
        Connect(two);
        Clock.Advance(TimeSpan.FromSeconds(1));
        await two.ShowsAsync((Bob, PresenceState.Online), (Carol, PresenceState.Online));
        two.Come(Bob);
        await two.ComeAndShowAsync(4);
        await two.ShowsAsync((Bob, PresenceState.Online), (Carol, PresenceState.Online));
        Clock.Advance(TimeSpan.FromMilliseconds(PresenceBook.GraceMilliseconds));
        var news = Assert.Single((await NextPushAsync(session)).Users);
        Assert.Equal((Carol, PresenceState.Offline), (news.UserId, news.State));
        await two.ShowsAsync((Bob, PresenceState.Online), (Carol, PresenceState.Offline));
    }

    /// <summary>As while a link is cut and nobody is declared dead.</summary>
    [Fact]
    public async Task News_that_was_lost_is_made_good_when_the_next_comes()
    {
        var (one, two) = (Start("one"), Start("two"));
        Connect(one, two);
        one.Come(Bob);
        await two.ShowsAsync((Bob, PresenceState.Online));
        one.Road.IsCut = true;
        one.Come(Carol);
        await one.ShowsAsync((Carol, PresenceState.Online)); // it was told, and lost
        await two.ShowsAsync((Bob, PresenceState.Online), (Carol, PresenceState.Offline));
        one.Road.IsCut = false;
        await two.ShowsAsync((Bob, PresenceState.Online), (Carol, PresenceState.Online));
    }

    [Fact]
    public async Task A_node_that_comes_late_knows_everybody_before_it_answers()
    {
        Clock.Stop();
        var hub = Start("late");
        var (peer, session) = (NewProbe(), NewProbe());
        hub.Road.Others = [peer.Ref];
        await peer.ExpectMsgAsync<AskPresence>(Patience);
        hub.Ref.Tell(new Watch(session.Ref, Alice, [Bob], [], default, long.MaxValue), ActorRefs.NoSender);
        peer.Send(hub.Ref, new PresencePart(9, 5, 0, 2, [new UserStanding(Bob, Standing.Online)]));
        peer.Send(hub.Ref, new PresencePart(9, 5, 1, 2, []));
        Assert.Equal([new(Bob, PresenceState.Online)], (await NextAsync(session, WatchReply.Read)).Presence);
        peer.Send(hub.Ref, new PresenceNews(9, 6, [new UserStanding(Carol, Standing.Online)]));
        await hub.ShowsAsync((Carol, PresenceState.Online));
    }

    [Fact]
    public async Task Nobody_waits_for_a_node_that_says_nothing_and_it_is_asked_again()
    {
        Clock.Stop();
        var hub = Start("late");
        var (peer, session) = (NewProbe(), NewProbe());
        hub.Road.Others = [peer.Ref];
        await peer.ExpectMsgAsync<AskPresence>(Patience);
        hub.Ref.Tell(new Watch(session.Ref, Alice, [Bob], [], default, long.MaxValue), ActorRefs.NoSender);
        Clock.Advance(TimeSpan.FromMilliseconds(PeerExchange.IntervalMilliseconds));
        await peer.FishForMessageAsync(message => message is AskPresence, Patience);
        Clock.Advance(TimeSpan.FromMilliseconds(PeerExchange.PatienceMilliseconds - PeerExchange.IntervalMilliseconds));
        Assert.Equal([new(Bob, PresenceState.Offline)], (await NextAsync(session, WatchReply.Read)).Presence);
        peer.Send(hub.Ref, new PresencePart(9, 5, 0, 1, [new UserStanding(Bob, Standing.Online)]));
        Assert.Equal([new(Bob, PresenceState.Online)], (await NextPushAsync(session)).Users);
    }

    [Fact]
    public async Task News_of_who_is_no_node_of_the_cluster_counts_for_nothing()
    {
        var hub = Start("one");
        var (peer, stranger) = (NewProbe(), NewProbe());
        hub.Road.Others = [peer.Ref];
        await peer.ExpectMsgAsync<AskPresence>(Patience);
        stranger.Send(hub.Ref, new PresencePart(8, 0, 0, 1, [new UserStanding(Bob, Standing.Online)]));
        peer.Send(hub.Ref, new PresencePart(9, 0, 0, 1, [new UserStanding(Carol, Standing.Online)]));
        await hub.ShowsAsync((Bob, PresenceState.Offline), (Carol, PresenceState.Online));
    }

    [Fact]
    public async Task A_notice_goes_to_the_nodes_that_have_its_user_and_to_all_if_none_is_known()
    {
        var hub = Start("one");
        var (near, far) = (NewProbe(), NewProbe());
        hub.Road.Others = [near.Ref, far.Ref];
        await near.ExpectMsgAsync<AskPresence>(Patience);
        await far.ExpectMsgAsync<AskPresence>(Patience);
        near.Send(hub.Ref, new PresencePart(8, 0, 0, 1, [new UserStanding(Bob, Standing.Hidden)]));
        far.Send(hub.Ref, new PresencePart(9, 0, 0, 1, []));
        foreach (var user in (int[])[Bob, Carol])
            hub.Ref.Tell(new NoticeElsewhere(user, new Notice([user], default)), ActorRefs.NoSender);
        Assert.Equal(Bob, await NoticedAsync(near));
        Assert.Equal(Carol, await NoticedAsync(near));
        Assert.Equal(Carol, await NoticedAsync(far));
    }

    [Fact]
    public async Task A_notice_that_comes_is_for_the_sessions_here()
    {
        NoticeBoard.Of(Sys).Add(Bob, TestActor);
        Start("one").Ref.Tell(new Notice([Bob], new byte[] { 1 }), ActorRefs.NoSender);
        Assert.Equal(Bob, (await ExpectMsgAsync<SessionNotice>(Patience)).UserId);
    }

    static async Task<int> NoticedAsync(TestProbe probe) => ((Notice)await probe.FishForMessageAsync(message => message is Notice, Patience)).Users.Single();

    /// <summary>One node is enough that knows: the word to the other one was lost.</summary>
    [Fact]
    public async Task Who_hides_at_one_node_is_offline_everywhere()
    {
        var (one, two) = (Start("one"), Start("two"));
        Connect(one, two);
        one.Come(Bob);
        two.Come(Bob);
        await one.ShowsAsync((Bob, PresenceState.Online));
        await two.ShowsAsync((Bob, PresenceState.Online));
        one.Ref.Tell(new PrivacyChanged(Bob, Hides: true));
        await one.ShowsAsync((Bob, PresenceState.Offline));
        await two.ShowsAsync((Bob, PresenceState.Offline));
    }
}
