using Akka.Cluster.Sharding;
using Akka.TestKit;
using Chat.Node.Contracts;
using Chat.Protocol;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Actors;

static class VirtualTime
{
    public const string Config = """akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit" """;
}

/// <summary>A conversation with nothing to do asks to be ended; one with something open does not.</summary>
public sealed class ConversationPassivationTests() : ConversationTest(VirtualTime.Config)
{
    [Fact]
    public async Task A_conversation_passivates_when_everything_is_confirmed_and_half_a_minute_has_passed()
    {
        var conversation = Start();
        conversation.Tell(PostOf(1, "a"), Session.Ref);
        await Session.ExpectMsgAsync<PostAccepted>();
        var deliver = await ExpectDeliverAsync(Bob, 1);
        var scheduler = (TestScheduler)Sys.Scheduler;
        Clock.Advance(TimeSpan.FromMinutes(1));
        scheduler.Advance(TimeSpan.FromSeconds(1));
        await ExpectDeliverAsync(Bob, 1); // the tick was handled: it sent again, and did not passivate
        Assert.False(Shard.HasMessages);

        Confirm(conversation, deliver, NewProbe().Ref);
        await FenceAsync(conversation);
        scheduler.Advance(TimeSpan.FromSeconds(1));
        var passivate = await AdvanceUntilAsync(scheduler, () => Shard.HasMessages);
        Assert.True(passivate);
        Assert.IsType<StopConversation>((await Shard.ExpectMsgAsync<Passivate>()).StopMessage);
    }

    [Fact]
    public async Task A_tick_that_comes_while_members_are_read_is_not_the_last_one()
    {
        var group = ConversationId.Group((await ContactStore.CreateGroupAsync(Alice, "g", "")).GetValueOrDefault());
        await Database.JoinGroupAsync(Bob, group.B);
        var conversation = Start(group.ToString());
        conversation.Tell(PostOf(1, "a", group), Session.Ref);
        await Session.ExpectMsgAsync<PostAccepted>();
        await ExpectDeliverAsync(Bob, 1);
        var (isReading, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        Database.BeforeRead = () =>
        {
            isReading.TrySetResult();
            return goOn.Task;
        };
        conversation.Tell(PostOf(1, "x", group, sender: Carol, session: 200), Session.Ref); // no member: they are read again
        await isReading.Task.WaitAsync(Patience);
        var scheduler = (TestScheduler)Sys.Scheduler;
        scheduler.Advance(TimeSpan.FromSeconds(1));
        goOn.SetResult();
        await Session.ExpectMsgAsync<PostRefused>();

        await AwaitAssertAsync(
            () =>
            {
                Clock.Advance(TimeSpan.FromSeconds(2));
                scheduler.Advance(TimeSpan.FromSeconds(1));
                Assert.True(Users.HasMessages); // bob has not confirmed: it is sent again
            },
            Patience);
    }

    async Task<bool> AdvanceUntilAsync(TestScheduler scheduler, Func<bool> condition)
    {
        await AwaitAssertAsync(
            () =>
            {
                Clock.Advance(TimeSpan.FromSeconds(31));
                scheduler.Advance(TimeSpan.FromSeconds(31));
                Assert.True(condition());
            },
            Patience);
        return true;
    }
}

/// <summary>The same for users.</summary>
public sealed class UserPassivationTests() : UserTest(VirtualTime.Config)
{
    [Fact]
    public async Task A_user_passivates_after_its_last_session_and_not_while_it_has_one()
    {
        var user = Start();
        var (session, _) = await AttachAsync(user, 100);
        await EventuallyAsync("online", "SELECT state FROM Users WHERE id = 2");
        var scheduler = (TestScheduler)Sys.Scheduler;
        for (var i = 0; i < 5; i++)
        {
            Clock.Advance(TimeSpan.FromSeconds(31));
            scheduler.Advance(TimeSpan.FromSeconds(31));
            await FenceAsync(user, session);
        }

        Assert.False(Shard.HasMessages);
        user.Tell(new Detach(Bob, 100), session.Ref);

        await AwaitAssertAsync(
            () =>
            {
                Clock.Advance(TimeSpan.FromSeconds(31));
                scheduler.Advance(TimeSpan.FromSeconds(31));
                Assert.True(Shard.HasMessages);
            },
            Patience);
        Assert.IsType<StopUser>((await Shard.ExpectMsgAsync<Passivate>()).StopMessage);
    }
}
