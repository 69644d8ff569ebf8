using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Delivery;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>How a conversation brings messages to its members until each has confirmed.</summary>
public sealed class ConversationFanOutTests : ConversationTest
{
    [Fact]
    public async Task A_row_that_is_committed_in_the_middle_of_a_recovery_is_delivered()
    {
        // A write that was given up may still be waiting in the server.
        var conversation = Start();
        await PostUntilAcceptedAsync(conversation, "first", 1);
        await ExpectDeliverAsync(Bob, 1);
        var reads = 0;
        Database.Writes = StatementFault.Refused;
        Database.BeforeRead = async () =>
        {
            if (++reads != 2)
                return; // the recovery reads twice
            Database.BeforeRead = null;
            Database.Writes = StatementFault.None;
            await LogStore.AppendAsync([new LogRow(Pair, 2, Alice, "late", 1_000_000, BodyOf(Alice, "late"))]);
        };
        conversation.Tell(PostOf(2, "late", answeredTo: 1), Session.Ref);
        Assert.IsType<PostRefused>(await Session.ExpectMsgAsync<object>());

        var late = await Users.FishForMessageAsync<Deliver>(deliver => deliver is { Number: 2, UserId: Bob });
        Assert.Equal((Bob, "late"), (late.UserId, late.Message.Cmid));
    }

    [Fact]
    public async Task What_a_user_does_not_confirm_is_sent_again()
    {
        var conversation = Start();
        conversation.Tell(PostOf(1, "a"), Session.Ref);
        var first = await ExpectDeliverAsync(Bob, 1);
        Assert.False(first.MayBeKnown);

        var second = await ExpectDeliverAsync(Bob, 1);
        Assert.True(second.MayBeKnown);
        Assert.Equal(first.Previous, second.Previous);
    }

    [Fact]
    public async Task A_fan_out_is_finished_when_every_receiver_has_confirmed()
    {
        var id = await GroupAsync(Bob, Carol);
        var conversation = Start(id.ToString());
        conversation.Tell(PostOf(1, "a", id), Session.Ref);
        await Session.ExpectMsgAsync<PostAccepted>();
        var delivers = await Users.ReceiveNAsync(2, Patience).Cast<Deliver>().ToListAsync();
        Assert.Equal([Bob, Carol], delivers.Select(deliver => deliver.UserId).Order());

        var sweeper = NewProbe();
        conversation.Tell(new ResumeFanOut(id), sweeper.Ref);
        Confirm(conversation, delivers[0], NewProbe().Ref);
        await FenceAsync(conversation);
        Assert.False(sweeper.HasMessages);
        Assert.NotEqual(long.MaxValue, FanOutWatermarks.OldestTs());

        Confirm(conversation, delivers[1], NewProbe().Ref);
        await sweeper.ExpectMsgAsync<FanOutFinished>();
        Assert.Equal(long.MaxValue, FanOutWatermarks.OldestTs());
    }

    [Fact]
    public async Task A_user_that_misses_something_gets_everything_after_it_again()
    {
        var conversation = Start();
        for (var i = 1; i <= 3; i++)
            conversation.Tell(PostOf(i, $"m{i}"), Session.Ref);
        for (var i = 1; i <= 3; i++)
            await ExpectDeliverAsync(Bob, i);

        var user = NewProbe();
        conversation.Tell(new ResendDeliveries(Pair, Bob, 0, After: 1), user.Ref);

        Assert.Equal((2, 1), await user.ExpectMsgAsync<Deliver>() is var second ? (second.Number, second.Previous) : default);
        Assert.Equal((3, 2), await user.ExpectMsgAsync<Deliver>() is var third ? (third.Number, third.Previous) : default);
    }

    [Fact]
    public async Task What_a_user_had_not_confirmed_when_it_died_goes_to_its_next_life()
    {
        Clock.Stop();
        var conversation = Start();
        var user = NewProbe();
        conversation.Tell(PostOf(1, "a"), Session.Ref);
        Confirm(conversation, await ExpectDeliverAsync(Bob, 1), user.Ref);
        conversation.Tell(PostOf(2, "b"), Session.Ref);
        Assert.Equal(2, (await user.ExpectMsgAsync<Deliver>()).Number);

        Stop(user.Ref);

        Assert.True((await ExpectDeliverAsync(Bob, 2)).MayBeKnown);
    }

    [Fact]
    public async Task The_sender_gets_a_copy_only_when_other_sessions_want_one()
    {
        var conversation = Start();
        conversation.Tell(PostOf(1, "a"), Session.Ref);
        await ExpectDeliverAsync(Bob, 1);
        conversation.Tell(PostOf(2, "b") with { SenderHasOtherDevices = true }, Session.Ref);

        var delivers = await Users.ReceiveNAsync(2, Patience).Cast<Deliver>().ToListAsync();
        Assert.Equal([(Alice, 2L), (Bob, 2L)], delivers.Select(deliver => (deliver.UserId, deliver.Number)).Order());
        Assert.All(delivers, deliver => Assert.Equal(100, deliver.Message.OriginSession));
    }

