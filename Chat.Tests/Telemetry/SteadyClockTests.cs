using Chat.Node.Telemetry;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Telemetry;

public sealed class SteadyClockTests
{
    [Fact]
    public void TheSystemsClockGoesOn_AtTheSamePaceForBoth()
    {
        const int step = 16;
        var clock = TimeProvider.System;
        var outerStart = clock.SteadyMilliseconds();
        var start = clock.CoarseMilliseconds();
        var innerStart = clock.SteadyMilliseconds();
        var last = start;
        while (clock.SteadyMilliseconds() - innerStart < 200)
        {
            var now = clock.CoarseMilliseconds();
            Assert.True(now >= last);
            last = now;
        }

        var innerEnd = clock.SteadyMilliseconds();
        var end = clock.CoarseMilliseconds();
        var outerEnd = clock.SteadyMilliseconds();
        Assert.InRange(end - start, innerEnd - innerStart - step, outerEnd - outerStart + step);
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
