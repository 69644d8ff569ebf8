using Chat.Bench.Chaos;
using Xunit;

namespace Chat.Tests.Bench;

/// <summary>One story without a fault, and each fault put into it.</summary>
public sealed class ChaosCheckerTests
{
    readonly List<Seen> _acknowledged = [new(1, 1, 10), new(1, 2, 12), new(2, 1, 11)];
    readonly List<Seen> _received = [new(1, 1, 10), new(2, 1, 11), new(1, 2, 12)];
    readonly List<Seen> _history = [new(1, 1, 10), new(2, 1, 11), new(1, 2, 12)];

    [Fact]
    public void A_story_without_a_fault_has_no_violation() => Assert.Empty(Check());

    [Fact]
    public void A_message_that_was_never_acknowledged_may_be_there()
    {
        _received.Add(new(1, 3, 13));
        _history.Add(new(1, 3, 13));
        Assert.Empty(Check());
    }

    [Fact]
    public void An_acknowledged_message_must_be_in_the_history()
    {
        _history.RemoveAt(2);
        Assert.Contains(Check(), violation => violation.Rule == "acknowledged, but not in the history");
    }

    [Fact]
    public void An_acknowledged_message_must_be_delivered()
    {
        _received.RemoveAt(0);
        Assert.Equal(["acknowledged, but not delivered"], Check().Select(violation => violation.Rule));
    }

    [Fact]
    public void An_acknowledged_number_must_be_that_message()
    {
        _history[2] = new(1, 7, 12);
        Assert.Contains(Check(), violation => violation.Rule == "acknowledged, but the history has another message there");
    }

    [Fact]
    public void Nothing_is_delivered_twice()
    {
        _received.Add(_received[0]);
        Assert.Equal(["delivered twice"], Check().Select(violation => violation.Rule));
    }

    [Fact]
    public void Nothing_is_delivered_out_of_order()
    {
        (_received[0], _received[2]) = (_received[2], _received[0]);
        Assert.Equal(["delivered out of order"], Check().Select(violation => violation.Rule));
    }

    [Fact]
    public void A_message_is_in_the_history_once()
    {
        _history.Add(new(1, 2, 13));
        Assert.Equal(["twice in the history"], Check().Select(violation => violation.Rule));
    }

    [Fact]
    public void The_history_has_no_hole()
    {
        _history.Add(new(2, 2, 14));
        Assert.Equal(["hole in the history"], Check().Select(violation => violation.Rule));
    }

    [Fact]
    public void The_history_keeps_the_order()
    {
        _acknowledged.Clear();
        _received.Clear();
        (_history[0], _history[2]) = (new(1, 2, 10), new(1, 1, 12));
        Assert.Equal(["out of order in the history"], Check().Select(violation => violation.Rule));
    }

    List<Violation> Check() => ChaosChecker.Check("d:1:2", _acknowledged, _received, _history);
}
