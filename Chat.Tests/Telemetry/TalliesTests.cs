using Chat.Node.Telemetry;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Telemetry;

/// <summary>Counts with a tag, and what a code that this version does not know counts as.</summary>
public sealed class TalliesTests
{
    [Fact]
    public void Each_value_is_counted_for_itself()
    {
        var tallies = new Tallies("outcome", Tallies.NamesOf<DeliveryOutcome>());
        tallies.Add((int)DeliveryOutcome.Queued, 3);
        tallies.Add((int)DeliveryOutcome.Queued);
        Assert.Equal(
            [("pushed", 0L), ("queued", 4L), ("drained", 0L)],
            tallies.Read().Select(measurement => ((string)measurement.Tags[0].Value!, measurement.Value)));
    }

    [Fact]
    public void Many_threads_lose_no_count()
    {
        const int Each = 20_000;
        var tallies = new Tallies("result", "ok");
        Parallel.For(0, 4, _ =>
        {
            for (var i = 0; i < Each; i++)
                tallies.Add(0);
        });
        Assert.Equal(4 * Each, tallies[0]);
    }

    [Fact]
    public void The_names_of_an_enumeration_become_words()
    {
        Assert.Equal(["none", "rejected", "already_online"], Tallies.NamesOf<ErrorCode>().Take(3));
        Assert.Equal(Enum.GetValues<ErrorCode>().Select(code => (int)code), Enumerable.Range(0, Tallies.NamesOf<ErrorCode>().Count)); // the number of a code is its place
    }

    /// <summary>A node of a later version may refuse with an errno of its own.</summary>
    [Theory]
    [InlineData(9, "too_fast")]
    [InlineData(1000, "other")]
    [InlineData(-1, "other")]
    public void An_unknown_error_counts_as_another_one(int code, string reason)
    {
        using var meter = new NodeMeter("Chat.Errors");
        using var readings = new Readings(meter.Meter);
        meter.Refused((ErrorCode)code);
        meter.LoginAnswered((ErrorCode)code);
        Assert.Equal(1, readings.Of("chat.refusals", reason));
        Assert.Equal(1, readings.Of("chat.logins", reason));
        Assert.Equal(1, readings.Of("chat.refusals"));
    }

    [Fact]
    public void A_closed_connection_has_a_reason_of_its_own()
    {
        using var meter = new NodeMeter("Chat.Closed");
        using var readings = new Readings(meter.Meter);
        meter.ConnectionRefused();
        Assert.Equal(1, readings.Of("chat.refusals", "too_many_connections"));
    }
}
