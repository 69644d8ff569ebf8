using Chat.Node.Storage;
using Chat.Node.Webhooks;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Webhooks;

public sealed class DispatchPlanTests
{
    static readonly ConversationId Id = ConversationId.Group(5);
    readonly DispatchPlan _plan = new();

    public DispatchPlanTests() => _plan.SetEndpoints([EndpointOf(1)]);

    [Fact]
    public void An_endpoint_without_a_cursor_begins_with_the_first_marked_number()
    {
        _plan.OnStored(new WebhookMark(Id, FirstSeq: 8, Version: 1), [], now: 0);
        Assert.Equal(7, _plan.Next()!.Value.Task.Messages!.Seq);
    }

    [Fact]
    public void A_conversation_is_brought_to_an_endpoint_by_one_request_at_a_time()
    {
        var task = Begin();
        _plan.OnNews(Id);
        Assert.Null(_plan.Next());
        task.OnTaken(9);
        _plan.OnEnded(task, isTaken: true);
        Assert.Equal(9, _plan.Next()!.Value.Task.Messages!.Seq);
    }

    [Fact]
    public void News_during_a_look_that_finds_nothing_leads_to_another_look()
    {
        var task = Begin();
        _plan.OnNews(Id);
        task.OnEmpty(begunAt: 0);
        _plan.OnEnded(task, isTaken: null);
        Assert.NotNull(_plan.Next());
    }

    [Fact]
    public void A_failed_request_waits_until_it_is_due_and_news_do_not_hurry_it()
    {
        var task = Begin();
        task.OnFailed(upTo: 7, now: 1000, random: 1);
        _plan.OnEnded(task, isTaken: false);
        _plan.OnNews(Id);
        _plan.OnTick(now: 1999, steady: 0);
        Assert.Null(_plan.Next());
        _plan.OnTick(now: 2000, steady: 0);
        Assert.Same(task, _plan.Next()!.Value.Task);
    }

    [Fact]
    public void While_something_is_given_up_nothing_is_sent_and_what_comes_behind_it_is_sent_then()
    {
        var task = BeginGivingUp();
        _plan.OnTick(now: 400_000, steady: 0);
        Assert.False(task.Hurry());
        Assert.Null(_plan.Next());
        task.OnBuried(upTo: 9);
        _plan.OnTick(now: 400_000, steady: 0);
        Assert.Equal(9, _plan.Next()!.Value.Task.Messages!.Seq);
    }

    [Fact]
    public void What_could_not_be_given_up_is_tried_again_when_it_is_due()
    {
        var task = BeginGivingUp();
        task.OnNotBuried();
        _plan.OnTick(now: 1999, steady: 0);
        Assert.Null(_plan.Next());
        _plan.OnTick(now: 2000, steady: 0);
        Assert.Equal(7, _plan.Next()!.Value.Task.Messages!.Seq);
    }

    [Fact]
    public void Conversations_do_not_wait_for_each_other()
    {
        Begin();
        _plan.OnStored(new WebhookMark(ConversationId.Group(6), 1, 1), [], now: 0);
        Assert.Equal(ConversationId.Group(6), _plan.Next()!.Value.Task.Conversation);
    }

    [Fact]
    public void Requests_of_an_endpoint_are_bounded_and_one_that_is_down_gets_one()
    {
        for (var group = 1; group <= 2 * DispatchPlan.MaxRunning; group++)
            _plan.OnStored(new WebhookMark(ConversationId.Group(group), 1, 1), [], now: 0);
        var runs = new List<WebhookTask>();
        while (_plan.Next() is { } run)
            runs.Add(run.Task);
        Assert.Equal(DispatchPlan.MaxRunning, runs.Count);
        foreach (var task in runs)
        {
            task.OnFailed(0, now: 0, random: 0);
            _plan.OnEnded(task, isTaken: false);
        }

        Assert.NotNull(_plan.Next());
        Assert.Null(_plan.Next());
    }

