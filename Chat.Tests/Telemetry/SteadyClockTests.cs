using Chat.Node.Telemetry;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Telemetry;

public sealed class SteadyClockTests
{
    [Fact]
    public void TheSystemsClockGoesOn_AtTheSamePaceForBoth()
    {
        var clock = TimeProvider.System;
        var (steady, coarse) = (clock.SteadyMilliseconds(), clock.CoarseMilliseconds());
        var last = coarse;
        while (clock.SteadyMilliseconds() - steady < 200)
        {
            var now = clock.CoarseMilliseconds();
            Assert.True(now >= last);
            last = now;
        }

        Assert.InRange(clock.CoarseMilliseconds() - coarse, 200 - 16, clock.SteadyMilliseconds() - steady + 16);
    }

    [Fact]
    public void AnotherClockIsItself()
    {
        var clock = new ManualClock();
        Assert.Equal(clock.SteadyMilliseconds(), clock.CoarseMilliseconds());
        var before = clock.CoarseMilliseconds();
        clock.Now += TimeSpan.FromMilliseconds(1);
        Assert.Equal(1, clock.CoarseMilliseconds() - before);
    }
}
