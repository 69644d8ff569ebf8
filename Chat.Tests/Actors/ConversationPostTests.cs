using Chat.Node.Contracts;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>What a conversation answers to posts, and when.</summary>
public sealed class ConversationPostTests : ConversationTest
{
    [Fact]
    public async Task Posts_are_accepted_with_dense_numbers_and_delivered_in_that_order()
    {
        var conversation = Start();
        for (var i = 1; i <= 3; i++)
            conversation.Tell(PostOf(i, $"m{i}"), Session.Ref);

        for (var i = 1; i <= 3; i++)
        {
            var accepted = await Session.ExpectMsgAsync<PostAccepted>();
            Assert.Equal((Pair, i, i), (accepted.Conversation, accepted.Number, accepted.Seq));
            var deliver = await ExpectDeliverAsync(Bob, i);
            Assert.Equal((i - 1, $"m{i}"), (deliver.Previous, TextOf(deliver.Message)));
        }

        Assert.Equal("1,2,3", await ScalarAsync<string>("SELECT GROUP_CONCAT(seq) FROM (SELECT seq FROM MessageLog ORDER BY seq)"));
    }

    [Fact]
    public async Task A_cmid_that_was_accepted_is_answered_with_its_old_number()
    {
        var conversation = Start();
        conversation.Tell(PostOf(1, "a"), Session.Ref);
        var first = await Session.ExpectMsgAsync<PostAccepted>();
        await ExpectDeliverAsync(Bob, 1);

        conversation.Tell(PostOf(1, "a", session: 200), Session.Ref);
        var second = await Session.ExpectMsgAsync<PostAccepted>();

        Assert.Equal((first.Seq, first.Ts), (second.Seq, second.Ts));
        Assert.Equal(1, await LoggedAsync());
        Assert.False(Users.HasMessages);
    }

    [Fact]
    public async Task The_same_cmid_of_the_other_user_is_another_message()
    {
        var conversation = Start();
        conversation.Tell(PostOf(1, "a"), Session.Ref);
        conversation.Tell(PostOf(1, "a", sender: Bob, session: 200), Session.Ref);

        Assert.Equal(1, (await Session.ExpectMsgAsync<PostAccepted>()).Seq);
        Assert.Equal(2, (await Session.ExpectMsgAsync<PostAccepted>()).Seq);
    }

    [Fact]
    public async Task A_cmid_is_recognised_after_a_restart_however_old_it_is()
    {
        var conversation = Start();
        for (var i = 1; i <= 3; i++)
            conversation.Tell(PostOf(i, $"m{i}"), Session.Ref);
        await Session.ReceiveNAsync(3, Patience).ToListAsync();
        await KillAsync(conversation);

        var successor = Start();
        successor.Tell(PostOf(1, "m1", session: 200), Session.Ref);

        Assert.Equal(1, (await Session.ExpectMsgAsync<PostAccepted>()).Seq);
        Assert.Equal(4, (await PostUntilAcceptedAsync(successor, "m4", 1)).Seq);
        Assert.Equal(4, await LoggedAsync());
    }

    [Fact]
    public async Task A_cmid_that_differs_in_case_only_is_another_message()
    {
        var conversation = Start();
        conversation.Tell(PostOf(1, "aB"), Session.Ref);
        conversation.Tell(PostOf(2, "Ab"), Session.Ref);

        Assert.Equal(1, (await Session.ExpectMsgAsync<PostAccepted>()).Seq);
        Assert.Equal(2, (await Session.ExpectMsgAsync<PostAccepted>()).Seq);
    }

    [Fact]
    public async Task A_post_behind_a_missing_one_is_not_taken_but_asked_for_again()
    {
        var conversation = Start();
        conversation.Tell(PostOf(2, "second"), Session.Ref);
        Assert.Equal(0, (await Session.ExpectMsgAsync<ResendPosts>()).After);

        conversation.Tell(PostOf(1, "first"), Session.Ref);
        Assert.Equal(1, (await Session.ExpectMsgAsync<PostAccepted>()).Seq);
        conversation.Tell(PostOf(4, "fourth"), Session.Ref);
        Assert.Equal(1, (await Session.ExpectMsgAsync<ResendPosts>()).After);
        Assert.Equal(1, await LoggedAsync());
    }

    [Fact]
    public async Task A_new_life_goes_on_where_the_session_has_its_answers()
    {
        var conversation = Start();
        conversation.Tell(PostOf(8, "m8", answeredTo: 7), Session.Ref);

        Assert.Equal(8, (await Session.ExpectMsgAsync<PostAccepted>()).Number);
    }

