using Chat.Node.Contracts;
using Chat.Node.Conversations;
using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.Conversations;

/// <summary>What is in the log and this life did not put there.</summary>
public sealed class LogFollowerTests : ConversationPartsTest
{
    [Fact]
    public async Task What_an_earlier_life_may_not_have_brought_to_everybody_is_brought_again()
    {
        var parts = Make(keepsHistory: true, RowOf(7), RowOf(8));
        Assert.Equal(8, parts.State.CommittedHead);
        foreach (var deliver in await ExpectDeliverToBothAsync(7))
            parts.Posts.OnConfirmed(new DeliveryConfirmed(Pair, deliver.UserId, deliver.Incarnation, deliver.Number), Users.Ref);
        await ExpectDeliverToBothAsync(8); // each waits for the one before: it may be known
    }

    [Fact]
    public async Task Who_came_later_and_sees_nothing_of_before_is_not_brought_it()
    {
        Make(new Participants(new HashSet<int> { Alice, Bob }) { JoinSeqs = new Dictionary<int, long> { [Alice] = 1, [Bob] = 8 } }, keepsHistory: true, RowOf(7), RowOf(8));
        var brought = new[] { await Users.ExpectMsgAsync<Deliver>(), await Users.ExpectMsgAsync<Deliver>() };
        Assert.Equal([(Alice, 7L), (Bob, 8L)], brought.Select(deliver => (deliver.UserId, deliver.Number)).Order()); // Alice's 8 waits for her 7
        AssertSilent(Users);
    }

    [Fact]
    public void Rows_of_a_living_node_outside_the_cluster_are_its_own_to_bring()
    {
        var parts = Make(keepsHistory: true, RowOf(1, Services().Nodes.UnclusteredNodes.First()));
        AssertSilent(Users);
        Assert.False(parts.Follower.HasLostTrusted);
    }

    [Fact]
    public async Task A_recovery_reads_the_log_once_and_goes_on_behind_what_it_finds()
    {
        var parts = Make();
        await AppendBehindItsBackAsync(1, "x");
        parts.Follower.RequireRecovery();
        parts.Follower.Recover();
        parts.Follower.Recover(); // it is being read
        var found = await Self.ExpectMsgAsync<RowsFound>();
        parts.Follower.OnRowsFound(found, Sys.Log);

        Assert.Equal((false, 1), (parts.Follower.IsRecovering, parts.State.CommittedHead));
        await ExpectDeliverToBothAsync(1);
        AssertSilent(Self);
    }

    [Fact]
    public async Task A_recovery_waits_for_rows_on_their_way()
    {
        var parts = Make();
        parts.Posts.TryTake(PostOf(1, "a"), Session.Ref, isMembershipFresh: false, isBusy: false);
        parts.Follower.RequireRecovery();
        parts.Follower.Recover();
        var settled = await Self.ExpectMsgAsync<RowSettled>();
        AssertSilent(Self);

        parts.Posts.OnRowSettled(settled, imports: null);
        parts.Follower.OnTick();
        Assert.Empty((await Self.ExpectMsgAsync<RowsFound>()).Rows);
    }

    [Fact]
    public async Task After_a_failed_read_the_next_tick_reads_again()
    {
        var parts = Make();
        parts.Follower.RequireRecovery();
        Database.BeforeRead = () => throw new StorageException("not now");
        parts.Follower.Recover();
        parts.Follower.OnRecoveryFailed((await Self.ExpectMsgAsync<RecoveryFailed>()).Cause, Sys.Log);
        Assert.True(parts.Follower.IsRecovering);

        Database.BeforeRead = null;
        parts.Follower.OnTick();
        await Self.ExpectMsgAsync<RowsFound>();
    }

    [Fact]
    public async Task A_sweeper_is_answered_when_the_log_was_looked_at_and_everybody_has_what_was_found()
    {
        var parts = Make();
        await AppendBehindItsBackAsync(1, "x");
        var sweeper = NewProbe();
        parts.Follower.OnResumeFanOut(sweeper.Ref);
        Assert.Single(parts.Follower.OnLookedBehind(await Self.ExpectMsgAsync<LookedBehind>()));
        AssertSilent(sweeper);

        foreach (var deliver in await ExpectDeliverToBothAsync(1))
            parts.Posts.OnConfirmed(new DeliveryConfirmed(Pair, deliver.UserId, deliver.Incarnation, deliver.Number), NewProbe().Ref);
        await sweeper.ExpectMsgAsync<FanOutFinished>();
        Assert.False(parts.Follower.HasOpenWork);
    }

    [Fact]
    public async Task A_look_that_failed_is_repeated_by_the_next_tick()
    {
        var parts = Make();
        var sweeper = NewProbe();
        parts.Follower.OnResumeFanOut(sweeper.Ref);
        var looked = await Self.ExpectMsgAsync<LookedBehind>();
        Assert.Empty(parts.Follower.OnLookedBehind(looked with { Found = null }));
        Assert.True(parts.Follower.HasOpenWork);

        parts.Follower.OnTick();
        parts.Follower.OnLookedBehind(await Self.ExpectMsgAsync<LookedBehind>());
        await sweeper.ExpectMsgAsync<FanOutFinished>();
    }
}
