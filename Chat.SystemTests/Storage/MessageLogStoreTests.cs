using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

public abstract class MessageLogStoreTests : StorageTest
{
    static readonly ConversationId One = ConversationId.Direct(1, 2);
    static readonly ConversationId Other = ConversationId.Group(7);

    readonly MessageLogStore _store;

    private protected MessageLogStoreTests(StorageProvider provider)
        : base(provider) => _store = new MessageLogStore(Database.Chat, Database.Node);

    public sealed class OnSqlite() : MessageLogStoreTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : MessageLogStoreTests(StorageProvider.MySql);

    [Fact]
    public async Task A_row_comes_back_as_it_was_written()
    {
        byte[] body = [.. "{\"msg\":\"你😀\"}"u8];
        Assert.Equal([Written(1, 1001)], await _store.AppendAsync([new LogRow(One, 1, 2, "c é", 1001, body)]));

        var row = Assert.Single(await _store.ReadAfterAsync(One, 0, 10));

        Assert.Equal((One, 1L, 2, "c é", 1001L), (row.Conversation, row.Seq, row.Sender, row.Cmid, row.Ts));
        Assert.Equal(body, row.Body.ToArray());
        Assert.Equal(Database.Node.Incarnation, await Database.ScalarAsync<long>("SELECT node FROM MessageLog"));
    }

    [Fact]
    public async Task The_same_message_again_is_a_duplicate_with_the_old_number_and_time()
    {
        await _store.AppendAsync([Row(One, 1, "a", ts: 500), Row(One, 2, "b")]);
        Assert.Equal([new AppendOutcome(AppendStatus.Duplicate, 1, 500)], await _store.AppendAsync([Row(One, 3, "a", ts: 900)]));
        Assert.Equal(2, await CountAsync(One));
    }

    [Fact]
    public async Task The_same_cmid_of_another_sender_or_in_another_conversation_is_another_message()
    {
        var outcomes = await _store.AppendAsync([Row(One, 1, "a", sender: 1), Row(One, 2, "a", sender: 2), Row(Other, 1, "a", sender: 1)]);
        Assert.All(outcomes, outcome => Assert.Equal(AppendStatus.Written, outcome.Status));
    }

    [Fact]
    public async Task Cmids_that_differ_in_case_or_space_are_different()
    {
        string[] cmids = ["ab", "aB", "Ab", "ab ", " ab", "ａｂ", "a\u0301", "á"];
        var outcomes = await _store.AppendAsync([.. cmids.Select((cmid, i) => Row(One, i + 1, cmid))]);
        Assert.All(outcomes, outcome => Assert.Equal(AppendStatus.Written, outcome.Status));
        Assert.Equal(cmids, (await _store.ReadAfterAsync(One, 0, 99)).Select(row => row.Cmid));
    }

    [Theory]
    [InlineData("a\0b")]
    [InlineData("\0")]
    [InlineData("'; DROP TABLE MessageLog; --")]
    [InlineData("😀")]
    public async Task A_cmid_may_hold_any_character(string cmid)
    {
        await _store.AppendAsync([Row(One, 1, cmid, ts: 500)]);
        Assert.Equal([new AppendOutcome(AppendStatus.Duplicate, 1, 500)], await _store.AppendAsync([Row(One, 2, cmid)]));
        Assert.Equal(cmid, Assert.Single(await _store.ReadAfterAsync(One, 0, 9)).Cmid);
        Assert.Equal(cmid, (await _store.HeadsAsync([One]))[One].Cmid);
    }

    [Fact]
    public async Task A_number_that_is_taken_by_another_message_is_a_conflict()
    {
        await _store.AppendAsync([Row(One, 1, "a")]);
        Assert.Equal([new AppendOutcome(AppendStatus.Conflict, 0, 0)], await _store.AppendAsync([Row(One, 1, "b")]));
        Assert.Equal("a", SqlDialect.TextOf(await Database.ScalarAsync<object>("SELECT cmid FROM MessageLog")));
    }

    [Fact]
    public async Task What_hits_both_keys_is_a_duplicate()
    {
        await _store.AppendAsync([Row(One, 1, "a", ts: 500)]);
        Assert.Equal([new AppendOutcome(AppendStatus.Duplicate, 1, 500)], await _store.AppendAsync([Row(One, 1, "a", ts: 501)]));
    }

