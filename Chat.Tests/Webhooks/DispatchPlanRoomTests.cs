using Chat.Node.Storage;
using Chat.Node.Webhooks;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Webhooks;

/// <summary>A plan whose memory is used up, and endpoints that are off.</summary>
public sealed class DispatchPlanRoomTests
{
    const long Dead = 1;
    const long Well = 2;
    readonly DispatchPlan _plan = new();

    [Fact]
    public void An_endpoint_that_takes_nothing_does_not_use_up_the_memory_of_all()
    {
        _plan.SetEndpoints([EndpointOf(Dead), EndpointOf(Well)]);
        FillUp();
        Store(DispatchPlan.MaxConversations + 1);
        Assert.Equal([ConversationId.Group(DispatchPlan.MaxConversations + 1)], RunAll(task => task.Endpoint == Well));
        Assert.Equal(DispatchPlan.MaxConversations, _plan.Conversations);
    }

    [Fact]
    public void Nor_does_one_that_is_off()
    {
        _plan.SetEndpoints([EndpointOf(Dead).Off("switched off", now: 0), EndpointOf(Well)]);
        FillUp();
        Store(DispatchPlan.MaxConversations + 1);
        Assert.Equal([ConversationId.Group(DispatchPlan.MaxConversations + 1)], RunAll(task => task.Endpoint == Well));
    }

    [Fact]
    public void Some_of_each_endpoint_stays_in_memory()
    {
        _plan.SetEndpoints([EndpointOf(Dead), EndpointOf(Well)]);
        var failing = Store(1);
        RunAll(_ => false);
        FillUp(from: 2);
        for (var group = 1; group <= DispatchPlan.MaxConversations; group++)
            Store(DispatchPlan.MaxConversations + group);
        Assert.True(_plan.Knows(failing)); // the endpoint that is well has failed only there
        Assert.Equal(DispatchPlan.MaxConversations, _plan.Conversations);
    }

    [Fact]
    public void What_has_made_place_is_found_again_and_goes_on_where_it_was()
    {
        _plan.SetEndpoints([EndpointOf(Dead)]);
        FillUp();
        var gone = Enumerable.Range(1, 10).Select(at => Store(DispatchPlan.MaxConversations + at)).ToList();
        var lost = Enumerable.Range(1, DispatchPlan.MaxConversations).Select(ConversationId.Group).First(id => !_plan.Knows(id));
        Assert.All(gone, id => Assert.True(_plan.Knows(id)));
        _plan.OnStored(new WebhookMark(lost, 1, 1), [new WebhookCursor(Dead, lost, 4, Attempts: 3, FailingSince: 5, Due: 9)], now: 0);
        Assert.True(_plan.Knows(lost));
    }

    [Fact]
    public void An_endpoint_that_is_off_is_asked_nothing_and_no_mark_goes_before_it_is_on_again()
    {
        _plan.SetEndpoints([EndpointOf(Dead).Off("switched off", now: 0)]);
        var id = Store(1);
        _plan.OnTick(0, MarkLife.KeptMilliseconds);
        Assert.Null(_plan.Next());
        Assert.Empty(_plan.TakeFinished(MarkLife.KeptMilliseconds));
        _plan.SetEndpoints([EndpointOf(Dead)]);
        Assert.Equal(id, _plan.Next()!.Value.Task.Conversation);
    }

    [Fact]
    public void What_failed_before_an_endpoint_was_off_is_tried_when_it_is_on_and_does_not_count_as_failing_meanwhile()
    {
        _plan.SetEndpoints([EndpointOf(Dead)]);
        Store(1);
        RunAll(_ => false);
        _plan.SetEndpoints([EndpointOf(Dead).Off("switched off", now: 0)]);
        _plan.OnTick(0, 0);
        Assert.Null(_plan.FailingSince);
        Assert.Null(_plan.Next());
        _plan.SetEndpoints([EndpointOf(Dead)]);
        Assert.NotNull(_plan.Next());
    }

    [Fact]
    public void An_endpoint_that_is_new_begins_where_it_is_stored_and_no_mark_goes_before_that_is_read()
    {
        _plan.SetEndpoints([EndpointOf(Well)]);
        var id = Store(1);
        var task = _plan.Next()!.Value.Task;
        task.OnEmpty(begunAt: MarkLife.KeptMilliseconds);
        _plan.OnEnded(task, isTaken: null);
        Assert.Equal([id], _plan.SetEndpoints([EndpointOf(Well), EndpointOf(Dead)]));
        Assert.Null(_plan.Next());
        Assert.Empty(_plan.TakeFinished(MarkLife.KeptMilliseconds));
        _plan.OnStored(new WebhookMark(id, 1, 1), [new WebhookCursor(Dead, id, 4)], now: 0);
        var begun = _plan.Next()!.Value.Task;
        Assert.Equal((Dead, 4L), (begun.Endpoint, begun.Messages!.Seq));
        Assert.Empty(_plan.SetEndpoints([EndpointOf(Well), EndpointOf(Dead)]));
    }

    [Fact]
    public void An_endpoint_that_wants_messages_again_begins_where_it_is_stored()
    {
        var endpoint = EndpointOf(Well) with { Types = [WebhookTypes.MessageEdited] };
        _plan.SetEndpoints([endpoint]);
        var id = Store(1);
        var task = _plan.Next()!.Value.Task;
        task.OnEmpty(begunAt: MarkLife.KeptMilliseconds);
        _plan.OnEnded(task, isTaken: null);
        Assert.Equal([id], _plan.SetEndpoints([endpoint with { Types = [WebhookTypes.MessageEdited, WebhookTypes.MessageCreated] }]));
        Assert.Empty(_plan.TakeFinished(MarkLife.KeptMilliseconds));
        _plan.OnStored(new WebhookMark(id, 1, 1), [new WebhookCursor(Well, id, 4)], now: 0);
        Assert.Equal((task, 4L), (_plan.Next()!.Value.Task, task.Messages!.Seq));
    }

    /// <summary>The dead endpoint fails in every conversation, the other one takes all.</summary>
    void FillUp(int from = 1)
    {
        for (var group = from; group <= DispatchPlan.MaxConversations; group++)
            Store(group);
        RunAll(task => task.Endpoint == Well);
        _plan.OnTick(0, 0); // what ended since the last one is not yet stored
        _plan.OnTick(0, 0);
    }

    ConversationId Store(int group)
    {
        _plan.OnStored(new WebhookMark(ConversationId.Group(group), 1, 1), [], now: 0);
        return ConversationId.Group(group);
    }

    /// <summary>Conversations of requests that were taken.</summary>
    List<ConversationId> RunAll(Func<WebhookTask, bool> isTaken)
    {
        var taken = new List<ConversationId>();
        while (_plan.Next() is { } run)
        {
            if (!isTaken(run.Task))
            {
                run.Task.OnFailed(0, now: 1, random: 1);
                _plan.OnEnded(run.Task, isTaken: false);
            }
            else if (run.Task.Messages!.Seq == 0)
            {
                taken.Add(run.Task.Conversation);
                run.Task.OnTaken(1);
                _plan.OnEnded(run.Task, isTaken: true);
            }
            else
            {
                run.Task.OnEmpty(0);
                _plan.OnEnded(run.Task, isTaken: null);
            }
        }

        return taken;
    }

    static WebhookEndpoint EndpointOf(long id) => new(id, "http://example.com", [], [], IsBatch: false, null, 0, 0);
}
