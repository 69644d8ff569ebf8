using Akka.Actor;
using Chat.Node.Contracts;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>Which node listens for a user, and who is told of it when.</summary>
public sealed class UserChannelTests() : UserBridgeTest(HastyScheduler.Off)
{
    [Fact]
    public async Task Nothing_is_published_while_a_node_of_ours_may_listen()
    {
        var user = Start();
        var (session, _) = await LogInAsync(user, 1);
        user.Tell(new Detach(Bob, 1), session.Ref);
        await Keeper.FishForMessageAsync<LeaveChannel>(_ => true);
        Assert.Equal("offline", await ScalarAsync<string>($"SELECT state FROM Users WHERE id = {Bob}")); // before it stops listening
        Deliver(user, 1);
        await ExpectConfirmedAsync(1);
        Assert.Equal("1", await QueuedAsync());
        Assert.Empty(Servers.Published);

        var unlisting = Database.StallWrites();
        user.Tell(new ChannelLeft(Bob, Node.Incarnation, []), Keeper.Ref);
        await unlisting.Reached;
        unlisting.LetOthersPass();
        Deliver(user, 2); // the row that says where the user is is still there: who only listens would be taken for the user's server
        await ExpectConfirmedAsync(2);
        Assert.Empty(Servers.Published);

        unlisting.Release();
        await EventuallyAsync(0L, $"SELECT COUNT(*) FROM UserPresence WHERE userid = {Bob}");
        for (var number = 3; Servers.Published.IsEmpty; number++) // the user hears of it a moment later
        {
            Deliver(user, number);
            await ExpectConfirmedAsync(number);
        }
    }

    [Fact]
    public async Task The_user_is_listed_as_online_only_when_its_node_listens()
    {
        var user = Start();
        await AttachAsync(user, 1);
        await Keeper.ExpectMsgAsync<HoldPausedChannel>();
        await FenceAsync(user, NewProbe());
        Assert.Equal("offline", await ScalarAsync<string>($"SELECT state FROM Users WHERE id = {Bob}"));
        user.Tell(new ChannelHeld(Bob, Node.Incarnation), Keeper.Ref);
        await EventuallyAsync("online", $"SELECT state FROM Users WHERE id = {Bob}");
    }

    [Fact]
    public async Task A_user_who_goes_while_it_is_being_listed_as_online_is_listed_as_offline_afterwards()
    {
        var user = Start();
        var session = NewProbe();
        user.Tell(new Attach(Bob, 1, IsModern: true, IsReattach: false, null), session.Ref);
        await Keeper.ExpectMsgAsync<HoldPausedChannel>();
        var listing = Database.StallWrites();
        user.Tell(new ChannelHeld(Bob, Node.Incarnation), Keeper.Ref);
        await listing.Reached;
        listing.LetOthersPass(); // whatever is written now lands before it
        user.Tell(new Detach(Bob, 1), session.Ref);
        await FenceAsync(user, NewProbe());
        await Keeper.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(200));

