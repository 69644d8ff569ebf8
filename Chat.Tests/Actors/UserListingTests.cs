using Chat.Node.Contracts;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>A login beside other servers: answered when they know of it.</summary>
public sealed class UserListingTests() : UserBridgeTest(HastyScheduler.Off)
{
    [Fact]
    public async Task A_login_is_answered_when_its_user_is_listened_for_and_listed()
    {
        var user = Start();
        var session = NewProbe();
        user.Tell(new Attach(Bob, 1, IsModern: true, IsReattach: false, null), session.Ref);
        await Keeper.ExpectMsgAsync<HoldPausedChannel>();
        await session.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
        var listing = Database.StallWrites();
        user.Tell(new ChannelHeld(Bob, Node.Incarnation), Keeper.Ref);
        await listing.Reached;
        await session.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
        listing.Release();
        await session.FishForMessageAsync<Attached>(_ => true);
        Assert.Equal("online", await ScalarAsync<string>($"SELECT state FROM Users WHERE id = {Bob}"));
    }

    [Fact]
    public async Task A_login_that_nobody_listens_for_is_answered_all_the_same_after_a_while()
    {
        var user = Start();
        var (session, _) = await AttachAsync(user, 1);
        Deliver(user, 1);
        Assert.Equal(1, (await session.ExpectMsgAsync<Push>()).Number);
    }

    [Fact]
    public async Task What_comes_while_the_login_waits_is_given_with_it_in_order()
    {
        var user = Start();
        var session = NewProbe();
        user.Tell(new Attach(Bob, 1, IsModern: true, IsReattach: false, null), session.Ref);
        Deliver(user, 1, 2);
        await ExpectConfirmedAsync(2);
        await HoldAsync(user);
        Assert.Equal([1, 2], (await session.FishForMessageAsync<Attached>(_ => true)).Offline.Select(row => row.Seq));
        Assert.Empty(Servers.Published); // it is coming here
    }

    [Fact]
    public async Task A_session_that_comes_back_after_a_move_does_not_wait()
    {
        await Presence.SetAsync(Bob, Node.Incarnation);
        var user = Start();
        var session = NewProbe();
        user.Tell(new Attach(Bob, 1, IsModern: true, IsReattach: true, null), session.Ref);
        await session.FishForMessageAsync<Attached>(_ => true);
    }

    [Fact]
    public async Task What_others_publish_waits_until_what_they_queued_has_its_numbers()
    {
        await OfflineStore.InsertBridgedAsync(Bob, """{"id":1,"msg":"queued","msgid":6,"name":"alice","time":"t","toid":2}""");
        var user = Start();
        var session = NewProbe();
        user.Tell(new Attach(Bob, 1, IsModern: true, IsReattach: false, null), session.Ref);
        await Keeper.ExpectMsgAsync<HoldPausedChannel>();
        user.Tell(new ChannelHeld(Bob, Node.Incarnation), Keeper.Ref);
        var import = await Conversation.FishForMessageAsync<Import>(_ => true);
        await Keeper.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
        user.Tell(new Imported(import.Conversation, Bob, 0, import.Number, null), Conversation.Ref);
        Assert.Empty((await Keeper.FishForMessageAsync<OpenChannel>(_ => true)).Seen);
    }
}
