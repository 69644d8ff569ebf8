using Chat.Bench.Workloads;
using Xunit;

namespace Chat.Tests.Bench;

public sealed class CapacitySearchTests
{
    [Theory]
    [InlineData(12_345)]
    [InlineData(1_000)]
    [InlineData(700)]
    [InlineData(33)]
    public void The_capacity_of_a_server_is_found_to_the_precision_that_was_asked_for(double capacity)
    {
        var result = Search(rate => new(rate, rate <= capacity ? null : "too much"));
        Assert.InRange(result.Best!.RatePerSecond, capacity * 0.94, capacity);
        Assert.InRange(result.Worst!.RatePerSecond, capacity, capacity * 1.06);
    }

    [Fact]
    public void One_hiccup_does_not_decide()
    {
        var calls = 0;
        var result = Search(rate => new(rate, ++calls == 2 || rate > 10_000 ? "too much" : null));
        Assert.InRange(result.Best!.RatePerSecond, 9_400, 10_000);
    }

    [Fact]
    public void At_the_generators_limit_it_ends_and_says_so()
    {
        var result = Search(rate => rate <= 5000 ? new CapacityStep(rate, null) : new CapacityStep(rate, "late", IsGeneratorLimit: true));
        Assert.True(result.IsGeneratorLimit);
        Assert.Equal(4000, result.Best!.RatePerSecond);
        Assert.Equal(8000, result.Steps[^1].RatePerSecond);
    }

    [Fact]
    public void A_server_that_bears_nothing_has_no_capacity()
    {
        var result = Search(rate => new(rate, "down"));
        Assert.Null(result.Best);
        Assert.NotEmpty(result.Steps);
    }

    [Fact]
    public void It_stops_at_the_most_that_may_be_offered()
    {
        var result = Search(rate => new(rate, null));
        Assert.Equal(1_000_000, result.Best!.RatePerSecond);
        Assert.Null(result.Worst);
    }

    static CapacityResult Search(Func<double, CapacityStep> attempt) => new CapacitySearch(attempt, 1000, 1_000_000, 0.05).Run();
}
