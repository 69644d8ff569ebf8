using System.Text.Json;
using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Links;
using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>A conversation and the changes of its messages.</summary>
public sealed class MessageChangeTests : ConversationTest
{
    [Fact]
    public async Task A_change_is_answered_when_it_is_stored_and_told_to_who_listens()
    {
        NoticeBoard.Of(Sys).Add(Bob, TestActor);
        var conversation = await StartWithMessageAsync();
        conversation.Tell(Edit("new"), Session.Ref);
        var answer = await Session.ExpectMsgAsync<MessageChangeAnswer>(Patience);
        Assert.Equal((ErrorCode.None, 1L), (answer.Error, answer.Rev));
        Assert.Equal(1, await ScalarAsync<long>("SELECT rev FROM MessageState WHERE seq = 1 AND edited > 0"));
        var push = Read(await ExpectMsgAsync<SessionNotice>(Patience));
        Assert.Equal((1L, 1L, 0L, "new"), (push.Seq, push.Rev, push.Prev, push.Text));
        Assert.Equal("new", TextOf(AcceptedMessage.Of((await LogStore.ReadAfterAsync(Pair, 0, 10))[0])));
    }

    [Fact]
    public async Task What_is_not_confirmed_goes_out_with_the_new_text()
    {
        var conversation = await StartWithMessageAsync();
        conversation.Tell(Edit("new"), Session.Ref);
        await Session.ExpectMsgAsync<MessageChangeAnswer>(Patience);
        Users.Send(conversation, new ResendDeliveries(Pair, Bob, DeliveryLife.Ordered, 0));
        Assert.Equal("new", TextOf((await ExpectDeliverAsync(Bob, 1)).Message));
    }

    [Fact]
    public async Task A_change_that_could_not_be_written_can_come_again_and_leaves_no_hole()
    {
        var conversation = await StartWithMessageAsync();
        Database.Writes = StatementFault.Refused;
        conversation.Tell(Edit("lost"), Session.Ref);
        Assert.Equal((ErrorCode.Unavailable, 0L), await AnswerAsync());
        Database.Writes = StatementFault.None;
        conversation.Tell(Edit("new"), Session.Ref);
        Assert.Equal((ErrorCode.None, 1L), await AnswerAsync());
        conversation.Tell(Edit("newer"), Session.Ref);
        Assert.Equal((ErrorCode.None, 2L), await AnswerAsync());
    }

    [Fact]
    public async Task A_change_of_which_nobody_knows_is_there_once_when_it_comes_again()
    {
        NoticeBoard.Of(Sys).Add(Bob, TestActor);
        var conversation = await StartWithMessageAsync();
        Database.Writes = StatementFault.AnswerLost;
        conversation.Tell(Edit("new"), Session.Ref);
        Assert.Equal((ErrorCode.Unavailable, 0L), await AnswerAsync());
        Database.Writes = StatementFault.None;
        conversation.Tell(Edit("new"), Session.Ref);
        Assert.Equal((ErrorCode.None, 1L), await AnswerAsync());
        conversation.Tell(Edit("newer"), Session.Ref);
        Assert.Equal((ErrorCode.None, 2L), await AnswerAsync());
        Assert.Equal((2L, 1L), (Read(await ExpectMsgAsync<SessionNotice>(Patience)) is var push ? push.Rev : 0, push.Prev)); // who listens finds out
    }

    /// <summary>As after a split: another life changes messages too, and this one notices when it writes.</summary>
    [Fact]
    public async Task A_second_writer_makes_no_rev_twice()
    {
        var first = await StartWithMessageAsync();
        var second = Start();
        first.Tell(Edit("one"), Session.Ref);
        Assert.Equal((ErrorCode.None, 1L), await AnswerAsync());
        second.Tell(Edit("two"), Session.Ref);
        Assert.Equal((ErrorCode.None, 2L), await AnswerAsync());
        first.Tell(Edit("three"), Session.Ref);
        Assert.Equal((ErrorCode.None, 3L), await AnswerAsync());
    }

    [Fact]
    public async Task A_write_that_was_judged_by_an_old_rev_has_no_effect()
    {
        await StartWithMessageAsync();
        var basis = await Changes.ReadBasisAsync(Pair, [1], [Alice]);
        basis.Messages[1].Rev = 1;
        var set = new ChangeSet(Pair, 0, 5, [basis.Messages[1]], new HashSet<long>(), []);
        Assert.True(await Changes.WriteAsync(set));
        basis.Messages[1].Pinned = 7;
        Assert.False(await Changes.WriteAsync(set));
        Assert.Equal(0, await ScalarAsync<long>("SELECT pinned FROM MessageState"));
    }

    [Fact]
    public async Task Without_the_lease_nothing_is_changed()
    {
        var conversation = await StartWithMessageAsync();
        Lease.Lose();
        conversation.Tell(Edit("new"), Session.Ref);
        Assert.Equal(ErrorCode.Unavailable, (await Session.ExpectMsgAsync<MessageChangeAnswer>(Patience)).Error);
        Assert.Equal(0, await ScalarAsync<long>("SELECT COUNT(*) FROM MessageState"));
    }

    [Fact]
    public async Task What_is_queued_is_drained_as_it_is_now()
    {
        var conversation = await StartWithMessageAsync();
        conversation.Tell(PostOf(2, "c2"), Session.Ref);
        await Session.ExpectMsgAsync<PostAccepted>(Patience);
        foreach (var seq in (long[])[1, 2])
            await OfflineStore.InsertAsync([new OfflineRow(Bob, Pair, seq, $"c{seq}", 1, BodyOf(Alice, "old"))]);
        conversation.Tell(Edit("new"), Session.Ref);
        Assert.Equal(ErrorCode.None, (await AnswerAsync()).Error);
        conversation.Tell(new ChangeMessage(Pair, Alice, 2, ChangeKind.Recall, ""), Session.Ref);
        Assert.Equal(ErrorCode.None, (await AnswerAsync()).Error);
        var queued = Assert.Single(await OfflineStore.ReadAsync(Bob, 0, 100));
        Assert.Equal((1L, "new"), (queued.Seq, JsonDocument.Parse(queued.Body).RootElement.GetProperty("msg").GetString()));
        Assert.Equal(1, await ScalarAsync<long>("SELECT COUNT(*) FROM OfflineMessage"));
    }

    [Fact]
    public async Task A_listener_of_somebody_else_or_who_has_gone_hears_nothing()
    {
        var board = NoticeBoard.Of(Sys);
        board.Add(Carol, TestActor);
        board.Add(Bob, TestActor);
        board.Remove(Bob, TestActor);
        board.Add(Alice, TestActor);
        board.Tell(new Notice([Bob, Alice], new byte[] { 1 }));
        Assert.Equal(Alice, (await ExpectMsgAsync<SessionNotice>(Patience)).UserId);
    }

    static ChangeMessage Edit(string text) => new(Pair, Alice, 1, ChangeKind.Edit, text);

    static MessageChangedPush Read(SessionNotice notice) => MessageChangedPush.Read(JsonDocument.Parse(notice.Frame).RootElement);

    async Task<(ErrorCode Error, long Rev)> AnswerAsync()
    {
        var answer = await Session.ExpectMsgAsync<MessageChangeAnswer>(Patience);
        return (answer.Error, answer.Rev);
    }

    async Task<IActorRef> StartWithMessageAsync()
    {
        var conversation = Start();
        conversation.Tell(PostOf(1, "c1"), Session.Ref);
        await Session.ExpectMsgAsync<PostAccepted>(Patience);
        await ExpectDeliverAsync(Bob, 1);
        return conversation;
    }
}
