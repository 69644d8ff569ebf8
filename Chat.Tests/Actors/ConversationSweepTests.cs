using Akka.Actor;
using Akka.TestKit;
using Chat.Node.Contracts;
using Chat.Node.Delivery;
using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>What other lives of a conversation, or its actor on a node that is gone, have left to do.</summary>
public sealed class ConversationSweepTests : ConversationTest
{
    [Fact]
    public async Task An_unfinished_fan_out_of_another_life_is_finished_at_the_start()
    {
        await AppendBehindItsBackAsync(1, "long ago");
        Clock.Advance(TimeSpan.FromMinutes(1));
        UnfinishedSince = Clock.GetUtcNow().ToUnixTimeMilliseconds();
        await AppendBehindItsBackAsync(2, "unfinished");
        var conversation = Start();
        var sweeper = NewProbe();
        conversation.Tell(new ResumeFanOut(Pair), sweeper.Ref);

        foreach (var deliver in await ExpectDeliverToBothAsync(2))
        {
            Assert.Equal("unfinished", TextOf(deliver.Message));
            Confirm(conversation, deliver, NewProbe().Ref);
        }

        await sweeper.ExpectMsgAsync<FanOutFinished>();
    }

    [Fact]
    public async Task A_finished_fan_out_is_not_repeated_at_the_start()
    {
        await AppendBehindItsBackAsync(1, "done");
        var conversation = Start();
        var sweeper = NewProbe();
        conversation.Tell(new ResumeFanOut(Pair), sweeper.Ref);

        await sweeper.ExpectMsgAsync<FanOutFinished>();
        Assert.False(Users.HasMessages);
    }

    [Fact]
    public async Task What_a_node_logged_before_it_died_is_found_by_a_conversation_that_had_started_before()
    {
        Clock.Stop(); // nothing is sent again
        var conversation = Start();
        conversation.Tell(PostOf(1, "a"), Session.Ref);
        Confirm(conversation, await ExpectDeliverAsync(Bob, 1), Users.Ref);
        await Session.ExpectMsgAsync<PostAccepted>();
        await AppendBehindItsBackAsync(2, "its last words");
        var sweeper = NewProbe();
        conversation.Tell(new ResumeFanOut(Pair), sweeper.Ref);

        foreach (var deliver in await ExpectDeliverToBothAsync(2))
        {
            Assert.Equal("its last words", TextOf(deliver.Message));
            Confirm(conversation, deliver, NewProbe().Ref);
        }

        await sweeper.ExpectMsgAsync<FanOutFinished>();
        conversation.Tell(PostOf(2, "b"), Session.Ref);
        Assert.Equal(3, (await Session.ExpectMsgAsync<PostAccepted>()).Seq);
    }

    [Fact]
    public async Task A_conversation_that_ends_before_it_knows_what_became_of_a_row_leaves_it_to_its_next_life()
    {
        var conversation = Start();
        conversation.Tell(PostOf(1, "a"), Session.Ref);
        Confirm(conversation, await ExpectDeliverAsync(Bob, 1), NewProbe().Ref);
        await Session.ExpectMsgAsync<PostAccepted>();
        Clock.Advance(TimeSpan.FromSeconds(1));
        (Database.Writes, Database.Reads) = (StatementFault.AnswerLost, StatementFault.Refused);
        conversation.Tell(PostOf(2, "b"), Session.Ref);
        await Session.ExpectMsgAsync<PostRefused>();
        Watch(conversation);
        conversation.Tell(StopConversation.Instance);
        await ExpectTerminatedAsync(conversation);

        Assert.Equal([Pair], FanOutWatermarks.Abandoned());
        Assert.NotEqual(long.MaxValue, FanOutWatermarks.OldestTs());
        (Database.Writes, Database.Reads) = (StatementFault.None, StatementFault.None);
        Start();
        await ExpectDeliverToBothAsync(2);
    }

    [Fact]
    public async Task A_sweeper_is_answered_although_the_conversation_never_rests()
    {
        var conversation = Start();
        var user = NewProbe();
        Users.SetAutoPilot(new ConfirmingUsers(conversation, user.Ref));
        var sweeper = NewProbe();
        for (var number = 1; number <= 50; number++)
        {
            conversation.Tell(PostOf(number, $"c{number}"), Session.Ref);
            if (number == 10)
                conversation.Tell(new ResumeFanOut(Pair), sweeper.Ref);
        }

        await sweeper.ExpectMsgAsync<FanOutFinished>();
        for (var number = 1; number <= 50; number++)
            Assert.Equal(number, (await Session.ExpectMsgAsync<PostAccepted>()).Seq);
    }

    [Fact]
    public async Task Many_unfinished_messages_do_not_wait_for_the_clock()
    {
        Clock.Stop();
        UnfinishedSince = 0;
        await LogStore.AppendAsync([.. Enumerable.Range(1, 1000).Select(seq =>
            new LogRow(Pair, seq, Bob, $"c{seq}", Clock.GetUtcNow().ToUnixTimeMilliseconds(), BodyOf(Bob, $"c{seq}", Alice)))]);
        var conversation = Start();
        var (alice, bob, sweeper) = (NewProbe(), NewProbe(), NewProbe());
        conversation.Tell(new ResumeFanOut(Pair), sweeper.Ref);
        await ExpectDeliverToBothAsync(1);

        // Bob's marks say that he has nearly all; Alice has nothing yet, and confirms one after the other.
        conversation.Tell(new DeliveryConfirmed(Pair, Bob, 0, UpTo: 990), bob.Ref);
        for (var number = 991; number <= 1000; number++)
            Assert.Equal(number, (await bob.ExpectMsgAsync<Deliver>()).Number);
        conversation.Tell(new DeliveryConfirmed(Pair, Bob, 0, UpTo: 1000), bob.Ref);
        conversation.Tell(new DeliveryConfirmed(Pair, Alice, 0, UpTo: 1), alice.Ref);
        for (var number = 2; number <= 1000; number++)
        {
            var deliver = await alice.ExpectMsgAsync<Deliver>();
            Assert.Equal((number, number - 1), (deliver.Number, deliver.Previous));
            Confirm(conversation, deliver, alice.Ref);
        }

        await sweeper.ExpectMsgAsync<FanOutFinished>();
        Assert.False(Users.HasMessages);
    }

    sealed class ConfirmingUsers(IActorRef conversation, IActorRef user) : AutoPilot
    {
        public override AutoPilot Run(IActorRef sender, object message)
        {
            if (message is Deliver deliver)
                Confirm(conversation, deliver, user);
            return KeepRunning;
        }
    }
}
