using Chat.Node.Telemetry;
using Xunit;

namespace Chat.Tests.Telemetry;

public sealed class HeadSamplerTests
{
    const string Recorded = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const string NotRecorded = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

    [Theory]
    [InlineData(1, 0.999, true)]
    [InlineData(0.25, 0.2499, true)]
    [InlineData(0.25, 0.25, false)]
    [InlineData(0.25, 0.9, false)]
    public void Of_messages_that_nobody_has_decided_about_a_part_is_recorded(double ratio, double drawn, bool isTaken)
    {
        var sampler = new HeadSampler(ratio, () => drawn);
        Assert.True(sampler.IsOn);
        Assert.Equal(isTaken, sampler.Takes(null, out var parent));
        Assert.Equal(default, parent);
        Assert.Equal(isTaken, sampler.Takes("no traceparent", out _));
    }

    [Theory]
    [InlineData(0.000001, Recorded, true)]
    [InlineData(1, NotRecorded, false)]
    public void Who_asks_with_a_traceparent_has_decided(double ratio, string traceparent, bool isTaken)
    {
        Assert.Equal(isTaken, new HeadSampler(ratio, () => 0.5).Takes(traceparent, out var parent));
        Assert.Equal("0af7651916cd43dd8448eb211c80319c b7ad6b7169203331", $"{parent.TraceId} {parent.SpanId}");
    }

    [Fact]
    public void With_a_ratio_of_nothing_nothing_is_recorded_whoever_asks()
    {
        var sampler = new HeadSampler(0, () => 0);
        Assert.False(sampler.IsOn);
        Assert.False(sampler.Takes(null, out _));
        Assert.False(sampler.Takes(Recorded, out _));
    }
}
