using Chat.Node.Gateway;
using Xunit;

namespace Chat.Tests.Gateway;

/// <summary>Which numbers were written, as far as a connection remembers.</summary>
public sealed class ReplayWindowTests
{
    [Fact]
    public void Numbers_are_known_as_long_as_they_are_among_the_last_whatever_their_order()
    {
        var random = new Random(3);
        for (var round = 0; round < 200; round++)
        {
            var window = new ReplayWindow();
            var written = new HashSet<long>();
            var highest = 0L;
            for (var step = 0; step < 300; step++)
            {
                var spread = round % 2 == 0 ? 10 : 2 * ReplayWindow.Size;
                var number = Math.Max(1, highest + random.Next(-spread, spread / 4));
                var isInside = highest - number < ReplayWindow.Size;
                Assert.Equal(isInside && written.Contains(number), window.Contains(number));
                Assert.Equal(!isInside || !written.Contains(number), window.TryAdd(number));
                written.Add(number);
                highest = Math.Max(highest, number);
                Assert.Equal(highest - number < ReplayWindow.Size, window.Contains(number));
            }
        }
    }

    [Fact]
    public void Nothing_is_known_at_first_nor_after_a_leap()
    {
        var window = new ReplayWindow();
        Assert.False(window.Contains(1));
        Assert.True(window.TryAdd(1));
        Assert.True(window.TryAdd(1L << 40));
        Assert.False(window.Contains(1));
        Assert.False(window.Contains((1L << 40) - 1));
        Assert.True(window.Contains(1L << 40));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(127, true)]
    [InlineData(128, false)]
    [InlineData(129, false)]
    [InlineData(256, false)]
    public void A_leap_takes_with_it_what_is_still_inside(long leap, bool isInside)
    {
        var window = new ReplayWindow();
        for (var number = 1; number <= 300; number++)
            window.TryAdd(number);
        Assert.True(window.TryAdd(300 + leap));
        Assert.Equal(isInside, window.Contains(300));
        for (var number = 301; number < 300 + leap; number++)
            Assert.False(window.Contains(number));
    }
}
