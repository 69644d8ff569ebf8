using Chat.Node.Cluster;
using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.Cluster;

public sealed class ClockComparisonTests
{
    const long Now = 1_795_410_443_660;

    readonly ClockComparison _clocks = new();

    [Theory]
    [InlineData(31)]
    [InlineData(-31)]
    [InlineData(3_000_000_000)]
    public void A_clock_that_differs_by_much_is_told_once(long seconds)
    {
        Assert.Equal([("a:1", TimeSpan.FromSeconds(seconds))], _clocks.Compare([Row(1, seconds)], Now));
        Assert.Empty(_clocks.Compare([Row(1, seconds)], Now));
    }

    [Fact]
    public void A_later_start_is_told_anew() =>
        Assert.Equal(2, _clocks.Compare([Row(1, 100)], Now).Count + _clocks.Compare([Row(2, 100)], Now).Count);

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    [InlineData(-30)]
    public void Less_is_nothing(long seconds) => Assert.Empty(_clocks.Compare([Row(1, seconds)], Now));

    static NodeRow Row(long incarnation, long seconds) => new() { Incarnation = incarnation, Address = "a:1", Heartbeat = Now + (seconds * 1000) };
}