        listing.Release();
        await Keeper.FishForMessageAsync<LeaveChannel>(_ => true);
        Assert.Equal("offline", await ScalarAsync<string>($"SELECT state FROM Users WHERE id = {Bob}"));
        user.Tell(new ChannelLeft(Bob, Node.Incarnation, []), Keeper.Ref);
        await EventuallyAsync(0L, $"SELECT COUNT(*) FROM UserPresence WHERE userid = {Bob}");
        Assert.Equal("offline", await ScalarAsync<string>($"SELECT state FROM Users WHERE id = {Bob}"));
    }

    /// <summary>By a write of a node that died, or of a statement that was given up.</summary>
    [Fact]
    public async Task A_user_without_sessions_who_is_listed_all_the_same_is_put_right_when_somebody_notices()
    {
        var user = Start();
        Deliver(user, 1);
        await ExpectConfirmedAsync(1); // there is nobody, and it knows
        await Presence.SetAsync(Bob, Node.Incarnation);
        user.Tell(new CheckPresence(Bob), ActorRefs.Nobody);
        await Keeper.FishForMessageAsync<LeaveChannel>(_ => true);
        Assert.Equal("offline", await ScalarAsync<string>($"SELECT state FROM Users WHERE id = {Bob}"));
        user.Tell(new ChannelLeft(Bob, Node.Incarnation, []), Keeper.Ref);
        await EventuallyAsync(0L, $"SELECT COUNT(*) FROM UserPresence WHERE userid = {Bob}");
    }

    [Fact]
    public async Task A_user_whose_row_was_taken_away_is_listed_again()
    {
        var user = Start();
        await LogInAsync(user, 1);
        await Presence.ClearAsync([Node.Incarnation]); // somebody took this node for dead
        user.Tell(new CheckPresence(Bob), ActorRefs.Nobody);
        await HoldAsync(user);
        Assert.Equal(Node.Incarnation, await Presence.NodeOfAsync(Bob));
    }

    [Fact]
    public async Task Nobody_of_ours_begins_to_listen_while_something_is_being_published()
    {
        var answer = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        Servers.Answer = answer.Task;
        var user = Start();
        Deliver(user, 1);
        await AwaitAssertAsync(() => Assert.True(Servers.IsAsked), Patience);
        var session = NewProbe();
        user.Tell(new Attach(Bob, 1, IsModern: true, IsReattach: false, null), session.Ref);
        await FenceAsync(user, NewProbe());
        await Keeper.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
        answer.SetResult(1);
        await Keeper.ExpectMsgAsync<HoldPausedChannel>();
    }

    [Fact]
    public async Task Who_listens_is_stored_before_it_listens()
    {
        var user = Start();
        await AttachAsync(user, 1);
        await Keeper.ExpectMsgAsync<HoldPausedChannel>();
        Assert.Equal(Node.Incarnation, await Presence.NodeOfAsync(Bob));
        Assert.Equal("offline", await ScalarAsync<string>($"SELECT state FROM Users WHERE id = {Bob}"));
    }

    [Fact]
    public async Task A_new_life_whose_sessions_come_before_it_knows_who_listened_gives_nobody_the_channel_beside_that_node()
    {
        const long Before = 78;
        await Presence.SetAsync(Bob, Before);
        var mayRead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Database.BeforeRead = () => mayRead.Task;
        var user = Start();
        user.Tell(new Attach(Bob, 1, IsModern: true, IsReattach: true, null), NewProbe().Ref);
        await FenceAsync(user, NewProbe());
        await Keeper.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
        Database.BeforeRead = null;
        mayRead.SetResult();

        Assert.False((await Keeper.ExpectMsgAsync<HoldChannel>()).Opens); // first beside, then the one before leaves
        user.Tell(new ChannelHeld(Bob, Node.Incarnation), Keeper.Ref);
        await Keeper.FishForMessageAsync<LeaveChannel>(_ => true);
        Assert.Equal(Before, await Presence.NodeOfAsync(Bob));
        user.Tell(new ChannelLeft(Bob, Before, [5]), Keeper.Ref);
        Assert.Equal([5], (await Keeper.FishForMessageAsync<OpenChannel>(_ => true)).Seen);
        user.Tell(new ChannelHeld(Bob, Node.Incarnation), Keeper.Ref);
        await EventuallyAsync(Node.Incarnation, $"SELECT node FROM UserPresence WHERE userid = {Bob}");
    }

    [Fact]
    public async Task AKeeper_that_does_not_answer_is_asked_again()
    {
        var user = Start();
        await AttachAsync(user, 1);
        await Keeper.ExpectMsgAsync<HoldPausedChannel>();
        await Keeper.ExpectMsgAsync<HoldChannel>();
    }

    [Fact]
    public async Task Sessions_at_a_node_outside_the_cluster_are_none_of_its_business()
    {
        await Presence.SetAsync(Bob, UnclusteredNode);
        var user = Start();
        Deliver(user, 1);
        await ExpectConfirmedAsync(1); // at once: nobody is waited for
        Assert.Equal(["m1"], Servers.Published);
        Assert.Equal(UnclusteredNode, await Presence.NodeOfAsync(Bob));
    }
}
