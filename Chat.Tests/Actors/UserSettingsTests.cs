using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Users;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>Settings that are asked for and changed, and what a new life of the user knows of them.</summary>
public sealed class UserSettingsTests : UserSettingsTest
{
    [Fact]
    public async Task Who_has_changed_nothing_has_the_defaults_and_leaves_no_trace()
    {
        Assert.Equal("everyone; muted ; pinned ", TextOf(await MustGetAsync(Start())));
        Assert.Equal(0, Rows("EventJournal"));
        Assert.Equal(0, await ScalarAsync<long>("SELECT COUNT(*) FROM UserPrivacy"));
    }

    [Fact]
    public async Task A_change_is_answered_with_the_new_settings_and_is_there_in_the_next_life()
    {
        var user = Start();
        var changed = await MustChangeAsync(user, new() { Presence = PresencePrivacy.Nobody, Mute = Pair, Pin = Group(2) });
        Assert.Equal("nobody; muted d:1:2; pinned g:2", TextOf(changed));
        Assert.Equal(3, Rows("EventJournal"));
        await MustChangeAsync(user, new() { Unmute = Pair, Pin = Group(1) });

        user = await RestartAsync(user);

        Assert.Equal("nobody; muted ; pinned g:2 g:1", TextOf(await MustGetAsync(user)));
    }

    [Fact]
    public async Task A_change_that_is_refused_stores_nothing()
    {
        var refused = await ChangeAsync(Start(), new() { Presence = PresencePrivacy.Nobody, Pin = ConversationId.Direct(Alice, Carol) });
        Assert.Equal(ErrorCode.NotYours, refused.Error);
        Assert.Null(refused.Settings);
        Assert.Equal(0, Rows("EventJournal"));
    }

    [Fact]
    public async Task Users_have_settings_of_their_own()
    {
        var (bob, alice) = (Start(), Start(userId: Alice));
        await MustChangeAsync(bob, new() { Mute = Group(1) });
        await MustAsync(alice, new ChangeSettings(Alice, 0, new() { Mute = Group(2) }));

        bob = await RestartAsync(bob);
        alice = await RestartAsync(alice, Alice);

        Assert.Equal("everyone; muted g:1; pinned ", TextOf(await MustGetAsync(bob)));
        Assert.Equal("everyone; muted g:2; pinned ", TextOf(await MustAsync(alice, new GetSettings(Alice))));
    }

    [Fact]
    public async Task The_other_modern_sessions_are_told_and_nobody_else()
    {
        var user = Start();
        var (origin, _) = await AttachAsync(user, 100);
        var (other, _) = await AttachAsync(user, 101);
        var (legacy, _) = await AttachAsync(user, 102, isModern: false);

        await MustChangeAsync(user, new() { Mute = Group(1) }, sessionId: 100);
        await MustChangeAsync(user, new() { Mute = Group(1) }, sessionId: 100); // changes nothing: nobody is told

        Assert.Equal("everyone; muted g:1; pinned ", TextOf((await other.ExpectMsgAsync<UserSettingsChanged>()).Settings));
        foreach (var silent in (Akka.TestKit.TestProbe[])[origin, other, legacy])
            await FenceAsync(user, silent);
    }

    [Fact]
    public async Task A_snapshot_bounds_what_is_kept_and_replayed()
    {
        var user = Start();
        var settings = new UserSettings(PresencePrivacy.Everyone, [], []);
        for (var i = 1; i <= 250; i++)
            settings = await MustChangeAsync(user, i % 2 == 1 ? new() { Mute = Group(i) } : new() { Mute = Group(i), Unmute = Group(i - 1) });

        await AwaitAssertAsync(() => Assert.Equal(1, Rows("EventSnapshot")), Patience);
        await AwaitAssertAsync(() => Assert.InRange(Rows("EventJournal"), 1, UserSettingsActor.EventsPerSnapshot + 5), Patience);
        user = await RestartAsync(user);
        Assert.Equal(TextOf(settings), TextOf(await MustGetAsync(user)));
        await MustChangeAsync(user, new() { Pin = Group(1) }); // and goes on behind what was deleted
        user = await RestartAsync(user);
        Assert.Equal([Group(1)], (await MustGetAsync(user)).Pinned);
    }

    [Fact]
    public async Task A_delivery_does_not_start_the_settings_and_idle_ones_end()
    {
        var user = Start();
        Deliver(user, 1);
        await ExpectConfirmedAsync(1);
        Assert.Equal(0, ChildrenOf(user));
        await MustChangeAsync(user, new() { Pin = Group(1) });
        Assert.Equal(1, ChildrenOf(user));

        var child = await Sys.ActorSelection($"{user.Path}/*").ResolveOne(Patience);
        var watcher = NewProbe();
        watcher.Watch(child);
        child.Tell(ReceiveTimeout.Instance); // as after a minute
        await watcher.ExpectTerminatedAsync(child, Patience);

        Assert.Equal([Group(1)], (await MustGetAsync(user)).Pinned);
    }

    [Fact]
    public async Task A_user_who_hides_is_shown_as_offline_at_once_and_known_to_be_online()
    {
        var user = Start();
        var (session, _) = await AttachAsync(user, 100);
        await EventuallyAsync("online", "SELECT state FROM Users WHERE id = 2");

        await MustChangeAsync(user, new() { Presence = PresencePrivacy.Nobody });
        Assert.Equal("offline", await ScalarAsync<string>("SELECT state FROM Users WHERE id = 2"));
        Assert.Equal(Node.Incarnation, await Presence.NodeOfAsync(Bob));

        await MustChangeAsync(user, new() { Presence = PresencePrivacy.Everyone });
        Assert.Equal("online", await ScalarAsync<string>("SELECT state FROM Users WHERE id = 2"));
        user.Tell(new Detach(Bob, 100), session.Ref);
        await EventuallyAsync("offline", "SELECT state FROM Users WHERE id = 2");
    }

    static int ChildrenOf(IActorRef user) => ((LocalActorRef)user).Cell.ChildrenContainer.Children.Count;
}
