using Chat.Node.Storage;
using Chat.Node.Webhooks;
using Xunit;

namespace Chat.Tests.Webhooks;

public sealed class OutboxPlanTests
{
    static readonly WebhookEndpoint Endpoint = new(1, "http://example.com", [], [], IsBatch: false, null, OutboxTo: 3, 0);
    readonly OutboxPlan _plan = new();

    [Fact]
    public void Nothing_is_settled_behind_a_missing_number_before_it_can_turn_up_no_more()
    {
        EventNumber[] numbers = [new(5, 1000), new(6, 1000), new(8, 1000)];
        Assert.Equal(6, OutboxOrder.Settled(numbers, after: 4, oldTo: 7, _ => true));
        Assert.Equal(8, OutboxOrder.Settled(numbers, after: 4, oldTo: 8, _ => true));
        Assert.Equal(3, OutboxOrder.Settled(numbers, after: 3, oldTo: 4, _ => true));
        Assert.Equal(5, OutboxOrder.Settled(numbers, after: 4, oldTo: 9, id => id != 6));
    }

    [Fact]
    public void A_missing_number_can_turn_up_no_more_30_s_after_one_behind_it_was_seen()
    {
        _plan.SetEndpoints([Endpoint]);
        _plan.OnNewest(8, steady: 1000);
        _plan.OnNewest(8, steady: 2000);
        _plan.OnNewest(9, steady: 2000 + OutboxOrder.PatienceMilliseconds - 1001);
        Assert.Equal(0, TakeOldTo());
        _plan.OnNewest(9, steady: 1000 + OutboxOrder.PatienceMilliseconds);
        Assert.Equal(8, TakeOldTo());
    }

    [Fact]
    public void What_fails_for_a_day_is_given_up_with_what_is_an_hour_younger_at_most()
    {
        const int Hour = 3_600_000;
        var failed = new WebhookEvent(5, "a", "{}", 0);
        Assert.False(OutboxOrder.IsGivenUp(failed, (24 * Hour) - 1));
        Assert.True(OutboxOrder.IsGivenUp(failed, 24 * Hour));
        Assert.Equal(6, OutboxOrder.GivenUpWith(failed, [new(6, Hour), new(7, Hour + 1), new(8, Hour)], 24 * Hour));
        Assert.Equal(5, OutboxOrder.GivenUpWith(failed, [], 24 * Hour));
    }

    [Fact]
    public void An_event_that_was_taken_is_not_sent_again_though_what_is_stored_was_read_before()
    {
        _plan.SetEndpoints([Endpoint]);
        Assert.Equal(3, Assert.Single(_plan.TakeDue([Endpoint], now: 0)).Endpoint.OutboxTo);
        Assert.Empty(_plan.TakeDue([Endpoint], now: 0)); // it is running
        _plan.OnEnded(new OutboxOutcome(1, UpTo: 5, [4, 5, 9]), now: 0);
        _plan.SetEndpoints([Endpoint]);
        var run = Assert.Single(_plan.TakeDue([Endpoint], now: 0));
        Assert.Equal(5, run.Endpoint.OutboxTo);
        Assert.Equal([9L], run.Taken);
        Assert.Equal(5, _plan.TakenByAll([Endpoint]));
    }

