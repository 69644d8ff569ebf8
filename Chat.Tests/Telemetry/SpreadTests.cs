using Chat.Node.Telemetry;
using Xunit;

namespace Chat.Tests.Telemetry;

public sealed class SpreadTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.0005, 0)]
    [InlineData(0.0006, 1)]
    [InlineData(0.05, 6)]
    [InlineData(10, 13)]
    [InlineData(11, 14)]
    public void A_value_is_in_the_bucket_whose_end_it_does_not_pass(double seconds, int bucket)
    {
        var spread = new Spread();
        spread.Add(seconds);
        spread.Add(seconds);
        var counts = spread.Read();
        Assert.Equal(Spread.Seconds.Length + 1, counts.Count);
        Assert.Equal((2, 2), (counts[bucket], counts.Sum()));
    }
}
