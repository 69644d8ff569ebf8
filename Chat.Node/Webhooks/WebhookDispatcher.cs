using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;
using static Chat.Node.Webhooks.DispatcherEvents;

namespace Chat.Node.Webhooks;

/// <summary>
/// One in the cluster: brings every endpoint what it lacks. The log is its outbox: what is to be brought is everything above a cursor in a marked
/// conversation. Cursors are stored after the endpoint has answered, so a crash brings some requests once more, with the same ids.
/// </summary>
sealed class WebhookDispatcher : ReceiveActor, IWithTimers
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    readonly DispatcherServices _services;
    readonly DispatchPlan _plan = new();
    readonly OutboxDesk _outbox;
    readonly MarkReader _marks;
    readonly HashSet<long> _replaying = [];

    /// <summary>Endpoints that were off for too long, of which what they lack is being given up.</summary>
    readonly HashSet<long> _forgetting = [];
    IReadOnlyList<WebhookEndpoint> _endpoints = [];

    /// <summary>Nothing is known before: nobody may be taken for one who wants nothing.</summary>
    bool _hasEndpoints;
    bool _isReadingEndpoints;
    bool _isPushing;

    public WebhookDispatcher(DispatcherServices services)
    {
        _services = services;
        _marks = new MarkReader(services.Marks, services.Changes);
        _outbox = new OutboxDesk(services, Self);
        Receive<WebhookHint>(OnHint);
        Receive<RunEnded>(OnRunEnded);
        Receive<Tick>(_ => OnTick());
        Receive<EndpointsRead>(OnEndpointsRead);
        Receive<MarksFound>(OnMarksRead);
        Receive<MarkCleared>(cleared => _plan.OnCleared(cleared.Mark));
        Receive<Buried>(OnBuried);
        Receive<OutboxOutcome>(OnOutbox);
        Receive<PushesEnded>(OnPushesEnded);
        Receive<Purged>(_outbox.OnPurged);
        Receive<NewestRead>(_outbox.OnNewest);
        Receive<ReplayWebhook>(OnReplay);
        Receive<ReplayEnded>(OnReplayEnded);
        Receive<OffEnded>(OnOffEnded);
        Receive<GetWebhookAttempts>(get => Sender.Tell(new WebhookAttempts(_services.Attempts.Of(get.Endpoint))));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    long Now => _services.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    long Steady => _services.Clock.SteadyMilliseconds();

    /// <summary>What this node knows of endpoints is old from now on: another one may have the dispatcher.</summary>
    protected override void PostStop() => (_services.Meter.WebhookLag, _services.Meter.WebhookConversations) = (TimeSpan.Zero, 0);

    protected override void PreStart() => Timers.StartPeriodicTimer("tick", Tick.Instance, TimeSpan.Zero, Interval);

    void OnTick()
    {
        if (!_isReadingEndpoints)
        {
            _isReadingEndpoints = true;
            _services.Endpoints.AllAsync().PipeTo(Self, success: all => new EndpointsRead(all), failure: _ => new EndpointsRead(null));
        }

        _plan.OnTick(Now, Steady);
        TellLag();
        _services.Meter.WebhookConversations = _plan.Conversations;
        foreach (var mark in _plan.TakeFinished(Steady))
        {
            // A mark that was renewed meanwhile stays, and is read again; so it is when nothing is known.
            (mark.IsOfChanges ? _services.Changes.ClearAsync(mark) : _services.Marks.ClearAsync(mark)).PipeTo(
                Self, success: _ => new MarkCleared(mark), failure: _ => new MarkCleared(mark));
        }

        _marks.OnTick();
        ReadMarks();
        RunPushes();
        _outbox.OnTick();
        Dispatch();
    }

    /// <summary>An endpoint that takes nothing is seen in the metrics.</summary>
    void TellLag()
    {
        var since = Math.Min(_plan.FailingSince ?? long.MaxValue, _outbox.FailingSince ?? long.MaxValue);
        _services.Meter.WebhookLag = TimeSpan.FromMilliseconds(since == long.MaxValue ? 0 : Math.Max(0, Now - since));
    }

    /// <summary>Who is to be woken becomes an event of the outbox.</summary>
    void RunPushes()
    {
        if (_isPushing || !_hasEndpoints)
            return;
        _isPushing = true;
        _services.Pushes.RunAsync(_endpoints).PipeTo(
            Self, success: hasMore => new PushesEnded(hasMore), failure: cause => new PushesEnded(HasMore: false, cause.Message));
    }

    void OnPushesEnded(PushesEnded ended)
    {
        _isPushing = false;
        if (ended.Failure is { } failure)
            WebhookLog.MarksUnread(_services.Logger, failure); // the next tick tries again
        if (ended.HasMore)
            RunPushes();
    }

    void OnEndpointsRead(EndpointsRead read)
    {
        _isReadingEndpoints = false;
        if (read.Endpoints is not { } endpoints)
            return;
        (_endpoints, _hasEndpoints) = (endpoints, true);
        _outbox.SetEndpoints(endpoints);
        _marks.ReadAgain(_plan.SetEndpoints([.. endpoints.Where(endpoint => endpoint.FollowsConversations)]));
        ReadMarks();
        foreach (var endpoint in endpoints.Where(endpoint => OffWorker.IsDue(endpoint, Now) && _forgetting.Add(endpoint.Id)))
        {
            _services.Off.RunAsync(endpoint).PipeTo(
                Self, success: isForgotten => new OffEnded(endpoint.Id, isForgotten), failure: cause => new OffEnded(endpoint.Id, IsForgotten: false, cause.Message));
        }
    }

    void OnOffEnded(OffEnded ended)
    {
        _forgetting.Remove(ended.Endpoint);
        if (ended.Failure is { } failure)
            WebhookLog.MarksUnread(_services.Logger, failure); // the next look at the endpoints begins anew
        else if (ended.IsForgotten)
            WebhookLog.Forgotten(_services.Logger, ended.Endpoint);
    }

    void OnHint(WebhookHint hint)
    {
        var told = new HashSet<ConversationId>();
        foreach (var id in hint.Conversations)
        {
            if (!_plan.OnNews(id, isOfChanges: !told.Add(id)))
                _marks.AddHint(id);
        }

        ReadMarks();
        Dispatch();
    }

    /// <summary>Not before the endpoints are known: a mark would be taken for one that nobody needs.</summary>
    void ReadMarks()
    {
        if (_hasEndpoints && _marks.TryBegin(_plan.IsFull, out var look))
            look.PipeTo(Self, failure: cause => new MarksFound([], [], Failure: cause));
    }

    void OnMarksRead(MarksFound found)
    {
        var isUsed = _marks.OnRead(found);
        if (found.Failure is { } cause)
        {
            WebhookLog.MarksUnread(_services.Logger, cause.Message);
            return; // the next tick tries again
        }

        if (!isUsed)
        {
            ReadMarks();
            return;
        }

        var cursors = found.Cursors.ToLookup(cursor => cursor.Conversation);
        foreach (var mark in found.Marks)
        {
            if (!_plan.OnStored(mark, cursors[mark.Conversation], Steady))
                _marks.OnNoRoom(found, mark.Conversation);
        }

        ReadMarks();
        Dispatch();
    }

    void Dispatch()
    {
        while (_plan.Next() is { } run)
        {
            _services.Worker.RunAsync(run.Endpoint, run.Task.Messages, run.Task.Changes).PipeTo(
                Self, success: outcome => new RunEnded(run, outcome, null), failure: cause => new RunEnded(run, default, cause));
        }
    }

    void OnRunEnded(RunEnded ended)
    {
        var ((endpoint, task), outcome) = (ended.Run, ended.Outcome);
        if (ended.Failure is { } cause)
        {
            WebhookLog.MarksUnread(_services.Logger, cause.Message);
            task.OnUnknown(Now);
        }
        else if (outcome.Failure is { } failure)
        {
            OnRefused(endpoint, task, outcome, failure);
        }
        else if (outcome.IsEmpty)
        {
            task.OnEmpty(outcome.BegunAt);
        }
        else
        {
            task.OnTaken(outcome.UpTo, outcome.IsOfChanges);
            _services.Cursors.Store(task.Known(outcome.IsOfChanges));
        }

        _plan.OnEnded(task, ended.Failure is not null || outcome.IsEmpty ? null : outcome.Failure is null);
        Dispatch();
    }

    void OnRefused(WebhookEndpoint endpoint, WebhookTask task, RunOutcome outcome, SendOutcome failure)
    {
        task.OnFailed(outcome.UpTo, Now, Random.Shared.NextDouble(), outcome.IsOfChanges, outcome.Tried);
        var cursor = task.Known(outcome.IsOfChanges);
        WebhookLog.Failed(_services.Logger, endpoint.Id, endpoint.Host, cursor.Attempts, failure.Reason);
        if (!failure.IsGone && Now - cursor.FailingSince >= Backoff.GivenUpAfter.TotalMilliseconds)
        {
            Bury(task, cursor, failure.Reason); // it stores a later cursor: none may wait to be stored behind it
            return;
        }

        _services.Cursors.Store(cursor);
        if (failure.IsGone)
            _ = DisableAsync(endpoint.Id);
    }

    async Task DisableAsync(long id)
    {
        try
        {
            await _services.Endpoints.DisableAsync(id, "it answered with 410 (gone)");
        }
        catch (StorageException e)
        {
            WebhookLog.MarksUnread(_services.Logger, e.Message); // it is asked again, and says so again
        }
    }

    /// <summary>Everything that is there now is given up together, and a gap is told of. It is not sent any more meanwhile: what is a dead letter was not brought.</summary>
    void Bury(WebhookTask task, WebhookCursor cursor, string reason)
    {
        task.GiveUp();
        (cursor.IsOfChanges ? _services.Changes.BuryAsync(cursor) : _services.Marks.BuryAsync(cursor, reason)).PipeTo(
            Self, success: upTo => new Buried(task, upTo ?? cursor.Seq, cursor.IsOfChanges), failure: _ => new Buried(task, 0, cursor.IsOfChanges, HasFailed: true));
    }

    void OnBuried(Buried buried)
    {
        if (buried.HasFailed)
        {
            buried.Task.OnNotBuried(); // the next failure tries again
            _services.Cursors.Store(buried.Task.Known(buried.IsOfChanges));
            return;
        }

        buried.Task.OnBuried(buried.UpTo, buried.IsOfChanges);
        WebhookLog.Gap(_services.Logger, buried.Task.Endpoint, buried.Task.Conversation, buried.UpTo);
    }

    /// <summary>It is answered whether it is done: who has asked cannot see what this dispatcher knows of the endpoint.</summary>
    void OnReplay(ReplayWebhook replay)
    {
        var endpoint = _endpoints.FirstOrDefault(endpoint => endpoint.Id == replay.Endpoint && endpoint.IsEnabled);
        Sender.Tell(new ReplayBegun(endpoint is not null));
        if (endpoint is not null && _replaying.Add(endpoint.Id))
        {
            _services.Replays.RunAsync(endpoint.Id).PipeTo(
                Self, success: failure => new ReplayEnded(endpoint.Id, failure), failure: cause => new ReplayEnded(endpoint.Id, cause.Message));
        }
    }

    void OnReplayEnded(ReplayEnded ended)
    {
        _replaying.Remove(ended.Endpoint);
        if (ended.Failure is { } failure)
            WebhookLog.Failed(_services.Logger, ended.Endpoint, "replay", 1, failure);
    }

    void OnOutbox(OutboxOutcome outcome)
    {
        _outbox.OnEnded(outcome);
        if (outcome.IsGone)
            _ = DisableAsync(outcome.Endpoint);
    }
}