    [Fact]
    public void Who_certainly_has_more_goes_on_behind_what_was_looked_at_and_from_the_front_once_with_each_tick()
    {
        var other = Endpoint with { Id = 2 };
        _plan.SetEndpoints([Endpoint, other]);
        Assert.Equal([3L, 3L], _plan.TakeDue([Endpoint, other], now: 0).Select(run => run.After));
        _plan.OnEnded(new OutboxOutcome(2, UpTo: 3, []), now: 0);
        _plan.OnEnded(new OutboxOutcome(1, UpTo: 3, [5, 9], HasMore: true, ReadTo: 9), now: 0); // 4 may turn up
        Assert.Equal(9, _plan.TakeNext(Endpoint, now: 0)!.After);
        Assert.Null(_plan.TakeNext(Endpoint, now: 0)); // it is running
        Assert.Equal(2, Assert.Single(_plan.TakeDue([Endpoint, other], now: 0)).Endpoint.Id);
        _plan.OnEnded(new OutboxOutcome(1, UpTo: 3, [12], HasMore: true, ReadTo: 12), now: 0);
        Assert.Equal(3, _plan.TakeNext(Endpoint, now: 0)!.After); // there was a tick
        _plan.OnEnded(new OutboxOutcome(1, UpTo: 15, [15], HasMore: true, ReadTo: 15), now: 0);
        Assert.Equal(15, _plan.TakeNext(Endpoint, now: 0)!.After);
    }

    [Fact]
    public void What_failed_waits_until_it_is_due_and_a_database_that_is_away_is_not_the_endpoints_fault()
    {
        _plan.SetEndpoints([Endpoint]);
        End(new OutboxOutcome(1, UpTo: 5, [], "status 500", Trouble: OutboxPlan.Failed(null, isAnother: false, now: 0, random: 1)), now: 0);
        Assert.Empty(_plan.TakeDue([Endpoint], now: 999));
        End(OutboxOutcome.Unknown(Endpoint, "away"), now: 1000);
        Assert.Empty(_plan.TakeDue([Endpoint], now: 1999));
        Assert.Equal((1, 0L), (_plan.AttemptsOf(1), _plan.FailingSince));
        Assert.Single(_plan.TakeDue([Endpoint], now: 2000));
    }

    [Fact]
    public void Attempts_are_counted_anew_when_an_endpoint_has_taken_something_and_fails_at_the_next()
    {
        var first = OutboxPlan.Failed(null, isAnother: false, now: 10, random: 1);
        var second = OutboxPlan.Failed(first, isAnother: false, now: 1010, random: 1);
        Assert.Equal([new OutboxTrouble(1, 10, 1010), new OutboxTrouble(2, 10, 3010), new OutboxTrouble(1, 3010, 4010)], [first, second, OutboxPlan.Failed(second, isAnother: true, now: 3010, random: 1)]);
    }

    [Fact]
    public void An_endpoint_that_is_off_is_asked_nothing_and_what_it_lacks_stays_until_it_is_forgotten()
    {
        var off = Endpoint.Off("switched off", now: 7);
        WebhookEndpoint[] endpoints = [off, Endpoint with { Id = 2, OutboxTo = 9 }];
        _plan.SetEndpoints(endpoints);
        Assert.Equal(2, Assert.Single(_plan.TakeDue(endpoints, now: 0)).Endpoint.Id);
        Assert.Equal(3, _plan.TakenByAll(endpoints));
        Assert.Equal(9, _plan.TakenByAll([off with { ForgottenAt = 8 }, endpoints[1]]));
    }

    [Fact]
    public void Who_is_switched_on_again_does_not_wait_and_was_not_failing_meanwhile()
    {
        var failing = Endpoint with { Trouble = new OutboxTrouble(9, FailingSince: 5, Due: 300_000) };
        _plan.SetEndpoints([failing.Off("switched off", now: 7)]);
        Assert.Null(_plan.FailingSince);
        _plan.SetEndpoints([failing]);
        Assert.Equal(5, _plan.FailingSince);
        Assert.Single(_plan.TakeDue([failing], now: 10));
    }

    long TakeOldTo()
    {
        var run = Assert.Single(_plan.TakeDue([Endpoint], now: 0));
        _plan.OnEnded(new OutboxOutcome(1, UpTo: 3, []), now: 0);
        return run.OldTo;
    }

    void End(OutboxOutcome outcome, long now)
    {
        Assert.Single(_plan.TakeDue([Endpoint], now));
        _plan.OnEnded(outcome, now);
    }
}