    [Fact]
    public async Task A_chat_to_oneself_is_delivered_once()
    {
        var conversation = Start("d:1:1");
        conversation.Tell(PostOf(1, "note", ConversationId.Direct(Alice, Alice)), Session.Ref);

        await ExpectDeliverAsync(Alice, 1);
        Assert.Equal(1, (await Session.ExpectMsgAsync<PostAccepted>()).Seq);
        Assert.False(Users.HasMessages);
    }

    [Fact]
    public async Task A_new_member_receives_from_the_moment_it_is_known()
    {
        var id = await GroupAsync(Bob);
        var conversation = Start(id.ToString());
        conversation.Tell(PostOf(1, "a", id), Session.Ref);
        await ExpectDeliverAsync(Bob, 1);

        conversation.Tell(new MembersChanged(id, Carol), Session.Ref);
        await Session.ExpectMsgAsync<PostAccepted>();
        await Session.ExpectMsgAsync<MembersKnown>();
        conversation.Tell(PostOf(2, "b", id), Session.Ref);

        var delivers = await Users.ReceiveNAsync(2, Patience).Cast<Deliver>().ToListAsync();
        Assert.Equal([(Bob, 2L), (Carol, 2L)], delivers.Select(deliver => (deliver.UserId, deliver.Number)).Order());
    }

    [Fact]
    public async Task Somebody_who_is_no_member_is_refused_and_nobody_receives()
    {
        var id = await GroupAsync(Bob);
        Start(id.ToString()).Tell(PostOf(1, "a", id, sender: Carol), Session.Ref);

        Assert.Equal(ErrorCode.NotYours, (await Session.ExpectMsgAsync<PostRefused>()).Error);
        Assert.False(Users.HasMessages);
        Assert.Equal(0, await LoggedAsync());
    }

    [Fact]
    public async Task A_member_that_another_server_added_is_found_when_it_posts()
    {
        var id = await GroupAsync(Bob);
        var conversation = Start(id.ToString());
        conversation.Tell(PostOf(1, "a", id), Session.Ref);
        await Session.ExpectMsgAsync<PostAccepted>();
        await Database.JoinGroupAsync(Carol, id.B);

        conversation.Tell(PostOf(1, "b", id, sender: Carol, session: 200), Session.Ref);

        Assert.Equal(2, (await Session.ExpectMsgAsync<PostAccepted>()).Seq);
    }

    [Fact]
    public async Task Without_a_history_a_post_is_accepted_when_every_receiver_has_it()
    {
        var id = await GroupAsync(Bob, Carol);
        var conversation = Start(id.ToString(), keepsHistory: false);
        conversation.Tell(PostOf(1, "a", id), Session.Ref);
        var delivers = await Users.ReceiveNAsync(2, Patience).Cast<Deliver>().ToListAsync();
        Assert.All(delivers, deliver => Assert.NotEqual(0, deliver.Incarnation));

        Confirm(conversation, delivers[0], NewProbe().Ref);
        await FenceAsync(conversation);
        Confirm(conversation, delivers[1], NewProbe().Ref);

        var accepted = await Session.ExpectMsgAsync<PostAccepted>();
        Assert.Equal((1, 0), (accepted.Number, accepted.Seq));
        Assert.NotEqual(0, accepted.Ts);
        Assert.Equal(0, await LoggedAsync());
    }

    [Fact]
    public async Task Without_a_history_a_repeated_cmid_is_answered_and_not_delivered_again()
    {
        var conversation = Start(keepsHistory: false);
        conversation.Tell(PostOf(1, "a"), Session.Ref);
        Confirm(conversation, await ExpectDeliverAsync(Bob, 1), NewProbe().Ref);
        var first = await Session.ExpectMsgAsync<PostAccepted>();

        conversation.Tell(PostOf(1, "a", session: 200), Session.Ref);

        Assert.Equal(first.Ts, (await Session.ExpectMsgAsync<PostAccepted>()).Ts);
        Assert.False(Users.HasMessages);
    }

    [Fact]
    public async Task Told_to_stop_it_answers_what_is_on_its_way_refuses_what_comes_and_leaves_the_rest_to_its_successor()
    {
        var conversation = Start();
        Watch(conversation);
        var stall = Database.StallWrites();
        conversation.Tell(PostOf(1, "a"), Session.Ref);
        await stall.Reached;
        conversation.Tell(StopConversation.Instance);
        conversation.Tell(PostOf(2, "b"), Session.Ref);
        var refused = await Session.ExpectMsgAsync<PostRefused>();
        Assert.Equal((2, ErrorCode.Unavailable), (refused.Number, refused.Error));

        stall.Release();
        Assert.Equal(1, (await Session.ExpectMsgAsync<PostAccepted>()).Number);
        await ExpectDeliverAsync(Bob, 1);
        await ExpectTerminatedAsync(conversation);
        Assert.Equal([Pair], FanOutWatermarks.Abandoned());

        Start();
        await ExpectDeliverToBothAsync(1);
    }

    async Task<ConversationId> GroupAsync(params int[] others)
    {
        var group = await ContactStore.CreateGroupAsync(Alice, "friends", "");
        foreach (var other in others)
            await Database.JoinGroupAsync(other, group!.Value);
        return ConversationId.Group(group!.Value);
    }
}
