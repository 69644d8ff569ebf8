using Chat.Node.Delivery;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Conversations;

public sealed class FanOutWatermarksTests
{
    static readonly ConversationId One = ConversationId.Direct(1, 2);
    static readonly ConversationId Other = ConversationId.Group(7);

    readonly FanOutWatermarks _clock = new();

    [Fact]
    public void Without_anything_unfinished_there_is_no_oldest()
    {
        Assert.Equal(long.MaxValue, _clock.OldestTs());
        _clock.Open(One);
        Assert.Equal(long.MaxValue, _clock.OldestTs());
    }

    [Fact]
    public void The_oldest_of_all_conversations_counts()
    {
        _clock.Open(One).OldestTs = 500;
        _clock.Open(Other).OldestTs = 300;
        Assert.Equal(300, _clock.OldestTs());
        _clock.Close(Other);
        Assert.Equal(500, _clock.OldestTs());
    }

    [Fact]
    public void What_an_earlier_life_left_is_found_by_the_next()
    {
        _clock.Open(One).OldestTs = 500;
        Assert.Equal(500, _clock.Open(One).OldestTs);
        _clock.Close(One);
        Assert.Equal(long.MaxValue, _clock.Open(One).OldestTs);
    }

    [Fact]
    public void Abandoned_conversations_can_be_found()
    {
        _clock.Open(One).IsAbandoned = true;
        _clock.Open(Other);
        Assert.Equal([One], _clock.Abandoned());
    }

    [Fact]
    public void A_conversation_that_comes_back_is_not_abandoned_any_more()
    {
        _clock.Open(One).IsAbandoned = true;
        var back = _clock.Open(One);
        _clock.CloseAbandoned(One);
        Assert.Empty(_clock.Abandoned());
        back.OldestTs = 500;
        Assert.Equal(500, _clock.OldestTs());
    }

    [Fact]
    public void What_the_successor_has_finished_holds_nothing_up()
    {
        var slot = _clock.Open(One);
        (slot.OldestTs, slot.IsAbandoned) = (500, true);
        _clock.CloseAbandoned(One);
        Assert.Equal(long.MaxValue, _clock.OldestTs());
    }
}
