using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Storage;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

public abstract class DeliveryMarksTests : StorageTest
{
    static readonly ConversationId One = ConversationId.Direct(1, 2);
    static readonly ConversationId Group = ConversationId.Group(1);
    static readonly ConversationId Empty = ConversationId.Direct(1, 3);

    readonly DeliveryMarks _marks;

    private protected DeliveryMarksTests(StorageProvider provider)
        : base(provider) => _marks = new DeliveryMarks(Database.Chat, Database.Clock, NullLogger<DeliveryMarks>.Instance);

    public sealed class OnSqlite() : DeliveryMarksTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : DeliveryMarksTests(StorageProvider.MySql);

    [Fact]
    public async Task A_mark_that_was_never_set_is_zero() =>
        Assert.Equal(new DeliveryMark(2, One, 0, 0, 0), await _marks.ReadAsync(2, One));

    [Fact]
    public async Task Marks_move_forward_each_for_itself_and_never_back()
    {
        await FillAsync();
        await _marks.RaiseAsync([new DeliveryMark(2, One, 5, 5, 5)]);
        await _marks.RaiseAsync([new DeliveryMark(2, One, 7, 3, 5)]);
        await _marks.RaiseAsync([new DeliveryMark(2, One, 0, 6, 4)]);
        Assert.Equal(new DeliveryMark(2, One, 7, 6, 5), await _marks.ReadAsync(2, One));
    }

    [Fact]
    public async Task A_mark_of_zero_is_accepted_and_leaves_no_row()
    {
        await FillAsync();
        Assert.All(await _marks.RaiseAsync([new DeliveryMark(2, One, 0, 0, 0), new DeliveryMark(2, Group, 0, 0, 0)]), verdict => Assert.Equal(MarkOutcome.Stored, verdict.Outcome));
        Assert.Equal(0L, await Database.ScalarAsync<long>("SELECT COUNT(*) FROM DeliveryMark"));
    }

    [Fact]
    public async Task Marks_of_others_stay()
    {
        await FillAsync();
        await _marks.RaiseAsync([new DeliveryMark(2, One, 1, 2, 3), new DeliveryMark(1, One, 4, 5, 6), new DeliveryMark(2, Group, 7, 8, 9)]);
        Assert.Equal(new DeliveryMark(2, One, 1, 2, 3), await _marks.ReadAsync(2, One));
        Assert.Equal(new DeliveryMark(1, One, 4, 5, 6), await _marks.ReadAsync(1, One));
        Assert.Equal(new DeliveryMark(2, Group, 7, 8, 9), await _marks.ReadAsync(2, Group));
    }

    [Fact]
    public async Task The_time_of_a_mark_is_when_the_person_last_read_further()
    {
        await FillAsync();
        await _marks.RaiseAsync([new DeliveryMark(2, One, 1, 1, 0)]);
        Assert.Equal(0, await UpdatedAsync());
        var first = await RaiseLaterAsync(new DeliveryMark(2, One, 1, 1, 1));
        Assert.Equal(first, await UpdatedAsync());
        await RaiseLaterAsync(new DeliveryMark(2, One, 9, 9, 1));
        await RaiseLaterAsync(new DeliveryMark(2, One, 9, 9, 0));
        Assert.Equal(first, await UpdatedAsync());
        Assert.Equal(await RaiseLaterAsync(new DeliveryMark(2, One, 0, 0, 2)), await UpdatedAsync());
    }