    [Fact]
    public void A_look_that_finds_nothing_does_not_tell_that_an_endpoint_is_back()
    {
        for (var group = 1; group <= DispatchPlan.MaxRunning + 2; group++)
            _plan.OnStored(new WebhookMark(ConversationId.Group(group), 1, 1), [], now: 0);
        for (var i = 0; i < DispatchPlan.MaxRunning; i++)
        {
            var failed = _plan.Next()!.Value.Task;
            failed.OnFailed(0, now: 0, random: 0);
            _plan.OnEnded(failed, isTaken: false);
        }

        var task = _plan.Next()!.Value.Task;
        task.OnEmpty(begunAt: 0);
        _plan.OnEnded(task, isTaken: null);
        Assert.NotNull(_plan.Next());
        Assert.Null(_plan.Next());
    }

    [Fact]
    public void An_endpoint_that_was_switched_off_and_on_begins_anew_and_what_was_under_way_counts_no_more()
    {
        var task = Begin();
        _plan.SetEndpoints([]);
        _plan.SetEndpoints([EndpointOf(1)]);
        _plan.OnStored(new WebhookMark(Id, 8, 1), [], now: 0);
        var next = _plan.Next()!.Value.Task;
        Assert.NotSame(task, next);
        task.OnTaken(9);
        _plan.OnEnded(task, isTaken: true);
        Assert.Null(_plan.Next());
    }

    [Fact]
    public void A_mark_goes_when_it_is_old_and_a_later_look_has_found_nothing()
    {
        var task = Begin();
        task.OnEmpty(begunAt: 10);
        _plan.OnEnded(task, isTaken: true);
        _plan.OnTick(0, MarkLife.KeptMilliseconds - 1);
        Assert.Null(_plan.Next());
        _plan.OnTick(0, MarkLife.KeptMilliseconds);
        Assert.Empty(_plan.TakeFinished(MarkLife.KeptMilliseconds)); // the look was earlier
        Assert.Same(task, _plan.Next()!.Value.Task);
        task.OnEmpty(begunAt: MarkLife.KeptMilliseconds);
        _plan.OnEnded(task, isTaken: true);
        var finished = Assert.Single(_plan.TakeFinished(MarkLife.KeptMilliseconds));
        Assert.Equal(1, finished.Version);
        Assert.Empty(_plan.TakeFinished(MarkLife.KeptMilliseconds)); // told once
        _plan.OnCleared(finished);
        Assert.False(_plan.Knows(Id));
    }

    [Fact]
    public void A_mark_that_was_renewed_lives_from_then_on()
    {
        var task = Begin();
        task.OnEmpty(begunAt: 0);
        _plan.OnEnded(task, isTaken: null);
        _plan.OnStored(new WebhookMark(Id, 8, Version: 2), [], now: 5000);
        Assert.Same(task, _plan.Next()!.Value.Task);
        task.OnEmpty(begunAt: MarkLife.KeptMilliseconds);
        _plan.OnEnded(task, isTaken: true);
        Assert.Empty(_plan.TakeFinished(MarkLife.KeptMilliseconds));
    }

    [Fact]
    public void Another_mark_with_the_same_version_lives_from_then_on()
    {
        var task = Begin();
        task.OnEmpty(begunAt: MarkLife.KeptMilliseconds);
        _plan.OnEnded(task, isTaken: true);
        _plan.OnStored(new WebhookMark(Id, FirstSeq: 12, Version: 1), [], now: MarkLife.KeptMilliseconds); // the first one has gone, and is not known to have
        Assert.Empty(_plan.TakeFinished(MarkLife.KeptMilliseconds));
        Assert.Same(task, _plan.Next()!.Value.Task);
    }

    [Fact]
    public void Without_endpoints_marks_go()
    {
        _plan.SetEndpoints([]);
        _plan.OnStored(new WebhookMark(Id, 8, 1), [], now: 0);
        Assert.Single(_plan.TakeFinished(MarkLife.KeptMilliseconds));
    }

