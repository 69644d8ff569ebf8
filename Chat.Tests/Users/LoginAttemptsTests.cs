using Chat.Node.Users;
using Xunit;

namespace Chat.Tests.Users;

public sealed class LoginAttemptsTests
{
    static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    readonly LoginAttempts _attempts = new(maxFailures: 3);

    [Fact]
    public void After_so_many_wrong_passwords_nothing_is_tried_for_a_minute()
    {
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(i => _attempts.TryBegin(Start.AddSeconds(i))));
        Assert.False(_attempts.TryBegin(Start.AddSeconds(62.9)));
        Assert.True(_attempts.TryBegin(Start.AddSeconds(63)));
    }

    [Fact]
    public void Trying_while_blocked_does_not_prolong_the_block()
    {
        Block();
        for (var second = 1; second < 60; second++)
            Assert.False(_attempts.TryBegin(Start.AddSeconds(second)));
        Assert.True(_attempts.TryBegin(Start.AddSeconds(60)));
    }

    [Fact]
    public void A_right_password_wipes_the_slate()
    {
        _attempts.TryBegin(Start);
        _attempts.TryBegin(Start);
        _attempts.Succeed();
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => _attempts.TryBegin(Start)));
    }

    [Fact]
    public void A_right_password_does_not_lift_a_block()
    {
        Block();
        _attempts.Succeed();
        Assert.False(_attempts.TryBegin(Start.AddSeconds(1)));
    }

    [Fact]
    public void Failures_a_minute_old_are_forgotten()
    {
        _attempts.TryBegin(Start);
        _attempts.TryBegin(Start);
        _attempts.TryBegin(Start.AddSeconds(30));
        Assert.True(_attempts.TryBegin(Start.AddSeconds(60)));
        Assert.True(_attempts.TryBegin(Start.AddSeconds(60)));
        Assert.False(_attempts.TryBegin(Start.AddSeconds(60)));
    }

    [Fact]
    public void Zero_is_off()
    {
        var unlimited = new LoginAttempts(0);
        Assert.All(Enumerable.Range(0, 100), _ => Assert.True(unlimited.TryBegin(Start)));
    }

    [Fact]
    public void It_is_idle_when_there_is_nothing_to_remember()
    {
        Assert.True(_attempts.IsIdle(Start));
        _attempts.TryBegin(Start);
        Assert.False(_attempts.IsIdle(Start.AddSeconds(59)));
        Assert.True(_attempts.IsIdle(Start.AddSeconds(60)));
        Block();
        Assert.False(_attempts.IsIdle(Start.AddSeconds(59)));
    }

    void Block()
    {
        for (var attempt = 0; attempt < 4; attempt++)
            _attempts.TryBegin(Start);
    }
}