    [Fact]
    public async Task A_number_above_the_head_is_refused_and_spoils_no_other()
    {
        await FillAsync();
        var verdicts = await _marks.RaiseAsync(
        [
            new DeliveryMark(2, One, 0, 3, 0), new DeliveryMark(2, One, 0, 11, 0), new DeliveryMark(2, One, 0, 0, long.MaxValue),
            new DeliveryMark(2, One, 0, 10, 0), new DeliveryMark(1, One, 0, 4, 0), new DeliveryMark(1, Empty, 0, 1, 0),
        ]);

        Assert.Equal(
            [
                new MarkVerdict(MarkOutcome.Stored, 10), new(MarkOutcome.AboveHead, 10), new(MarkOutcome.AboveHead, 10),
                new(MarkOutcome.Stored, 10), new(MarkOutcome.Stored, 10), new(MarkOutcome.AboveHead, 0),
            ],
            verdicts.Select(verdict => verdict with { Receipt = null }));
        Assert.Equal(new DeliveryMark(2, One, 0, 10, 0), await _marks.ReadAsync(2, One));
        Assert.Equal(2, await CountAsync());
    }

    [Fact]
    public async Task A_verdict_says_how_far_the_user_is_and_nothing_where_that_is_no_news()
    {
        await FillAsync();
        Assert.Equal(new ReceiptMark(3, 0), await ReceiptAsync(new DeliveryMark(2, One, 0, 3, 0)));
        Assert.Equal(new ReceiptMark(5, 5), await ReceiptAsync(new DeliveryMark(2, One, 0, 0, 5))); // who has read has received
        Assert.Null(await ReceiptAsync(new DeliveryMark(2, One, 0, 5, 4)));
        Assert.Equal(new ReceiptMark(6, 5), await ReceiptAsync(new DeliveryMark(2, One, 9, 6, 0)));
        Assert.Null(await ReceiptAsync(new DeliveryMark(2, One, 10, 0, 0)));
    }

    [Fact]
    public async Task Who_hides_receipts_reads_on_unseen_and_is_seen_again_with_the_next_mark_afterwards()
    {
        await FillAsync();
        var presence = new Presence(Database.Chat);
        await _marks.RaiseAsync([new DeliveryMark(2, One, 0, 2, 2)]);
        await presence.HideAsync(2, new HiddenThings(Presence: false, Receipts: true));
        Assert.Null(await ReceiptAsync(new DeliveryMark(2, One, 0, 0, 4)));
        Assert.Equal(new ReceiptMark(5, 2), await ReceiptAsync(new DeliveryMark(2, One, 0, 5, 5)));
        Assert.Equal(new ReceiptMark(1, 0), await ReceiptAsync(new DeliveryMark(2, Group, 0, 1, 1))); // a row that is new
        Assert.Equal([(2L, 5L)], await WhoAsync(One, 1));
        Assert.Equal([(0L, 1L)], await WhoAsync(Group, 1));
        Assert.Equal(5, (await _marks.ReadAsync(2, One)).ReadTo); // for the user it has moved

        await presence.HideAsync(2, default);
        Assert.Null(await ReceiptAsync(new DeliveryMark(2, One, 0, 0, 5)));
        Assert.Equal([(2L, 5L)], await WhoAsync(One, 1));
        Assert.Equal(new ReceiptMark(6, 6), await ReceiptAsync(new DeliveryMark(2, One, 0, 0, 6)));
        Assert.Equal([(6L, 6L)], await WhoAsync(One, 1));
    }

    [Fact]
    public async Task Who_has_a_message_is_counted_and_listed_without_its_sender()
    {
        await FillAsync();
        await Database.ExecuteAsync("INSERT INTO GroupUser (groupid, userid) VALUES (1, 3)");
        await _marks.RaiseAsync([new DeliveryMark(1, Group, 0, 9, 9), new DeliveryMark(2, Group, 0, 5, 0), new DeliveryMark(3, Group, 0, 7, 6)]);
        await Database.ExecuteAsync("UPDATE MessageLog SET sender = 1");
        var store = new ReceiptStore(Database.Chat);
        foreach (var (seq, received, read) in ((long, int, int)[])[(5, 2, 1), (6, 1, 1), (7, 1, 0), (8, 0, 0)])
        {
            var counts = (await store.CountAsync(Group, seq))!;
            Assert.Equal((seq, 10L, 2, received, read), (seq, counts.Head, counts.Members, counts.Received, counts.HasRead));
            Assert.Equal(received, (await store.WhoAsync(Group, seq, counts, 0, 10)).Count);
        }

        var five = (await store.CountAsync(Group, 5))!;
        Assert.Equal([new ReaderEntry(2, 5, 0)], await store.WhoAsync(Group, 5, five, 0, 1));
        Assert.Equal([new ReaderEntry(3, 7, 6)], await store.WhoAsync(Group, 5, five, 2, 1));
        Assert.Null(await store.CountAsync(Group, 11));

        await StoreAsync(2, One, queuedTo: 0, receivedTo: 11, readTo: 99); // numbers that nobody has given
        var direct = (await store.CountAsync(One, 10))!;
        Assert.Equal((1, 1, 1), (direct.Members, direct.Received, direct.HasRead));
        Assert.Equal([new ReaderEntry(2, 10, 10)], await store.WhoAsync(One, 10, direct, 0, 10));
    }

