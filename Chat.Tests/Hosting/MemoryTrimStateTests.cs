using Chat.Node.Hosting;
using Xunit;

namespace Chat.Tests.Hosting;

public sealed class MemoryTrimStateTests
{
    const long Megabyte = 1 << 20;

    /// <summary>Small enough for the pause to be short.</summary>
    const long Heap = 50 * Megabyte;

    readonly MemoryTrimState _state = new();
    long _allocated;

    /// <summary>Whether memory is given back after an interval in which so much was allocated.</summary>
    bool Interval(long megabytes, long heap = Heap) => _state.IsDue(_allocated += megabytes * Megabyte, heap);

    [Fact]
    public void AfterABurst_OnceItHasBeenQuietForTwoIntervals_AndNotAgain()
    {
        Assert.False(Interval(40));
        Assert.False(Interval(30));
        Assert.False(Interval(4)); // a tenth of the busiest
        Assert.True(Interval(1));
        for (var i = 0; i < 100; i++)
            Assert.False(Interval(0));
    }

    [Fact]
    public void ALullOfOneIntervalIsNoQuiet()
    {
        for (var i = 0; i < 20; i++)
        {
            Assert.False(Interval(40));
            Assert.False(Interval(0));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    public void NeverUnderASteadyLoad_HoweverLow(long megabytes)
    {
        for (var i = 0; i < 1000; i++)
            Assert.False(Interval(megabytes));
    }

    [Fact]
    public void NotForLessThanIsWorthAPause()
    {
        Assert.False(Interval(60));
        Assert.False(Interval(0));
        Assert.False(Interval(0));
        Assert.False(Interval(0));
        Assert.True(Interval(4)); // all bursts count together
    }

    [Fact]
    public void AnotherBurst_AnotherTime()
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.False(Interval(100));
            Assert.False(Interval(0));
            Assert.True(Interval(0));
        }
    }

    [Fact]
    public void ALargeHeapIsLeftAlone_ThePauseWouldBeLong()
    {
        Assert.False(Interval(1000));
        Assert.False(Interval(0));
        Assert.False(Interval(0, MemoryTrimState.LargestHeapBytes + 1));
        Assert.False(Interval(0, Heap)); // until the next burst

        Assert.False(Interval(100));
        Assert.False(Interval(0));
        Assert.True(Interval(0, MemoryTrimState.LargestHeapBytes));
    }
}
