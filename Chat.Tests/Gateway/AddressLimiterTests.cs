using System.Net;
using Chat.Node.Gateway;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class AddressLimiterTests
{
    static readonly IPAddress Address = IPAddress.Parse("192.0.2.1");

    readonly ManualClock _clock = new();

    [Fact]
    public void So_many_attempts_in_a_minute_and_no_more()
    {
        var limiter = new AddressLimiter(2, _clock);
        Assert.Equal([true, true, false, false], Enter(limiter, Address, 4));
    }

    [Fact]
    public void The_next_minute_begins_anew()
    {
        var limiter = new AddressLimiter(2, _clock);
        Enter(limiter, Address, 10);
        _clock.Now += TimeSpan.FromMinutes(1);
        Assert.Equal([true, true, false], Enter(limiter, Address, 3));
    }

    [Fact]
    public void Addresses_do_not_share_a_limit()
    {
        var limiter = new AddressLimiter(1, _clock);
        Assert.Equal([true, false], Enter(limiter, Address, 2));
        Assert.Equal([true, false], Enter(limiter, IPAddress.Parse("192.0.2.2"), 2));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.1.2.3")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData(null)]
    public void Loopback_and_the_unknown_are_not_limited(string? address)
    {
        var limiter = new AddressLimiter(1, _clock);
        Assert.DoesNotContain(false, Enter(limiter, address is null ? null : IPAddress.Parse(address), 10));
    }

    [Fact]
    public void Zero_is_no_limit() => Assert.DoesNotContain(false, Enter(new AddressLimiter(0, _clock), Address, 100));

    static List<bool> Enter(AddressLimiter limiter, IPAddress? address, int count) =>
        Enumerable.Range(0, count).Select(_ => limiter.TryEnter(address)).ToList();
}
