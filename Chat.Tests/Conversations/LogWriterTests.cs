using Chat.Node.Contracts;
using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.Conversations;

/// <summary>Rows on their way into the log, and the word to others from when on they may be unfinished.</summary>
public sealed class LogWriterTests : ConversationPartsTest
{
    [Fact]
    public async Task The_slot_tells_of_a_row_before_it_can_be_in_the_log()
    {
        var writer = Make().Writer;
        Assert.Equal(long.MaxValue, FanOutWatermarks.OldestTs());
        var row = RowOf(1);
        Assert.True(writer.TryAppend(row));
        Assert.Equal(row.Ts, FanOutWatermarks.OldestTs());
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(writer.TryAppend(RowOf(2)));
        Assert.Equal(row.Ts, FanOutWatermarks.OldestTs()); // the older one counts

        Assert.Equal(AppendOutcome.Written(row), (await Self.ExpectMsgAsync<RowSettled>()).Outcome);
    }

    [Fact]
    public async Task A_row_of_an_earlier_life_is_known_as_such()
    {
        var writer = Make().Writer;
        writer.TryAppend(RowOf(1));
        var settled = await Self.ExpectMsgAsync<RowSettled>();
        Assert.True(writer.IsOfThisLife(settled));
        writer.StartNewLife();
        Assert.False(writer.IsOfThisLife(settled));

        writer.TryAppend(RowOf(2));
        Assert.True(writer.IsOfThisLife(await Self.ExpectMsgAsync<RowSettled>()));
    }

    [Fact]
    public void While_something_is_unknown_the_slot_does_not_move_on()
    {
        var writer = Make().Writer;
        var row = RowOf(1);
        writer.TryAppend(row);
        writer.Touch(isKnown: false, oldestTs: long.MaxValue);
        Assert.Equal(row.Ts, writer.OldestTs);
        writer.Touch(isKnown: false, oldestTs: row.Ts - 1);
        Assert.Equal(row.Ts - 1, writer.OldestTs);
        writer.Touch(isKnown: true, oldestTs: row.Ts + 5);
        Assert.Equal(row.Ts + 5, writer.OldestTs);
    }

    [Fact]
    public void An_end_with_something_open_leaves_the_slot_to_others()
    {
        var writer = Make().Writer;
        writer.TryAppend(RowOf(1));
        writer.Stop(isFinished: false);
        Assert.Equal([Pair], FanOutWatermarks.Abandoned());

        var next = Make().Writer;
        Assert.Empty(FanOutWatermarks.Abandoned());
        next.Stop(isFinished: true);
        Assert.Equal(long.MaxValue, FanOutWatermarks.OldestTs());
    }
}