    [Fact]
    public async Task Rows_behind_a_failed_one_are_not_written_and_those_of_other_conversations_are()
    {
        await _store.AppendAsync([Row(One, 1, "a"), Row(One, 2, "b")]);

        var outcomes = await _store.AppendAsync(
            [Row(Other, 1, "x"), Row(One, 3, "c"), Row(One, 4, "a"), Row(One, 5, "d"), Row(Other, 2, "y"), Row(One, 6, "e")]);

        Assert.Equal(
            [AppendStatus.Written, AppendStatus.Written, AppendStatus.Duplicate, AppendStatus.Unknown, AppendStatus.Written, AppendStatus.Unknown],
            outcomes.Select(outcome => outcome.Status));
        Assert.Equal([1, 2, 3], (await _store.ReadAfterAsync(One, 0, 99)).Select(row => row.Seq));
        Assert.Equal([1, 2], (await _store.ReadAfterAsync(Other, 0, 99)).Select(row => row.Seq));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_page_ends_when_it_has_enough_bytes(bool isBackwards)
    {
        const int Rows = 300;
        await _store.AppendAsync([.. Enumerable.Range(1, Rows).Select(i => Row(One, i, $"c{i}") with { Body = new byte[1000] })]);
        var from = isBackwards ? long.MaxValue : 0;

        Assert.Equal((Seqs(Rows), false), await PageAsync(1000, int.MaxValue));
        Assert.Equal((Seqs(200), false), await PageAsync(200, int.MaxValue));
        Assert.Equal((Seqs(11), true), await PageAsync(1000, 10_000)); // one more than fits
        Assert.Equal((Seqs(151), true), await PageAsync(1000, 150_000));
        Assert.Equal((Seqs(1), true), await PageAsync(1000, 10));

        string Seqs(int count) => string.Join(' ', isBackwards ? Enumerable.Range(Rows - count + 1, count) : Enumerable.Range(1, count));
        async Task<(string Seqs, bool IsCut)> PageAsync(int limit, int maxBytes)
        {
            var page = await _store.ReadPageAsync(One, from, isBackwards, limit, maxBytes);
            return (string.Join(' ', page.Rows.Select(row => row.Seq)), page.IsCut);
        }
    }

    [Fact]
    public async Task A_duplicate_within_one_batch_is_found_too()
    {
        var outcomes = await _store.AppendAsync([Row(One, 1, "a", ts: 500), Row(One, 2, "a", ts: 600)]);
        Assert.Equal([Written(1, 500), new AppendOutcome(AppendStatus.Duplicate, 1, 500)], outcomes);
    }

    [Fact]
    public async Task Pages_go_forwards_and_backwards_and_are_always_ascending()
    {
        await _store.AppendAsync([.. Enumerable.Range(1, 9).Select(seq => Row(One, seq, $"c{seq}"))]);
        await _store.AppendAsync([Row(Other, 1, "z")]);

        Assert.Equal([4, 5, 6], (await _store.ReadAfterAsync(One, 3, 3)).Select(row => row.Seq));
        Assert.Equal([4, 5, 6], (await _store.ReadBeforeAsync(One, 7, 3)).Select(row => row.Seq));
        Assert.Equal([8, 9], (await _store.ReadBeforeAsync(One, long.MaxValue, 2)).Select(row => row.Seq));
        Assert.Empty(await _store.ReadAfterAsync(One, 9, 3));
        Assert.Empty(await _store.ReadBeforeAsync(One, 1, 3));
    }

    [Fact]
    public async Task Heads_of_several_conversations_come_together()
    {
        await _store.AppendAsync([Row(One, 1, "a"), Row(One, 2, "b", sender: 2, ts: 700), Row(Other, 1, "x", ts: 800)]);
        var heads = await _store.HeadsAsync([One, Other, ConversationId.Group(99)]);
        Assert.Equal(2, heads.Count);
        Assert.Equal(new LogHead(2, 700, 2, "b"), heads[One]);
        Assert.Equal(new LogHead(1, 800, 1, "x"), heads[Other]);
    }

    [Fact]
    public async Task The_first_number_since_a_time_is_found()
    {
        await _store.AppendAsync([Row(One, 1, "a", ts: 100), Row(One, 2, "b", ts: 200), Row(One, 3, "c", ts: 300)]);
        await _store.AppendAsync([Row(Other, 1, "x", ts: 150), Row(Other, 2, "y", ts: 150), Row(ConversationId.Group(99), 1, "z", ts: 900)]);
        Assert.Equal(2, await FirstAsync(101));
        Assert.Equal(2, await FirstAsync(200));
        Assert.Equal(3, await FirstAsync(201));
        Assert.Equal(1, await FirstAsync(100));
        var firsts = await _store.FirstsSinceAsync([(One, 3, 300), (Other, 2, 150)]);
        Assert.Equal((3, 1, 2), (firsts[One], firsts[Other], firsts.Count));

        async Task<long> FirstAsync(long ts) => Assert.Single(await _store.FirstsSinceAsync([(One, 3, ts)])).Value;
    }

    [Fact]
    public async Task What_is_far_below_the_newest_row_is_finished()
    {
        await _store.AppendAsync([.. new[] { 1L, 2, 3, 10_002, 10_003 }.Select(seq => Row(One, seq, $"c{seq}", ts: 500))]);
        Assert.Equal(4, Assert.Single(await _store.FirstsSinceAsync([(One, 10_003, 500)])).Value);
    }

    [Fact]
    public async Task What_a_node_logged_since_a_time_is_found()
    {
        var elsewhere = new MessageLogStore(Database.Chat, new NodeIdentity("there", 2002));
        await _store.AppendAsync([Row(One, 1, "a", ts: 100), Row(Other, 1, "b", ts: 200), Row(Other, 2, "c", ts: 201)]);
        await elsewhere.AppendAsync([Row(One, 2, "d", ts: 300)]);

        Assert.Equal([Other, One], (await _store.TouchedSinceAsync(1001, 100)).Order());
        Assert.Equal([Other], await _store.TouchedSinceAsync(1001, 200));
        Assert.Equal([One], await _store.TouchedSinceAsync(2002, 200));
        Assert.Empty(await _store.TouchedSinceAsync(2002, 301));
    }

    [Fact]
    public async Task A_user_has_its_conversations_with_heads_and_marks_and_no_others()
    {
        var contacts = new ContactStore(Database.Chat);
        var marks = new DeliveryMarks(Database.Chat, Database.Clock, NullLogger<DeliveryMarks>.Instance);
        await FilledLog.AddUsersAsync(Database.Chat, 3);
        await contacts.CreateGroupAsync(1, "g1", ""); // group 1, with user 1
        await contacts.CreateGroupAsync(2, "g2", ""); // group 2, without
        await contacts.CreateGroupAsync(1, "g3", ""); // group 3, silent
        var self = ConversationId.Direct(1, 1);
        await _store.AppendAsync(
        [
            Row(One, 1, "a"), Row(One, 2, "b", ts: 222), Row(self, 1, "c"), Row(ConversationId.Direct(2, 3), 1, "d"),
            Row(ConversationId.Group(1), 1, "e", ts: 111), Row(ConversationId.Group(2), 1, "f"),
        ]);
        await marks.RaiseAsync([new DeliveryMark(1, One, 0, 2, 1), new DeliveryMark(2, One, 2, 2, 2)]);
        await Database.ExecuteAsync("UPDATE DeliveryMark SET hidden_to = 1 WHERE userid = 1");

        var rows = (await _store.ConversationsOfAsync(1)).ToDictionary(row => row.Conversation);

        Assert.Equal([ConversationId.Group(1), self, One], rows.Keys.Order());
        Assert.Equal((2L, 222L, 2L, 1L, Database.Clock.Milliseconds), (rows[One].Head, rows[One].Ts, rows[One].ReceivedTo, rows[One].ReadTo, rows[One].Updated));
        Assert.Equal((1L, 1L, 0L), (rows[One].Sender, rows[One].HiddenTo, rows[self].HiddenTo));
        Assert.Equal((1L, 111L, 0L, 0L, 0L), (rows[ConversationId.Group(1)].Head, rows[ConversationId.Group(1)].Ts, rows[ConversationId.Group(1)].ReceivedTo, rows[ConversationId.Group(1)].ReadTo, rows[ConversationId.Group(1)].Updated));
    }

    Task<int> CountAsync(ConversationId id) => Database.ScalarAsync<int>("SELECT COUNT(*) FROM MessageLog WHERE a = @A AND b = @B", new { id.A, id.B });

    static AppendOutcome Written(long seq, long ts) => new(AppendStatus.Written, seq, ts);

    static LogRow Row(ConversationId id, long seq, string cmid, int sender = 1, long ts = 1000) => new(id, seq, sender, cmid, ts, "{}"u8.ToArray());
}
