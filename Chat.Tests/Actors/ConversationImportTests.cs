using System.Security.Cryptography;
using System.Text;
using Akka.Actor;
using Akka.TestKit;
using Chat.Node.Contracts;
using Chat.Protocol;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>Copies of other servers' messages at a conversation.</summary>
public sealed class ConversationImportTests : ConversationTest
{
    const int GroupId = 1;
    readonly TestProbe _keeper;

    public ConversationImportTests() => _keeper = NewProbe("keeper");

    [Fact]
    public async Task A_message_of_two_is_logged_once_brought_like_a_post_and_answered_when_it_is_committed()
    {
        var conversation = Start();
        conversation.Tell(ImportOf(Pair, Bob, "hi", 1), _keeper.Ref);
        await ExpectImportedAsync(1);
        var deliver = await Users.FishForMessageAsync<Deliver>(next => next.UserId == Bob); // Alice's other devices get copies
        Assert.Equal((0L, 1L), (deliver.Incarnation, deliver.Message.Seq));

        conversation.Tell(ImportOf(Pair, Bob, "hi", 1), _keeper.Ref); // its answer was lost
        await ExpectImportedAsync(1);
        conversation.Tell(ImportOf(Pair, Bob, "hi", 2), _keeper.Ref); // an equal one
        await ExpectImportedAsync(2);
        await EventuallyAsync(2L, "SELECT COUNT(*) FROM MessageLog");
    }

    [Fact]
    public async Task A_new_life_knows_a_copy_that_an_earlier_one_has_logged()
    {
        var first = Start();
        first.Tell(ImportOf(Pair, Bob, "hi", 1), _keeper.Ref);
        await ExpectImportedAsync(1);
        Stop(first);
        var second = Start();
        second.Tell(ImportOf(Pair, Bob, "hi", 1), _keeper.Ref);
        second.Tell(ImportOf(Pair, Bob, "next", 2), _keeper.Ref);
        await AwaitAssertAsync(async () =>
        {
            second.Tell(ImportOf(Pair, Bob, "next", 2), _keeper.Ref); // a repetition is what the keeper does
            await _keeper.FishForMessageAsync<Imported>(imported => imported.Number == 2);
        }, Patience);
        await EventuallyAsync(2L, "SELECT COUNT(*) FROM MessageLog");
    }

    [Fact]
    public async Task Copies_for_two_members_are_one_row_that_goes_to_everybody_in_order_and_each_copy_to_its_member()
    {
        await MakeGroupAsync();
        var conversation = Start($"g:{GroupId}");
        conversation.Tell(ImportOf(ConversationId.Group(GroupId), Bob, "all", 1), _keeper.Ref);
        var delivers = await NextDeliversAsync(4);
        Assert.Equal([Alice, Bob, Carol], delivers.Take(3).Select(deliver => deliver.UserId).Order());
        Assert.All(delivers.Take(3), deliver => Assert.True(deliver is { IsSideLane: false, Message: { Seq: 1, IsBridged: true } }));
        var toBob = delivers[3];
        Assert.Equal((Bob, true, false), (toBob.UserId, toBob.IsSideLane, toBob.MayBeKnown));
        conversation.Tell(ImportOf(ConversationId.Group(GroupId), Carol, "all", 2), _keeper.Ref);
        var toCarol = await Users.ExpectMsgAsync<Deliver>();
        Assert.Equal((Carol, true, 1L), (toCarol.UserId, toCarol.IsSideLane, toCarol.Message.Seq));

        Confirm(conversation, toBob);
        await ExpectImportedAsync(1); // only when its member has it
        Confirm(conversation, toCarol);
        await ExpectImportedAsync(2);
        await EventuallyAsync(1L, "SELECT COUNT(*) FROM MessageLog");
    }

    [Fact]
    public async Task A_second_equal_copy_for_one_member_is_a_second_message()
    {
        await MakeGroupAsync();
        var conversation = Start($"g:{GroupId}");
        foreach (var (member, number, seq) in ((int, long, long)[])[(Bob, 1, 1), (Bob, 2, 2), (Carol, 3, 1), (Carol, 4, 2)])
        {
            conversation.Tell(ImportOf(ConversationId.Group(GroupId), member, "same", number), _keeper.Ref);
            var deliver = await Users.FishForMessageAsync<Deliver>(next => next.UserId == member && next.IsSideLane);
            Assert.Equal(seq, deliver.Message.Seq);
            Confirm(conversation, deliver);
            await ExpectImportedAsync(number);
        }
    }

    [Fact]
    public async Task A_copy_of_what_an_earlier_life_has_logged_does_not_wait_for_it()
    {
        await MakeGroupAsync();
        var group = ConversationId.Group(GroupId);
        var first = Start($"g:{GroupId}");
        first.Tell(ImportOf(group, Carol, "early", 1), _keeper.Ref);
        Confirm(first, await Users.FishForMessageAsync<Deliver>(next => next.IsSideLane));
        await ExpectImportedAsync(1);
        Stop(first);
        var second = Start($"g:{GroupId}");
        second.Tell(ImportOf(group, Bob, "early", 2), _keeper.Ref);
        var early = await Users.FishForMessageAsync<Deliver>(next => next is { UserId: Bob, IsSideLane: true });
        Assert.Equal((1L, true), (early.Message.Seq, early.MayBeKnown));
        Assert.Equal(1L, await ScalarAsync<long>("SELECT COUNT(*) FROM MessageLog"));
    }

