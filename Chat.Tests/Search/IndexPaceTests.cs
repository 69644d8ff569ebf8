using Chat.Node.Search;
using Xunit;

namespace Chat.Tests.Search;

public sealed class IndexPaceTests
{
    readonly IndexPace _pace = new();

    [Fact]
    public void A_quiet_node_indexes_at_once()
    {
        Assert.True(_pace.IsDue(0, null, 1000));
        Assert.True(_pace.IsDue(200, 900, 1000));
        Assert.True(_pace.IsDue(400, 1400, 1500));
    }

    [Fact]
    public void A_busy_one_when_the_rush_is_over()
    {
        Assert.False(_pace.IsDue(201, 900, 1000));
        Assert.False(_pace.IsDue(1000, 900, 1500));
        Assert.True(_pace.IsDue(1010, 900, 2000));
    }

    [Fact]
    public void No_message_waits_longer_than_half_a_minute_whatever_the_clock_does()
    {
        Assert.False(_pace.IsDue(1000, 900, 30_899));
        Assert.True(_pace.IsDue(2000, 900, 30_900));
        Assert.True(_pace.IsDue(3000, 900_000, 1000)); // the clock was set back
    }
}
