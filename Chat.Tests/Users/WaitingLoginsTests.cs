using Chat.Node.Users;
using Xunit;

namespace Chat.Tests.Users;

public sealed class WaitingLoginsTests
{
    readonly WaitingLogins<string> _logins = new();

    [Fact]
    public void A_login_that_is_repeated_waits_once_and_the_first_gets_the_first_place()
    {
        Assert.True(_logins.TryAdd(1, "a"));
        Assert.True(_logins.TryAdd(2, "b"));
        Assert.True(_logins.TryAdd(1, "again"));
        Assert.True(_logins.TryTake(out var first));
        Assert.True(_logins.TryTake(out var second));
        Assert.Equal(("a", "b"), (first, second));
        Assert.False(_logins.TryTake(out _));
    }

    [Fact]
    public void It_is_hopeless_when_everybody_has_answered_or_time_is_up()
    {
        _logins.TryAdd(1, "a");
        _logins.Ask([10, 11], now: 100);
        Assert.True(_logins.OnAnswer(10));
        Assert.False(_logins.OnAnswer(10));
        Assert.False(_logins.IsHopeless(100 + WaitingLogins<string>.PatienceMilliseconds - 1));
        Assert.True(_logins.IsHopeless(100 + WaitingLogins<string>.PatienceMilliseconds));
        Assert.True(_logins.OnAnswer(11));
        Assert.True(_logins.IsHopeless(101));
        Assert.Equal(["a"], _logins.GiveUp());
        Assert.False(_logins.IsHopeless(101));
    }

    [Fact]
    public void No_more_wait_than_fit_and_who_left_makes_room()
    {
        for (var i = 0; i < WaitingLogins<string>.Max; i++)
            Assert.True(_logins.TryAdd(i, "x"));
        Assert.False(_logins.TryAdd(99, "x"));
        _logins.Forget(3);
        Assert.True(_logins.TryAdd(99, "x"));
    }
}
