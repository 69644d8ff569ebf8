using Chat.Bench.Measuring;
using Xunit;

namespace Chat.Tests.Bench;

public sealed class RatioTests
{
    [Fact]
    public void The_ratio_is_the_geometric_mean_of_the_rounds()
    {
        var ratio = Ratio.Of([(100, 200), (100, 50)])!;
        Assert.Equal((100, 125), (ratio.First, ratio.Second));
        Assert.Equal(1, ratio.Mean, 9);
        Assert.Equal((0.5, 2), (ratio.Min, ratio.Max));
        Assert.False(ratio.IsClear);
    }

    [Fact]
    public void A_difference_is_clear_when_every_round_has_it()
    {
        Assert.True(Ratio.Of([(100, 110), (200, 230), (50, 51)])!.IsClear);
        Assert.True(Ratio.Of([(110, 100), (51, 50)])!.IsClear);
    }

    [Fact]
    public void What_disturbs_both_sides_of_a_round_does_not_change_the_ratio()
    {
        var ratio = Ratio.Of([(100, 150), (10, 15), (1000, 1500)])!;
        Assert.Equal(1.5, ratio.Mean, 9);
        Assert.Equal(ratio.Min, ratio.Max, 9);
    }

    [Fact]
    public void Without_numbers_there_is_no_ratio()
    {
        Assert.Null(Ratio.Of([]));
        Assert.Null(Ratio.Of([(100, 0)]));
    }
}
