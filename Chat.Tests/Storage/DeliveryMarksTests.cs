using Chat.Node.Hosting;
using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Storage;

public abstract class DeliveryMarksTests : StorageTest
{
    static readonly ConversationId One = ConversationId.Direct(1, 2);

    readonly DeliveryMarks _marks;

    private protected DeliveryMarksTests(StorageProvider provider)
        : base(provider) => _marks = new DeliveryMarks(Database.Chat, Database.Clock);

    public sealed class OnSqlite() : DeliveryMarksTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : DeliveryMarksTests(StorageProvider.MySql);

    [Fact]
    public async Task A_mark_that_was_never_set_is_zero() =>
        Assert.Equal(new DeliveryMark(2, One, 0, 0, 0), await _marks.ReadAsync(2, One));

    [Fact]
    public async Task Marks_move_forward_each_for_itself_and_never_back()
    {
        await _marks.RaiseAsync([new DeliveryMark(2, One, 5, 5, 5)]);
        await _marks.RaiseAsync([new DeliveryMark(2, One, 7, 3, 5)]);
        await _marks.RaiseAsync([new DeliveryMark(2, One, 0, 6, 4)]);
        Assert.Equal(new DeliveryMark(2, One, 7, 6, 5), await _marks.ReadAsync(2, One));
    }

    [Fact]
    public async Task Marks_of_others_stay()
    {
        await _marks.RaiseAsync([new DeliveryMark(2, One, 1, 2, 3), new DeliveryMark(1, One, 4, 5, 6), new DeliveryMark(2, ConversationId.Group(1), 7, 8, 9)]);
        Assert.Equal(new DeliveryMark(2, One, 1, 2, 3), await _marks.ReadAsync(2, One));
        Assert.Equal(new DeliveryMark(1, One, 4, 5, 6), await _marks.ReadAsync(1, One));
        Assert.Equal(new DeliveryMark(2, ConversationId.Group(1), 7, 8, 9), await _marks.ReadAsync(2, ConversationId.Group(1)));
    }

    [Fact]
    public async Task The_time_of_a_mark_is_when_the_person_last_read_further()
    {
        await _marks.RaiseAsync([new DeliveryMark(2, One, 1, 1, 0)]);
        Assert.Equal(0, await UpdatedAsync());
        var first = await RaiseLaterAsync(new DeliveryMark(2, One, 1, 1, 1));
        Assert.Equal(first, await UpdatedAsync());
        await RaiseLaterAsync(new DeliveryMark(2, One, 9, 9, 1));
        await RaiseLaterAsync(new DeliveryMark(2, One, 9, 9, 0));
        Assert.Equal(first, await UpdatedAsync());
        Assert.Equal(await RaiseLaterAsync(new DeliveryMark(2, One, 0, 0, 2)), await UpdatedAsync());
    }

    async Task<long> RaiseLaterAsync(DeliveryMark mark)
    {
        Database.Clock.Now += TimeSpan.FromSeconds(1);
        await _marks.RaiseAsync([mark]);
        return Database.Clock.Milliseconds;
    }

    Task<long> UpdatedAsync() => Database.ScalarAsync<long>("SELECT updated FROM DeliveryMark");
}