    [Fact]
    public async Task What_cannot_be_logged_is_refused_with_its_reason()
    {
        var conversation = Start();
        conversation.Tell(ImportOf(Pair, Bob, "hi", 1, sender: 77), _keeper.Ref);
        Assert.Contains("77", (await _keeper.ExpectMsgAsync<Imported>()).Refusal, StringComparison.Ordinal);
        await MakeGroupAsync();
        var group = Start($"g:{GroupId}");
        group.Tell(ImportOf(ConversationId.Group(GroupId), 55, "hi", 2), _keeper.Ref);
        Assert.Contains("55", (await _keeper.ExpectMsgAsync<Imported>()).Refusal, StringComparison.Ordinal);
        Assert.Equal(0, await ScalarAsync<long>("SELECT COUNT(*) FROM MessageLog"));
    }

    [Fact]
    public async Task While_the_database_fails_there_is_no_answer_and_afterwards_one()
    {
        var conversation = Start();
        conversation.Tell(ImportOf(Pair, Bob, "before", 1), _keeper.Ref);
        await ExpectImportedAsync(1);
        Database.Writes = StatementFault.Refused;
        conversation.Tell(ImportOf(Pair, Bob, "hi", 2), _keeper.Ref);
        await _keeper.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
        Database.Writes = StatementFault.None;
        await AwaitAssertAsync(async () =>
        {
            conversation.Tell(ImportOf(Pair, Bob, "hi", 2), _keeper.Ref);
            Assert.Null((await _keeper.ExpectMsgAsync<Imported>(TimeSpan.FromMilliseconds(300))).Refusal);
        }, Patience);
        await EventuallyAsync(2L, "SELECT COUNT(*) FROM MessageLog");
    }

    [Fact]
    public async Task A_copy_that_was_being_looked_up_when_a_write_failed_gets_no_number_before_that_is_settled()
    {
        await MakeGroupAsync();
        var group = ConversationId.Group(GroupId);
        var conversation = Start($"g:{GroupId}");
        conversation.Tell(PostOf(1, "before", group), Session.Ref);
        await Session.ExpectMsgAsync<PostAccepted>();
        var busy = Start();
        var other = NewProbe("other");
        busy.Tell(PostOf(1, "before", session: 200), other.Ref);
        await other.ExpectMsgAsync<PostAccepted>();
        Stall lookup = new(static () => { }), recovery = new(static () => { });
        var reads = 0;
        Database.BeforeRead = () => Interlocked.Increment(ref reads) switch
        {
            1 => lookup.WaitAsync(),
            2 => recovery.WaitAsync(),
            _ => Task.CompletedTask,
        };
        conversation.Tell(ImportOf(group, Bob, "copy", 1), _keeper.Ref);
        await lookup.Reached;
        Database.Writes = StatementFault.Refused;
        conversation.Tell(PostOf(2, "lost", group, answeredTo: 1), Session.Ref);
        await Session.ExpectMsgAsync<PostRefused>();
        await recovery.Reached;
        Database.Writes = StatementFault.None;
        var write = Database.StallWrites();
        busy.Tell(PostOf(2, "keeps the log busy", answeredTo: 1, session: 200), other.Ref); // so that what became of the copy's row comes late
        await write.Reached;
        lookup.Release();
        await _keeper.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(200)); // long enough for the copy to be on its way to the log
        recovery.Release();
        var number = 3L;
        do
            conversation.Tell(PostOf(number, "after", group, answeredTo: number - 1, epoch: (int)number), Session.Ref);
        while (await Session.ReceiveOneAsync(TimeSpan.FromMilliseconds(100)) is not null && ++number < 100); // refused until it has recovered
        write.Release();

        var accepted = await PostUntilAcceptedAsync(conversation, "after", number + 1, group);
        Assert.Equal(2, accepted.Seq);
        await AwaitAssertAsync(async () =>
        {
            conversation.Tell(ImportOf(group, Bob, "copy", 1), _keeper.Ref); // a repetition is what the keeper does
            Assert.Equal(3, (await Users.FishForMessageAsync<Deliver>(next => next is { UserId: Bob, IsSideLane: true })).Message.Seq);
        }, Patience);
        await EventuallyAsync(3L, $"SELECT COUNT(*) FROM MessageLog WHERE a = 0 AND b = {GroupId}");
    }

    async Task<List<Deliver>> NextDeliversAsync(int count)
    {
        var delivers = new List<Deliver>();
        while (delivers.Count < count)
            delivers.Add(await Users.ExpectMsgAsync<Deliver>());
        return delivers;
    }

    async Task ExpectImportedAsync(long number)
    {
        var imported = await _keeper.ExpectMsgAsync<Imported>();
        Assert.Equal((number, null), (imported.Number, imported.Refusal));
    }

    static void Confirm(IActorRef conversation, Deliver deliver) => conversation.Tell(
        new DeliveryConfirmed(deliver.Message.Conversation, deliver.UserId, deliver.Incarnation, deliver.Number), ActorRefs.Nobody);

    static Import ImportOf(ConversationId conversation, int recipient, string text, long number, int sender = Alice)
    {
        var body = BodyOf(sender, text);
        return new Import(conversation, recipient, sender, 99, number, SHA256.HashData(Encoding.UTF8.GetBytes(text)), body);
    }

    async Task MakeGroupAsync()
    {
        Assert.Equal(GroupId, await ContactStore.CreateGroupAsync(Alice, "g", ""));
        foreach (var member in (int[])[Bob, Carol])
            Assert.True(await Database.JoinGroupAsync(member, GroupId));
    }
}
