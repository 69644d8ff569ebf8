using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>Another program has written numbers that no message has: they say nothing, and the rows beside them stay as good as they are.</summary>
public abstract class StrangeNumbersTests : StorageTest
{
    static readonly ConversationId One = ConversationId.Direct(1, 2);

    readonly MessageLogStore _log;
    readonly DeliveryMarks _marks;

    private protected StrangeNumbersTests(StorageProvider provider)
        : base(provider) =>
        (_log, _marks) = (new MessageLogStore(Database.Chat, Database.Node), new DeliveryMarks(Database.Chat, Database.Clock, NullLogger<DeliveryMarks>.Instance));

    public sealed class OnSqlite() : StrangeNumbersTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : StrangeNumbersTests(StorageProvider.MySql);

    [Theory]
    [InlineData(-5)]
    [InlineData(0)]
    [InlineData(9007199254740992)]
    [InlineData(long.MaxValue)]
    public async Task A_row_of_the_log_whose_number_is_none_is_passed_over(long seq)
    {
        await FilledLog.AddUsersAsync(Database.Chat, 2);
        await FilledLog.AppendAsync(Database.Chat, One, 3);
        await StoreAsync(One.A, One.B, seq, ts: 5);

        Assert.Equal(3, (await _log.HeadsAsync([One]))[One].Seq);
        Assert.Equal([1, 2, 3], (await _log.ReadAfterAsync(One, -10, 10)).Select(row => row.Seq));
        Assert.Equal([1, 2, 3], (await _log.ReadBeforeAsync(One, long.MaxValue, 10)).Select(row => row.Seq));
        Assert.Equal(3, Assert.Single(await _log.ConversationsOfAsync(1)).Head);
        Assert.Equal(new MarkVerdict(MarkOutcome.AboveHead, 3), Assert.Single(await _marks.RaiseAsync([new DeliveryMark(1, One, 0, 0, 4)])));
    }

    [Fact]
    public async Task A_time_that_is_none_stops_no_clock()
    {
        await StoreAsync(One.A, One.B, seq: 1, ts: long.MaxValue);
        Assert.Equal(0, (await _log.HeadsAsync([One]))[One].Ts);
    }

    [Fact]
    public async Task A_conversation_that_is_none_hides_no_other()
    {
        await FilledLog.AddUsersAsync(Database.Chat, 2);
        await FilledLog.AppendAsync(Database.Chat, One, 3);
        await StoreAsync(2, -4, seq: 1, ts: 5);
        Assert.Equal((1L, 2L), Assert.Single(await _log.ConversationsOfAsync(2)) is var row ? (row.A, row.B) : default);
    }

    [Fact]
    public async Task A_queued_message_with_strange_numbers_is_given_without_them()
    {
        var store = new OfflineStore(Database.Chat, Database.Clock, NullLogger<OfflineStore>.Instance);
        await Database.ExecuteAsync("INSERT INTO OfflineMessage (userid, message, a, b, seq, ts) VALUES (2, '{}', -1, 2, -7, -8), (2, '{}', 1, 2, 6, 7)");
        Assert.Equal(
            [(null, 0L, 0L), (One, 6L, 7L)],
            (await store.ReadAsync(2, 0, 10)).Select(row => (row.Conversation, row.Seq, row.Ts)));
    }

    async Task StoreAsync(int a, int b, long seq, long ts)
    {
        await Database.ExecuteAsync("DELETE FROM Conversation WHERE a = @a AND b = @b", new { a, b });
        await Database.ExecuteAsync("INSERT INTO Conversation (a, b) VALUES (@a, @b)", new { a, b });
        await Database.ExecuteAsync(
            "INSERT INTO MessageLog (a, b, seq, sender, cmid, ts, node, body) VALUES (@a, @b, @seq, 1, 'strange', @ts, 1, '{}')", new { a, b, seq, ts });
    }
}