    [Fact]
    public async Task Nothing_is_acknowledged_or_delivered_before_the_commit()
    {
        var conversation = Start();
        var stall = Database.StallWrites();
        conversation.Tell(PostOf(1, "a"), Session.Ref);
        await stall.Reached;
        await FenceAsync(conversation);
        Assert.False(Users.HasMessages);

        stall.Release();
        await Session.ExpectMsgAsync<PostAccepted>();
        await ExpectDeliverAsync(Bob, 1);
        Assert.Equal(1, await LoggedAsync());
    }

    [Fact]
    public async Task After_a_failed_write_everything_behind_it_is_refused_and_numbers_stay_dense()
    {
        var conversation = Start();
        var stall = Database.StallWrites();
        for (var i = 1; i <= 3; i++)
            conversation.Tell(PostOf(i, $"m{i}"), Session.Ref);
        await stall.Reached;
        Database.Writes = StatementFault.Refused;
        stall.Release();
        for (var i = 1; i <= 3; i++)
        {
            var refused = await Session.ExpectMsgAsync<PostRefused>();
            Assert.Equal((i, ErrorCode.Unavailable), (refused.Number, refused.Error));
        }

        // Sent before the session heard of it: must not overtake.
        conversation.Tell(PostOf(4, "m4"), Session.Ref);
        Assert.Equal(4, (await Session.ExpectMsgAsync<PostRefused>()).Number);
        Assert.False(Users.HasMessages);

        Database.Writes = StatementFault.None;
        Assert.Equal(1, (await PostUntilAcceptedAsync(conversation, "m1", 5)).Seq);
        Assert.Equal(2, (await PostUntilAcceptedAsync(conversation, "m2", 300)).Seq);
        await ExpectDeliverAsync(Bob, 1);
        await ExpectDeliverAsync(Bob, 2);
        Assert.Equal(2, await LoggedAsync());
    }

    [Fact]
    public async Task A_row_whose_answer_was_lost_is_found_and_delivered_without_anybody_asking()
    {
        var conversation = Start();
        var stall = Database.StallWrites();
        conversation.Tell(PostOf(1, "a"), Session.Ref);
        await stall.Reached;
        Database.Writes = StatementFault.AnswerLost;
        stall.Release();
        Assert.Equal(ErrorCode.Unavailable, (await Session.ExpectMsgAsync<PostRefused>()).Error);
        Database.Writes = StatementFault.None;

        await ExpectDeliverToBothAsync(1);
        Assert.Equal(1, (await PostUntilAcceptedAsync(conversation, "a", 2)).Seq);
        Assert.Equal(2, (await PostUntilAcceptedAsync(conversation, "b", 300)).Seq);
        Assert.Equal(2, await LoggedAsync());
    }

    [Fact]
    public async Task A_number_taken_by_another_writer_is_read_delivered_and_passed_over()
    {
        var conversation = Start();
        await FenceAsync(conversation);
        await AppendBehindItsBackAsync(1, "of the other writer");

        conversation.Tell(PostOf(1, "mine"), Session.Ref);
        Assert.Equal(ErrorCode.Unavailable, (await Session.ExpectMsgAsync<PostRefused>()).Error);

        var delivers = await ExpectDeliverToBothAsync(1);
        Assert.Equal("of the other writer", TextOf(delivers[0].Message));
        Assert.Equal(2, (await PostUntilAcceptedAsync(conversation, "mine", 2)).Seq);
    }

    [Fact]
    public async Task A_conversation_that_cannot_be_read_refuses_with_retry_and_starts_later()
    {
        Database.Reads = StatementFault.Refused;
        var conversation = Start();
        conversation.Tell(PostOf(1, "a"), Session.Ref);
        Assert.Equal(ErrorCode.Unavailable, (await Session.ExpectMsgAsync<PostRefused>()).Error);

        Database.Reads = StatementFault.None;
        conversation.Tell(PostOf(2, "a", answeredTo: 1, epoch: 1), Session.Ref);
        Assert.Equal(1, (await Session.ExpectMsgAsync<PostAccepted>()).Seq);
    }

    [Fact]
    public async Task A_conversation_with_a_user_that_does_not_exist_refuses_for_good()
    {
        var id = ConversationId.Direct(Alice, 99);
        Start("d:1:99").Tell(PostOf(1, "a", id), Session.Ref);

        var refused = await Session.ExpectMsgAsync<PostRefused>();
        Assert.Equal(ErrorCode.NotFound, refused.Error);
        Assert.Contains("99", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_that_does_not_exist_refuses_for_good()
    {
        Start("g:5").Tell(PostOf(1, "a", ConversationId.Group(5)), Session.Ref);

        Assert.Equal(ErrorCode.NotFound, (await Session.ExpectMsgAsync<PostRefused>()).Error);
    }
}
