using Chat.Node.Hosting;
using Xunit;

namespace Chat.Tests.Hosting;

public sealed class MemoryTrimStateTests
{
    const long Megabyte = 1 << 20;

    /// <summary>Small enough for the pause to be short.</summary>
    const long Heap = 50 * Megabyte;

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    readonly MemoryTrimState _state = new();
    long _allocated;

    /// <summary>With what a start allocates.</summary>
    public MemoryTrimStateTests() => Assert.False(Interval(100));

    /// <summary>Whether memory is given back after an interval in which so much was allocated.</summary>
    bool Interval(long megabytes, long heap = Heap)
    {
        var isTrimmed = false;
        _state.TrimWhenDue(_allocated += megabytes * Megabyte, heap, () =>
        {
            isTrimmed = true;
            return Pause;
        });
        return isTrimmed;
    }

    [Fact]
    public void AfterABurst_OnceItHasBeenQuietForTwoIntervals_AndNotAgain()
    {
        Assert.False(Interval(40));
        Assert.False(Interval(30));
        Assert.False(Interval(3)); // less than a tenth of the busiest
        Assert.True(Interval(1));
        for (var i = 0; i < 100; i++)
            Assert.False(Interval(0));
    }

    [Fact]
    public void WhatAStartAllocatesIsNoBurst()
    {
        for (var i = 0; i < 100; i++)
            Assert.False(Interval(3));
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
    public void OnceWhenALoadFallsToATenth_AndNotWhileTheRestGoesOn()
    {
        for (var i = 0; i < 10; i++)
            Assert.False(Interval(60));
        Assert.False(Interval(5));
        Assert.True(Interval(5));
        for (var i = 0; i < 1000; i++)
            Assert.False(Interval(5));
    }

    [Fact]
    public void AlsoWhenItFallsSlowly()
    {
        for (var megabytes = 100; megabytes > 10; megabytes--)
            Assert.False(Interval(megabytes));
        Assert.False(Interval(10));
        Assert.True(Interval(9));
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
    public void OfTheTimeAHundredthIsSpentInPauses_HoweverManyBurstsCome()
    {
        var pauses = 0;
        for (var i = 0; i < 1000; i++)
        {
            if (Interval(i % 3 == 0 ? 100 : 0))
                pauses++;
        }

        Assert.InRange(pauses * Pause.TotalSeconds, 5, 10);
    }

    [Fact]
    public void ALargeHeapIsLeftAlone_UntilItIsSmall()
    {
        Assert.False(Interval(1000));
        for (var i = 0; i < 500; i++)
            Assert.False(Interval(1, MemoryTrimState.LargestHeapBytes + 1));
        Assert.True(Interval(1, MemoryTrimState.LargestHeapBytes));
    }
}
