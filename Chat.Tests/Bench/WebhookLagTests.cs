using Chat.Bench.Measuring;
using Xunit;

namespace Chat.Tests.Bench;

/// <summary>What is made of two lists of moments.</summary>
public sealed class WebhookLagTests
{
    static readonly long Second = LoadClock.Ticks(1.0);

    [Fact]
    public void The_lag_counts_from_the_acknowledgement_to_the_first_receipt()
    {
        var lag = WebhookLag.Of([At(0, 1, 1.0), At(0, 2, 1.2), At(1, 1, 1.5)], [At(1, 1, 1.6), At(0, 1, 1.5), At(0, 1, 1.9), At(0, 2, 1.21)], Ticks(1), Ticks(3));
        Assert.Equal((3, 2.0, 1.5, 0L, 1L, 0L), (lag.Received, lag.Seconds, lag.PerSecond, lag.Missing, lag.Repeated, lag.Early));
        Assert.Equal(3, lag.Lag.Count);
        Assert.InRange(lag.Lag.Max, 499_000, 501_000);
        Assert.InRange(lag.Lag.P50, 99_000, 101_000);
    }

    [Fact]
    public void What_was_acknowledged_outside_of_the_measurement_is_not_in_the_lag_and_what_came_outside_not_in_the_rate()
    {
        var lag = WebhookLag.Of([At(0, 1, 0.5), At(0, 2, 1.5), At(0, 3, 2.5)], [At(0, 1, 1.5), At(0, 2, 9), At(0, 3, 9)], Ticks(1), Ticks(2));
        Assert.Equal((1L, 1L, 0L), (lag.Received, lag.Lag.Count, lag.Missing));
        Assert.InRange(lag.Lag.Max, 7_490_000, 7_510_000);
    }

    [Fact]
    public void What_never_came_is_missing_and_what_is_not_of_the_run_is_passed_over()
    {
        var lag = WebhookLag.Of([At(0, 1, 1.1), At(0, 2, 1.1)], [At(7, 1, 1.2), At(0, 9, 1.2), At(0, 1, 1.2)], Ticks(1), Ticks(2));
        Assert.Equal((1L, 1L, 0L), (lag.Received, lag.Missing, lag.Repeated));
    }

    [Fact]
    public void Before_its_acknowledgement_is_no_lag()
    {
        var lag = WebhookLag.Of([At(0, 1, 1.5)], [At(0, 1, 1.4)], Ticks(1), Ticks(2));
        Assert.Equal((1L, 0L), (lag.Early, lag.Lag.Max));
    }

    static MessageMoment At(int flow, long number, double seconds) => new(flow, number, Ticks(seconds));

    static long Ticks(double seconds) => (long)(seconds * Second);
}