    async Task<ReceiptMark?> ReceiptAsync(DeliveryMark mark) => Assert.Single(await _marks.RaiseAsync([mark])).Receipt;

    /// <summary>How far the others are, as they are shown: read and received.</summary>
    async Task<IEnumerable<(long Read, long Received)>> WhoAsync(ConversationId id, long seq)
    {
        var store = new ReceiptStore(Database.Chat);
        return (await store.WhoAsync(id, seq, (await store.CountAsync(id, seq))!, 0, 10)).Select(entry => (entry.Read, entry.Received));
    }

    [Fact]
    public async Task Nobody_has_a_mark_where_he_takes_no_part()
    {
        await FillAsync();
        await FilledLog.AppendAsync(Database.Chat, ConversationId.Direct(1, 99), 1);
        DeliveryMark[] notOurs =
        [
            new(3, One, 0, 1, 1), new(3, Group, 0, 1, 1), new(1, ConversationId.Group(99), 0, 0, 0), new(1, ConversationId.Direct(1, 99), 0, 1, 1),
            new(99, ConversationId.Direct(1, 99), 0, 1, 1), new(1, ConversationId.Direct(2, 2), 0, 0, 0),
        ];

        Assert.All(await _marks.RaiseAsync(notOurs), verdict => Assert.Equal(MarkOutcome.NotYours, verdict.Outcome));
        Assert.Equal(0, await CountAsync());
        Assert.Equal(MarkOutcome.Stored, (await _marks.RaiseAsync([new DeliveryMark(2, Group, 0, 1, 0)]))[0].Outcome);

        await Database.ExecuteAsync("DELETE FROM GroupUser WHERE groupid = 1 AND userid = 2");
        Assert.Equal(MarkOutcome.NotYours, (await _marks.RaiseAsync([new DeliveryMark(2, Group, 0, 2, 0)]))[0].Outcome);
        Assert.Equal(1, await Database.ScalarAsync<long>("SELECT received_to FROM DeliveryMark"));
    }

    [Fact]
    public async Task A_stored_mark_above_the_head_says_nothing_and_is_put_right_when_it_is_read()
    {
        await FillAsync();
        await StoreAsync(2, One, queuedTo: 4, receivedTo: 11, readTo: 9007199254740991);

        Assert.Equal(new DeliveryMark(2, One, 4, 0, 10), await _marks.ReadAsync(2, One));
        await FilledLog.AppendAsync(Database.Chat, One, 12, first: 11); // it would be below the head now
        Assert.Equal(new DeliveryMark(2, One, 4, 0, 10), await _marks.ReadAsync(2, One));
    }

    [Fact]
    public async Task A_stored_mark_above_the_head_does_not_outdo_a_true_one()
    {
        await FillAsync();
        await StoreAsync(2, One, queuedTo: 0, receivedTo: 9007199254740991, readTo: 9007199254740991);

        await _marks.RaiseAsync([new DeliveryMark(2, One, 0, 6, 5)]);

        Assert.Equal(new DeliveryMark(2, One, 0, 6, 10), await _marks.ReadAsync(2, One));
    }

