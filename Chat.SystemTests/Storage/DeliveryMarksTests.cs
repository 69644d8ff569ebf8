using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Storage;
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
            verdicts);
        Assert.Equal(new DeliveryMark(2, One, 0, 10, 0), await _marks.ReadAsync(2, One));
        Assert.Equal(2, await CountAsync());
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

    /// <summary>Three users, of whom two talk; a group of two. Ten messages each.</summary>
    async Task FillAsync()
    {
        await FilledLog.AddUsersAsync(Database.Chat, 3);
        await new ContactStore(Database.Chat).CreateGroupAsync(1, "g", "");
        await new ContactStore(Database.Chat).JoinGroupAsync(2, 1);
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
