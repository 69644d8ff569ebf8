using Chat.Node.Cluster;
using Xunit;

namespace Chat.Tests.Cluster;

public sealed class ConfirmedMarkTests
{
    const long Hour = 3_600_000;

    readonly ConfirmedMark _mark = new();

    [Fact]
    public void It_stays_behind_the_clock()
    {
        Assert.Equal(8000, _mark.Next(0, 10_000, long.MaxValue));
        Assert.Equal(8000, _mark.Next(1999, 11_999, long.MaxValue));
        Assert.Equal(10_000, _mark.Next(2000, 12_000, long.MaxValue));
    }

    [Fact]
    public void What_is_not_confirmed_holds_it_back() => Assert.Equal(7000, _mark.Next(0, 10_000, 7000));

    /// <summary>A message that was given its time just before is not among the unfinished yet.</summary>
    [Fact]
    public void A_clock_that_is_put_forward_takes_nothing_from_the_distance()
    {
        _mark.Next(0, 10_000, long.MaxValue);
        Assert.Equal(8000, _mark.Next(500, 10_500 + Hour, long.MaxValue));
        Assert.Equal(10_000, _mark.Next(2000, 12_000 + Hour, long.MaxValue));
        Assert.Equal(10_500 + Hour, _mark.Next(2500, 12_500 + Hour, long.MaxValue));
    }

    [Fact]
    public void A_clock_that_is_set_back_takes_it_along()
    {
        _mark.Next(0, 10_000 + Hour, long.MaxValue);
        Assert.Equal(10_500, _mark.Next(500, 10_500, long.MaxValue));
    }
}
