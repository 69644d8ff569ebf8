using System.Net;
using Chat.Node.Gateway;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class AddressLimiterTests
{
    static readonly IPAddress One = IPAddress.Parse("192.0.2.1");
    static readonly IPAddress Other = IPAddress.Parse("2001:db8::1");

    readonly ManualClock _clock = new() { Now = new DateTimeOffset(2026, 1, 2, 3, 4, 0, TimeSpan.Zero) };
    readonly AddressLimiter _limiter;

    public AddressLimiterTests() => _limiter = new AddressLimiter(perMinute: 3, _clock);

    [Fact]
    public void An_address_may_enter_so_often_in_a_minute()
    {
        Assert.Equal([true, true, true, false, false], Enumerable.Range(0, 5).Select(_ => _limiter.TryEnter(One)));
        Assert.True(_limiter.TryEnter(Other));
    }

    [Fact]
    public void The_next_minute_begins_at_zero()
    {
        for (var i = 0; i < 5; i++)
            _limiter.TryEnter(One);
        _clock.Now += TimeSpan.FromSeconds(59);
        Assert.False(_limiter.TryEnter(One));
        _clock.Now += TimeSpan.FromSeconds(1);
        Assert.True(_limiter.TryEnter(One));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.9.9.9")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    public void Loopback_is_not_limited(string address) =>
        Assert.All(Enumerable.Range(0, 20), _ => Assert.True(_limiter.TryEnter(IPAddress.Parse(address))));

    [Fact]
    public void Zero_is_off_and_an_unknown_address_is_let_in()
    {
        var unlimited = new AddressLimiter(perMinute: 0, _clock);
        Assert.All(Enumerable.Range(0, 20), _ => Assert.True(unlimited.TryEnter(One)));
        Assert.All(Enumerable.Range(0, 20), _ => Assert.True(_limiter.TryEnter(null)));
    }
}