    [Fact]
    public void Attempts_are_counted_for_one_number_and_begin_anew_behind_it()
    {
        var task = new WebhookTask(new WebhookCursor(1, Id, 7));
        task.OnFailed(7, now: 1000, random: 1);
        task.OnFailed(7, now: 5000, random: 1);
        Assert.Equal((7L, 2, 1000L, 7000L), (task.Messages!.Seq, task.Messages!.Attempts, task.Messages!.FailingSince!.Value, task.Messages!.Due));
        task.OnFailed(9, now: 9000, random: 1);
        Assert.Equal((9L, 1, 9000L), (task.Messages!.Seq, task.Messages!.Attempts, task.Messages!.FailingSince!.Value));
        task.OnTaken(10);
        Assert.Equal(new WebhookCursor(1, Id, 10), task.Messages);
    }

    [Fact]
    public void Messages_and_changes_of_a_conversation_share_one_request_and_each_has_its_place()
    {
        var task = Begin();
        _plan.OnStored(ChangesFrom(3, version: 5), [], now: 0);
        Assert.Null(_plan.Next());
        task.OnTaken(9);
        _plan.OnEnded(task, isTaken: true);
        Assert.Same(task, _plan.Next()!.Value.Task);
        Assert.Equal((9L, 2L), (task.Messages!.Seq, task.Changes!.Seq));
        task.OnTaken(4, isOfChanges: true);
        Assert.Equal((9L, 4L), (task.Messages.Seq, task.Changes.Seq));
    }

    [Fact]
    public void A_change_in_a_known_conversation_is_looked_for_if_none_is_known_to_be_marked()
    {
        Begin();
        Assert.True(_plan.OnNews(Id));
        Assert.False(_plan.OnNews(Id, isOfChanges: true));
        _plan.OnStored(ChangesFrom(3, version: 5), [], now: 0);
        Assert.True(_plan.OnNews(Id, isOfChanges: true));
    }

    [Fact]
    public void A_stored_place_among_changes_is_gone_on_from_and_what_failed_there_waits()
    {
        _plan.OnStored(ChangesFrom(3, version: 9), [new WebhookCursor(1, Id, 6, Attempts: 1, FailingSince: 5, Due: 2000, IsOfChanges: true)], now: 0);
        _plan.OnTick(now: 1999, steady: 0);
        Assert.Null(_plan.Next());
        _plan.OnTick(now: 2000, steady: 0);
        var task = _plan.Next()!.Value.Task;
        Assert.Equal(6, task.Changes!.Seq);
        Assert.Null(task.Messages);
    }

    [Fact]
    public void Marks_of_messages_and_of_changes_go_each_by_itself()
    {
        var task = Begin();
        var changes = ChangesFrom(3, version: 5);
        _plan.OnStored(changes, [], now: 0);
        task.OnEmpty(begunAt: MarkLife.KeptMilliseconds);
        _plan.OnEnded(task, isTaken: null);
        task = _plan.Next()!.Value.Task; // the change came while it was under way
        task.OnEmpty(begunAt: MarkLife.KeptMilliseconds);
        _plan.OnEnded(task, isTaken: null);
        var finished = _plan.TakeFinished(MarkLife.KeptMilliseconds);
        Assert.Equal(2, finished.Count);
        _plan.OnStored(ChangesFrom(3, version: 6), [], now: MarkLife.KeptMilliseconds); // before it is known what became of the older one
        finished.ForEach(_plan.OnCleared);
        Assert.True(_plan.Knows(Id));
        Assert.Same(task, _plan.Next()!.Value.Task);
    }

    static WebhookMark ChangesFrom(long rev, long version) => new(Id, rev, version, IsOfChanges: true);

    WebhookTask BeginGivingUp()
    {
        var task = Begin();
        task.OnFailed(upTo: 7, now: 1000, random: 1);
        task.GiveUp();
        _plan.OnEnded(task, isTaken: false);
        return task;
    }

    WebhookTask Begin()
    {
        _plan.OnStored(new WebhookMark(Id, 8, 1), [], now: 0);
        return _plan.Next()!.Value.Task;
    }

    static WebhookEndpoint EndpointOf(long id) => new(id, "http://example.com", [], [], IsBatch: false, null, 0, 0);
}
