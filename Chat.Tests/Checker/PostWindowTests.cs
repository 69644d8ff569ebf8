using Chat.Checker.Population;
using Xunit;

namespace Chat.Tests.Checker;

public sealed class PostWindowTests
{
    readonly PostWindow _window = new(most: 4);

    [Fact]
    public void What_is_made_is_sent_at_once_and_only_once()
    {
        Make(1, 2);
        Assert.Equal([1, 2], _window.TakeDue(0));
        Assert.Empty(_window.TakeDue(1));
        Make(3);
        Assert.Equal([3], _window.TakeDue(2));
    }

    [Fact]
    public void After_a_refusal_all_that_is_under_way_is_waited_for_and_then_everything_comes_again_from_the_first()
    {
        Make(1, 2, 3);
        _window.TakeDue(0);
        _window.Refuse(2, 10);
        Make(4);
        Assert.Empty(_window.TakeDue(1000)); // 1 and 3 are under way
        _window.Refuse(3, 1000);
        _window.Acknowledge(1);
        Assert.Empty(_window.TakeDue(1099)); // a pause
        Assert.Equal([2, 3, 4], _window.TakeDue(1100));
    }

    [Fact]
    public void After_a_lost_connection_everything_comes_again_at_once()
    {
        Make(1, 2);
        _window.TakeDue(0);
        _window.Refuse(1, 0);
        _window.Disconnect();
        Assert.Equal(long.MaxValue, _window.OldestSentAt);
        Assert.Equal([1, 2], _window.TakeDue(1));
    }

    [Fact]
    public void An_acknowledgement_says_since_when_the_message_waited_and_a_second_one_nothing()
    {
        _window.Add(1, now: 7);
        _window.TakeDue(9);
        Assert.Equal(9, _window.OldestSentAt);
        Assert.Equal(7, _window.Acknowledge(1));
        Assert.Null(_window.Acknowledge(1));
        Assert.True(_window.IsEmpty);
        Assert.Equal(long.MaxValue, _window.OldestSentAt);
    }

    [Fact]
    public void It_is_bounded()
    {
        Make(1, 2, 3);
        Assert.False(_window.IsFull);
        Make(4);
        Assert.True(_window.IsFull);
        Assert.Equal([1, 2, 3, 4], _window.Numbers);
    }

    void Make(params int[] numbers)
    {
        foreach (var number in numbers)
            _window.Add(number, 0);
    }
}
