using Chat.Node.Contracts;
using Chat.Node.Delivery;
using Chat.Node.Telemetry;
using Chat.Node.Users;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Users;

public sealed class DeliveryLinkTests
{
    readonly DeliveryLink _link = new(incarnation: 0);

    [Fact]
    public void Only_the_next_one_is_taken()
    {
        Assert.Equal(Arrival.Next, _link.Judge(Deliver(1)));
        _link.Take(Deliver(1));
        Assert.Equal(Arrival.Repeated, _link.Judge(Deliver(1)));
        Assert.Equal(Arrival.Gap, _link.Judge(Deliver(3)));
        Assert.Equal(Arrival.Next, _link.Judge(Deliver(2)));
        Assert.Equal(Arrival.Next, _link.Judge(Deliver(7, previous: 1)));
    }

    [Fact]
    public void A_new_life_is_lifted_over_what_is_confirmed_or_was_handled_before()
    {
        Assert.Equal(Arrival.Next, _link.Judge(Deliver(9, confirmedTo: 8)));
        Assert.Equal(Arrival.Gap, _link.Judge(Deliver(9, confirmedTo: 7)));
        _link.StartAfter(8);
        Assert.Equal(Arrival.Next, _link.Judge(Deliver(9)));
        Assert.Equal(Arrival.Repeated, _link.Judge(Deliver(8)));
        _link.StartAfter(3);
        Assert.Equal(8, _link.Last);
    }

    [Fact]
    public void What_is_confirmed_ends_before_the_first_that_is_not_done()
    {
        var pending = Take(1, 2, 3);
        Assert.Equal((0, 3), (_link.ConfirmedTo, _link.Pending));
        pending[1].Finish(SpanOutcome.Pushed);
        Assert.False(_link.Advance());
        Assert.Equal(0, _link.ConfirmedTo);
        pending[0].Finish(SpanOutcome.Pushed);
        Assert.True(_link.Advance());
        Assert.Equal(2, _link.ConfirmedTo);
        pending[2].Finish(SpanOutcome.Pushed);
        Assert.True(_link.Advance());
        Assert.Equal(3, _link.ConfirmedTo);
        Assert.True(_link.IsIdle);
    }

    [Fact]
    public void Numbers_that_were_left_out_count_as_confirmed()
    {
        var first = _link.Take(Deliver(4, previous: 0));
        var second = _link.Take(Deliver(9, previous: 4));
        Assert.Equal(3, _link.ConfirmedTo);
        first.Finish(SpanOutcome.Pushed);
        _link.Advance();
        Assert.Equal(8, _link.ConfirmedTo);
        second.Finish(SpanOutcome.Pushed);
        _link.Advance();
        Assert.Equal(9, _link.ConfirmedTo);
    }

    [Fact]
    public void A_flush_confirms_what_that_session_was_given_up_to_there()
    {
        var pending = Take(1, 2, 3);
        pending[0].PushedTo = pending[1].PushedTo = 0b01;
        pending[2].PushedTo = 0b11;
        Assert.False(_link.OnPushed(slot: 1, upTo: 2));
        Assert.True(_link.OnPushed(slot: 0, upTo: 2));
        Assert.Equal(2, _link.ConfirmedTo);
        Assert.False(pending[2].IsDone);
        Assert.True(_link.OnPushed(slot: 1, upTo: 3));
        Assert.Equal(3, _link.ConfirmedTo);
    }

    [Fact]
    public void A_session_that_dies_leaves_what_nobody_else_was_given()
    {
        var pending = Take(1, 2, 3, 4);
        pending[0].PushedTo = 0b01;
        pending[1].PushedTo = 0b11;
        pending[2].PushedTo = 0b10;
        pending[3].PushedTo = 0b01;
        pending[3].Finish(SpanOutcome.Pushed);

        Assert.Equal([pending[0]], _link.OnSessionGone(slot: 0));

        Assert.Empty(_link.OnSessionGone(slot: 0));
        Assert.Equal([pending[1], pending[2]], _link.OnSessionGone(slot: 1));
    }

    [Fact]
    public void A_session_that_comes_is_given_what_others_have_not_flushed_and_nothing_that_is_done_queued_or_unwanted()
    {
        var pending = Take(1, 2, 3, 4, 5);
        foreach (var delivery in pending.Take(4))
            delivery.PushedTo = 0b01;
        pending[0].Finish(SpanOutcome.Pushed);
        Assert.Equal([pending[1], pending[3]], _link.GiveTo(slot: 1, message => message.Seq != 3));
        Assert.Equal([0b01UL, 0b11, 0b01, 0b11, 0], pending.Select(delivery => delivery.PushedTo));
        Assert.Equal([pending[2]], _link.OnSessionGone(slot: 0).Where(lost => !lost.IsDone));
        Assert.True(_link.OnPushed(slot: 1, upTo: 2));
    }

    [Fact]
    public void The_last_slot_is_a_slot_like_any_other()
    {
        Take(1)[0].PushedTo = 1UL << 63;
        Assert.True(_link.OnPushed(slot: 63, upTo: 1));
    }

    List<PendingDelivery> Take(params long[] numbers) => [.. numbers.Select(number => _link.Take(Deliver(number)))];

    static Deliver Deliver(long number, long? previous = null, long confirmedTo = 0) => new(
        2, 0, number, previous ?? number - 1, confirmedTo, false, new AcceptedMessage(ConversationId.Direct(1, 2), number, 1, "c", 1000, default, 0));
}
