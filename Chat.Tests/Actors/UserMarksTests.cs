using System.Text.Json;
using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Links;
using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>Numbers that clients give.</summary>
public sealed class UserMarksTests : UserTest
{
    [Theory]
    [InlineData(Head + 1)]
    [InlineData(9007199254740991)]
    [InlineData(long.MaxValue)]
    public async Task A_number_that_nobody_has_given_is_refused_and_true_ones_beside_it_are_stored(long number)
    {
        await OfflineStore.InsertAsync([QueuedRow(Head)]);
        var user = Start();
        var (session, _) = await AttachAsync(user, 100);

        user.Tell(Received(Pair, 5), session.Ref);
        user.Tell(Received(Pair, number, reference: "7"), session.Ref);
        user.Tell(Received(Pair, 4), session.Ref);

        var refused = await session.ExpectMsgAsync<MarkRefused>();
        Assert.Equal((Pair, number, ErrorCode.Malformed, Head, "7"), (refused.Conversation, refused.UpTo, refused.Error, refused.Head, Text(refused.Ref)));
        await EventuallyAsync(5L, "SELECT received_to FROM DeliveryMark WHERE userid = 2");
        Assert.Equal($"{Head}", await QueuedAsync());
    }

    [Fact]
    public async Task Marks_of_conversations_of_others_are_refused_and_leave_no_row()
    {
        await ContactStore.CreateGroupAsync(Alice, "g", "");
        await Storage.FilledLog.AppendAsync(Database, ConversationId.Group(1), 3);
        var user = Start();
        var (session, _) = await AttachAsync(user, 100);

        user.Tell(Received(ConversationId.Group(1), 1), session.Ref);
        user.Tell(Received(ConversationId.Group(99), 1), session.Ref);
        user.Tell(Received(ConversationId.Direct(Bob, 99), 1), session.Ref);
        for (var i = 0; i < 3; i++)
            Assert.Equal(ErrorCode.NotYours, (await session.ExpectMsgAsync<MarkRefused>()).Error);

        user.Tell(Received(ConversationId.Group(1), 1, isKnown: true), session.Ref); // he has left since the session was told
        Assert.Equal(ErrorCode.NotYours, (await session.ExpectMsgAsync<MarkRefused>()).Error);
        Assert.Equal(0L, await ScalarAsync<long>("SELECT COUNT(*) FROM DeliveryMark"));
    }

    [Fact]
    public async Task What_was_brought_here_is_believed_at_once_and_written_when_it_is_time()
    {
        await OfflineStore.InsertAsync([QueuedRow(1), QueuedRow(2), QueuedRow(3)]);
        var user = Start();
        var (session, _) = await AttachAsync(user, 100);
        user.Tell(Received(Pair, 3, isKnown: true), session.Ref);
        user.Tell(Received(Pair, 2), session.Ref); // known from the queue

        await EventuallyAsync(3L, "SELECT received_to FROM DeliveryMark WHERE userid = 2");
        await EventuallyAsync(0L, "SELECT COUNT(*) FROM OfflineMessage");
    }

    [Fact]
    public async Task A_mark_that_could_not_be_judged_is_judged_when_the_database_answers()
    {
        var user = Start();
        var (session, _) = await AttachAsync(user, 100);
        Database.Reads = StatementFault.Refused;
        user.Tell(Received(Pair, Head), session.Ref);
        user.Tell(Received(Pair, Head + 1), session.Ref);
        await FenceAsync(user, session);

        Database.Reads = StatementFault.None;

        Assert.Equal(Head + 1, (await session.ExpectMsgAsync<MarkRefused>()).UpTo);
        await EventuallyAsync((long)Head, "SELECT received_to FROM DeliveryMark WHERE userid = 2");
    }

    [Theory]
    [InlineData("received_to")]
    [InlineData("queued_to")]
    public async Task A_stored_mark_above_the_head_stops_no_delivery(string mark)
    {
        await Database.WriteAsync((connection, transaction) =>
        {
            using var command = connection.CreateCommand();
            (command.Transaction, command.CommandText) = (transaction, $"INSERT INTO DeliveryMark (userid, a, b, {mark}) VALUES (2, 1, 2, {Head + 1})");
            return Task.FromResult(command.ExecuteNonQuery());
        });
        var user = Start();

        user.Tell(DeliverOf(Head, mayBeKnown: true, confirmedTo: Head - 1), Conversation.Ref);

        await ExpectConfirmedAsync(Head);
        Assert.Equal($"{Head}", await QueuedAsync());
        Assert.Equal(Head, await ScalarAsync<long>("SELECT MAX(queued_to, received_to) FROM DeliveryMark WHERE userid = 2"));
    }

