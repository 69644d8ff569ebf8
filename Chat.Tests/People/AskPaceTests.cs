using Chat.Node.People;
using Xunit;

namespace Chat.Tests.People;

public sealed class AskPaceTests
{
    readonly AskPace _pace = new();

    [Fact]
    public void So_many_pass_in_a_minute_of_each_user()
    {
        for (var time = 0; time < AskPace.PerMinute; time++)
            Assert.True(_pace.TryPass(1, now: 5));
        Assert.False(_pace.TryPass(1, now: 60_004));
        Assert.True(_pace.TryPass(2, now: 60_004));
        Assert.True(_pace.TryPass(1, now: 60_005));
    }

    [Fact]
    public void Of_many_users_those_are_forgotten_whose_minute_is_over()
    {
        for (var time = 0; time < AskPace.PerMinute; time++)
            _pace.TryPass(1, now: 50_000);
        for (var user = 2; user <= AskPace.MaxUsers; user++)
            _pace.TryPass(user, now: 0);
        Assert.True(_pace.TryPass(AskPace.MaxUsers + 1, now: 60_001));
        Assert.False(_pace.TryPass(1, now: 60_001));
    }
}
