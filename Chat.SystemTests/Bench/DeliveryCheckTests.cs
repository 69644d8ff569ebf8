using Chat.Bench.Load;
using Chat.Bench.Measuring;
using Xunit;

namespace Chat.SystemTests.Bench;

/// <summary>The load generator against a server that makes one mistake: exactly that is found.</summary>
public sealed class DeliveryCheckTests
{
    const int Messages = 50;

    [Fact]
    public void A_server_without_a_mistake_is_clean_in_both_directions()
    {
        using var relay = new FakeRelay(_ => Deed.Deliver, isOneWay: false);
        var result = relay.Send(Messages);
        Assert.True(result.Tally.IsPerfect, result.Tally.ToString());
        Assert.Equal(2 * Messages, relay.Loop.State.Arrived);
        Assert.Equal((2 * Messages, 2 * Messages), (result.Delivered, result.Acknowledged));
        Assert.Equal((2 * Messages, 2 * Messages), (result.Delivery.Count, result.Acknowledgement.Count));
    }

    [Fact]
    public void A_message_that_was_acknowledged_and_not_delivered_is_lost()
    {
        var result = Run(Deed.Drop);
        Assert.Equal((1, 0, 0, 0), (result.Tally.Lost, result.Tally.Duplicated, result.Tally.OutOfOrder, result.Tally.Corrupt));
        Assert.False(result.Tally.IsClean);
    }

    [Fact]
    public void A_lost_last_message_is_noticed_too()
    {
        using var relay = new FakeRelay(number => number == Messages ? Deed.Drop : Deed.Deliver);
        Assert.Equal(1, relay.Send(Messages).Tally.Lost);
    }

    [Fact]
    public void A_message_that_comes_twice_is_duplicated()
    {
        var result = Run(Deed.DeliverTwice);
        Assert.Equal((0, 1, 0, 0), (result.Tally.Lost, result.Tally.Duplicated, result.Tally.OutOfOrder, result.Tally.Corrupt));
        Assert.Equal(Messages, result.Delivered);
    }

    [Fact]
    public void A_message_behind_a_later_one_is_out_of_order_and_not_lost()
    {
        var result = Run(Deed.HoldBack);
        Assert.Equal((0, 0, 1, 0), (result.Tally.Lost, result.Tally.Duplicated, result.Tally.OutOfOrder, result.Tally.Corrupt));
    }

    [Theory]
    [InlineData(nameof(Deed.Change))]
    [InlineData(nameof(Deed.Cut))]
    public void A_changed_text_is_corrupt_and_the_message_is_lost(string deed)
    {
        var result = Run(Enum.Parse<Deed>(deed));
        Assert.Equal((1, 0, 0, 1), (result.Tally.Lost, result.Tally.Duplicated, result.Tally.OutOfOrder, result.Tally.Corrupt));
    }

    [Fact]
    public void A_message_that_reaches_its_sender_is_misdelivered_and_lost()
    {
        var result = Run(Deed.Misdeliver);
        Assert.Equal((1, 1), (result.Tally.Lost, result.Tally.Misdelivered));
    }

    [Fact]
    public void A_message_without_an_answer_is_not_lost_but_counted_and_its_age_is_in_the_latencies()
    {
        var result = Run(Deed.Ignore);
        Assert.Equal((0, 1, 1), (result.Tally.Lost, result.Tally.Unanswered, result.Censored));
        Assert.True(result.Tally.IsClean);
        Assert.False(result.Tally.IsPerfect);
        Assert.Equal(Messages, result.Delivery.Count);
        Assert.True(result.Delivery.Max > 1_000_000, $"{result.Delivery.Max} µs");
    }

    [Fact]
    public void A_refused_message_and_those_behind_it_are_sent_again_in_order()
    {
        using var relay = new FakeRelay(number => number is 10 or 11 or 12 ? Deed.RefuseOnce : Deed.Deliver);
        var tally = relay.Send(Messages).Tally;
        Assert.Equal(3, tally.Refused);
        Assert.Equal((0, 0, 0, 9), (tally.Lost, tally.Duplicated, tally.Unanswered, tally.RefusalErrno));
        Assert.Contains("too fast", tally.FirstRefusal, StringComparison.Ordinal);
    }

    [Fact]
    public void The_portable_poller_does_the_same()
    {
        using var relay = new FakeRelay(number => number == 7 ? Deed.Drop : Deed.Deliver, isOneWay: false, new SelectPoller());
        var result = relay.Send(Messages);
        Assert.Equal((1, 0, 0), (result.Tally.Lost, result.Tally.Duplicated, result.Tally.OutOfOrder));
        Assert.Equal(2 * Messages - 1, relay.Loop.State.Arrived);
    }

    [Fact]
    public void A_stall_shows_in_every_message_that_should_have_been_sent_meanwhile()
    {
        // 2 s at 500 a second, and half a second of silence: a quarter of the messages wait, the longest of them all of it.
        var calls = 0;
        using var relay = new FakeRelay(_ => ++calls == 300 ? Deed.Stall : Deed.Deliver);
        var result = relay.Offer(500, TimeSpan.FromSeconds(2), drain: TimeSpan.FromSeconds(5));
        Assert.True(result.Tally.IsPerfect, result.Tally.ToString());
        Assert.Equal((1000, 1000), (result.Sent, result.Delivery.Count));
        var stall = (long)FakeRelay.StallTime.TotalMicroseconds;
        Assert.InRange(result.Delivery.P99, stall * 8 / 10, long.MaxValue);
        Assert.InRange(result.Acknowledgement.P99, stall * 8 / 10, long.MaxValue);
        Assert.InRange(result.Delivery.P90, stall * 4 / 10, long.MaxValue);
    }

    [Fact]
    public void What_a_server_has_taken_when_sending_stops_is_not_lost_because_it_comes_later()
    {
        using var relay = new FakeRelay(_ => Deed.DeliverLate);
        var result = relay.Offer(10_000, TimeSpan.FromMilliseconds(300), drain: TimeSpan.FromSeconds(2));
        Assert.InRange(relay.Loop.State.Arrived, 10, 2000); // of 3,000 that were due
        Assert.True(result.Tally.IsPerfect, result.Tally.ToString());
    }

    [Fact]
    public void Two_runs_over_the_same_connections_are_counted_apart()
    {
        using var relay = new FakeRelay(number => number == 5 ? Deed.Drop : Deed.Deliver);
        Assert.Equal(1, relay.Send(Messages).Tally.Lost);
        RunResult second = relay.Send(Messages);
        Assert.Equal((0, Messages), (second.Tally.Lost, second.Delivered));
    }

    static RunResult Run(Deed deed)
    {
        using var relay = new FakeRelay(number => number == 20 ? deed : Deed.Deliver);
        return relay.Send(Messages);
    }
}
