using Chat.Node.Api;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Api;

public sealed class PostRunTests
{
    static readonly PostResult Ok = new(ErrorCode.None, "", 1, 1);

    [Fact]
    public void Only_a_window_is_under_way()
    {
        var run = new PostRun(5, before: 10, window: 2);
        Assert.Equal([(0, 11, 10), (1, 12, 11)], run.TakeNext());
        Assert.Empty(run.TakeNext());
        Assert.True(run.TrySettle(11, Ok));
        Assert.Equal([(2, 13, 12)], run.TakeNext());
        Assert.Equal(11, run.AnsweredTo);
    }

    [Fact]
    public void What_is_sent_again_follows_what_still_waits()
    {
        var run = new PostRun(4, before: 0, window: 4);
        run.TakeNext();
        run.TrySettle(1, Ok);
        run.TrySettle(3, Ok); // accepted before: answered at once
        Assert.Equal([(1, 2, 1), (3, 4, 2)], run.Unanswered());
    }

    [Fact]
    public void It_is_done_when_all_are_answered()
    {
        var run = new PostRun(2, before: 7, window: 64);
        run.TakeNext();
        run.TrySettle(9, Ok);
        Assert.False(run.IsDone);
        run.TrySettle(8, Ok);
        Assert.True(run.IsDone);
    }

    [Fact]
    public void Those_behind_a_refused_one_are_given_up_and_those_before_it_wait()
    {
        var run = new PostRun(4, before: 0, window: 3);
        run.TakeNext();
        Assert.True(run.TryGiveUp(2, "busy"));
        Assert.False(run.IsDone);
        Assert.Empty(run.TakeNext());
        Assert.Equal([(0, 1, 0)], run.Unanswered());
        Assert.True(run.TrySettle(1, Ok));
        Assert.True(run.IsDone);
        Assert.Equal([ErrorCode.None, ErrorCode.Unavailable, ErrorCode.Unavailable, ErrorCode.Unavailable], run.Results("").Select(result => result.Error));
    }

    [Theory]
    [InlineData(0)] // of a request before
    [InlineData(1)] // answered
    [InlineData(4)] // not sent yet
    public void An_answer_to_something_else_is_none(long number)
    {
        var run = new PostRun(5, before: 0, window: 2);
        run.TakeNext();
        run.TrySettle(1, Ok);
        Assert.False(run.TrySettle(number, Ok));
        Assert.False(run.TryGiveUp(number, ""));
    }

    [Fact]
    public void What_has_no_answer_in_the_end_may_come_again()
    {
        var run = new PostRun(2, before: 0, window: 2);
        run.TakeNext();
        run.TrySettle(1, Ok);
        Assert.Equal([Ok, new PostResult(ErrorCode.Unavailable, "ending")], run.Results("ending"));
    }
}