    [Fact]
    public async Task Who_sends_has_read_and_not_received_what_is_before_it()
    {
        var user = Start();
        user.Tell(new SentUpTo(Bob, [new SentMark(Pair, 7)]));
        user.Tell(new SentUpTo(Bob, [new SentMark(Pair, 9), new SentMark(Pair, 8)]));

        await EventuallyAsync<string?>("9,0,0", "SELECT read_to || ',' || received_to || ',' || queued_to FROM DeliveryMark WHERE userid = 2");
    }

    [Fact]
    public async Task Others_are_told_of_marks_when_they_are_stored()
    {
        NoticeBoard.Of(Sys).Add(Alice, TestActor);
        var user = Start();
        var (session, _) = await AttachAsync(user, 100);
        user.Tell(Received(Pair, 5), session.Ref);
        var told = await ReceiptAsync();
        Assert.Equal(new ReceiptPush(Pair, Bob, 5, 0), told);
        Assert.Equal(5, await ScalarAsync<long>("SELECT received_to FROM DeliveryMark WHERE userid = 2"));

        // Of what follows within a second only the last is told.
        user.Tell(new MarkStored(Bob, Pair, 6, 6));
        user.Tell(new MarkStored(Bob, Pair, 7, 7));
        told = await ReceiptAsync();
        if (told == new ReceiptPush(Pair, Bob, 6, 6)) // on a slow machine the second was over
            told = await ReceiptAsync();
        Assert.Equal(new ReceiptPush(Pair, Bob, 7, 7), told);
    }

    [Fact]
    public async Task Nobody_is_told_of_marks_in_groups_and_in_notes_to_oneself()
    {
        NoticeBoard.Of(Sys).Add(Alice, TestActor);
        NoticeBoard.Of(Sys).Add(Bob, TestActor);
        await ContactStore.CreateGroupAsync(Bob, "g", "", [Alice]);
        await Storage.FilledLog.AppendAsync(Database, ConversationId.Group(1), 3);
        await Storage.FilledLog.AppendAsync(Database, ConversationId.Direct(Bob, Bob), 3);
        var user = Start();
        var (session, _) = await AttachAsync(user, 100);
        user.Tell(Received(ConversationId.Group(1), 3), session.Ref);
        user.Tell(Received(ConversationId.Direct(Bob, Bob), 3), session.Ref);
        await EventuallyAsync(2L, "SELECT COUNT(*) FROM DeliveryMark WHERE userid = 2");
        user.Tell(Received(Pair, 5), session.Ref);
        Assert.Equal(new ReceiptPush(Pair, Bob, 5, 0), await ReceiptAsync());
    }

    [Fact]
    public async Task What_waits_is_told_before_the_actor_ends()
    {
        NoticeBoard.Of(Sys).Add(Alice, TestActor);
        var user = Start();
        user.Tell(new MarkStored(Bob, Pair, 6, 6));
        user.Tell(new MarkStored(Bob, Pair, 7, 7));
        user.Tell(StopUser.Instance);
        Assert.Equal(6, (await ReceiptAsync()).Read);
        Assert.Equal(7, (await ReceiptAsync()).Read);
    }

    async Task<ReceiptPush> ReceiptAsync() => ReceiptPush.Of(JsonDocument.Parse((await ExpectMsgAsync<SessionNotice>(Patience)).Frame).RootElement);

    [Fact]
    public async Task Marks_from_nodes_of_an_earlier_version_are_judged_like_others()
    {
        var user = Start();
        user.Tell(new ReadUpTo(Bob, Pair, Head + 1));
        user.Tell(new ReadUpTo(Bob, Pair, 7));
        user.Tell(new Received(Bob, Pair, Head + 1));
        user.Tell(new Received(Bob, Pair, 6));

        await EventuallyAsync<string?>("7,6", "SELECT read_to || ',' || received_to FROM DeliveryMark WHERE userid = 2");
    }

    static ReceivedUpTo Received(ConversationId id, long seq, bool isKnown = false, string reference = "") =>
        new(Bob, id, seq, isKnown, System.Text.Encoding.UTF8.GetBytes(reference));

    static OfflineRow QueuedRow(long seq) => new(Bob, Pair, seq, $"c{seq}", 1, BodyOf(Alice, $"m{seq}"));

    static string Text(ReadOnlyMemory<byte> bytes) => System.Text.Encoding.UTF8.GetString(bytes.Span);
}
