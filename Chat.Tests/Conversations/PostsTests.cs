using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Conversations;

/// <summary>A post, its row, its answer and its way to the receivers, in this order.</summary>
public sealed class PostsTests : ConversationPartsTest
{
    [Fact]
    public async Task A_post_is_answered_and_sent_on_when_its_row_is_written_and_not_before()
    {
        var parts = Make();
        Assert.True(Take(parts, PostOf(1, "a")));
        var settled = await Self.ExpectMsgAsync<RowSettled>();
        Assert.Equal(1, await LoggedAsync());
        AssertSilent(Session);
        AssertSilent(Users);

        parts.Posts.OnRowSettled(settled, imports: null);
        Assert.Equal((1, 1), await Session.ExpectMsgAsync<PostAccepted>() is var accepted ? (accepted.Number, accepted.Seq) : default);
        await ExpectDeliverAsync(Bob, 1);
    }

    [Fact]
    public async Task A_row_of_which_nobody_knows_is_refused_with_retry_and_the_log_is_to_be_read()
    {
        var parts = Make();
        Take(parts, PostOf(1, "a"));
        var settled = await Self.ExpectMsgAsync<RowSettled>();
        parts.Posts.OnRowSettled(settled with { Outcome = AppendOutcome.Unknown }, imports: null);

        Assert.Equal(ErrorCode.Unavailable, (await Session.ExpectMsgAsync<PostRefused>()).Error);
        Assert.True(parts.Follower.IsRecovering);
        AssertSilent(Users);
    }

    [Fact]
    public async Task A_message_that_the_log_has_already_is_answered_with_its_number()
    {
        var parts = Make();
        Take(parts, PostOf(1, "a"));
        var settled = await Self.ExpectMsgAsync<RowSettled>();
        parts.Posts.OnRowSettled(settled with { Outcome = AppendOutcome.Duplicate(40, 7) }, imports: null);
        Assert.Equal((40, 7), await Session.ExpectMsgAsync<PostAccepted>() is var accepted ? (accepted.Seq, accepted.Ts) : default);
        AssertSilent(Users);
    }

    [Fact]
    public async Task What_the_database_will_never_take_is_refused_for_good()
    {
        var parts = Make();
        Take(parts, PostOf(1, "a"));
        var settled = await Self.ExpectMsgAsync<RowSettled>();
        parts.Posts.OnRowSettled(settled with { Outcome = AppendOutcome.Refused }, imports: null);
        Assert.Equal(ErrorCode.TooLarge, (await Session.ExpectMsgAsync<PostRefused>()).Error);
    }

    [Fact]
    public async Task A_row_of_an_earlier_life_is_answered_by_nobody_and_has_the_log_read()
    {
        var parts = Make();
        Take(parts, PostOf(1, "a"));
        var settled = await Self.ExpectMsgAsync<RowSettled>();
        parts.Writer.StartNewLife();
        parts.Posts.OnRowSettled(settled, imports: null);

        Assert.True(parts.Follower.IsRecovering);
        AssertSilent(Session);
        AssertSilent(Users);
    }

    [Fact]
    public void The_members_are_asked_for_whoever_is_none()
    {
        var parts = Make();
        Assert.False(Take(parts, PostOf(1, "x", sender: Carol)));
        AssertSilent(Session);
    }

    [Fact]
    public async Task Without_a_history_a_post_is_answered_when_everybody_has_it()
    {
        var parts = Make(keepsHistory: false);
        Take(parts, PostOf(1, "a"));
        var deliver = await Users.ExpectMsgAsync<Deliver>();
        AssertSilent(Session);

        parts.Posts.OnConfirmed(new DeliveryConfirmed(Pair, Bob, deliver.Incarnation, deliver.Number), NewProbe().Ref);
        Assert.Equal(0, (await Session.ExpectMsgAsync<PostAccepted>()).Seq);
        Assert.Equal(0, await LoggedAsync());
    }

    bool Take(Parts parts, Post post) => parts.Posts.TryTake(post, Session.Ref, isMembershipFresh: false, isBusy: false);
}