    [Fact]
    public async Task Before_a_conversation_gives_numbers_the_marks_of_its_members_are_put_right()
    {
        await FillAsync();
        await StoreAsync(1, One, queuedTo: 10, receivedTo: 10, readTo: 10);
        await StoreAsync(2, One, queuedTo: 3, receivedTo: 11, readTo: 0);
        await StoreAsync(2, Group, queuedTo: 12, receivedTo: 2, readTo: 0);
        await StoreAsync(1, Empty, queuedTo: 0, receivedTo: 1, readTo: 1);

        await _marks.PutRightAsync([new LogEnd(One, 10, 8), new LogEnd(Group, 10, 10), new LogEnd(Empty, 0, 0)]);
        await FilledLog.AppendAsync(Database.Chat, One, 12, first: 11);
        await FilledLog.AppendAsync(Database.Chat, Group, 12, first: 11);
        await FilledLog.AppendAsync(Database.Chat, Empty, 2);

        Assert.Equal(new DeliveryMark(1, One, 10, 10, 10), await _marks.ReadAsync(1, One));
        Assert.Equal(new DeliveryMark(2, One, 3, 8, 0), await _marks.ReadAsync(2, One));
        Assert.Equal(new DeliveryMark(2, Group, 10, 2, 0), await _marks.ReadAsync(2, Group));
        Assert.Equal(new DeliveryMark(1, Empty, 0, 0, 0), await _marks.ReadAsync(1, Empty));
    }

    [Fact]
    public async Task A_stored_mark_below_zero_says_nothing_and_is_put_right()
    {
        await FillAsync();
        await StoreAsync(1, One, queuedTo: -5, receivedTo: 4, readTo: -7);
        await StoreAsync(2, One, queuedTo: 2, receivedTo: -1, readTo: 3);
        await StoreAsync(2, Group, queuedTo: 2, receivedTo: 2, readTo: -9);

        Assert.Equal(new DeliveryMark(1, One, 0, 4, 0), await _marks.ReadAsync(1, One));
        await _marks.PutRightAsync([new LogEnd(One, 10, 8), new LogEnd(Group, 10, 10)]);

        Assert.Equal(0, await Database.ScalarAsync<long>("SELECT COUNT(*) FROM DeliveryMark WHERE queued_to < 0 OR received_to < 0 OR read_to < 0"));
        Assert.Equal(new DeliveryMark(2, One, 2, 8, 3), await _marks.ReadAsync(2, One));
        Assert.Equal(new DeliveryMark(2, Group, 2, 2, 0), await _marks.ReadAsync(2, Group));
    }

    /// <summary>Three users, of whom two talk; a group of two. Ten messages each.</summary>
    async Task FillAsync()
    {
        await FilledLog.AddUsersAsync(Database.Chat, 3);
        await new ContactStore(Database.Chat).CreateGroupAsync(1, "g", "");
        await Database.Chat.JoinGroupAsync(2, 1);
        await FilledLog.AppendAsync(Database.Chat, One, 10);
        await FilledLog.AppendAsync(Database.Chat, Group, 10);
    }

    Task<int> StoreAsync(int user, ConversationId id, long queuedTo, long receivedTo, long readTo) => Database.ExecuteAsync(
        "INSERT INTO DeliveryMark (userid, a, b, queued_to, received_to, read_to) VALUES (@user, @A, @B, @queuedTo, @receivedTo, @readTo)",
        new { user, id.A, id.B, queuedTo, receivedTo, readTo });

    Task<long> CountAsync() => Database.ScalarAsync<long>("SELECT COUNT(*) FROM DeliveryMark");

    async Task<long> RaiseLaterAsync(DeliveryMark mark)
    {
        Database.Clock.Now += TimeSpan.FromSeconds(1);
        await _marks.RaiseAsync([mark]);
        return Database.Clock.Milliseconds;
    }

    Task<long> UpdatedAsync() => Database.ScalarAsync<long>("SELECT updated FROM DeliveryMark");
}
