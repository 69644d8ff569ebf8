using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Webhooks;

/// <summary>What the dispatcher uses.</summary>
sealed record DispatcherServices(
    WebhookStore Endpoints, WebhookMarks Marks, CursorQueue Cursors, WebhookOutbox Outbox, WebhookWorker Worker, OutboxWorker OutboxWorker, ReplayWorker Replays, PushWorker Pushes,
    RecentAttempts Attempts, TimeProvider Clock, ILogger<WebhookDispatcher> Logger);

/// <summary>
/// One in the cluster: brings every endpoint what it lacks. The log is its outbox: what is to be brought is everything above a cursor in a marked
/// conversation. Cursors are stored after the endpoint has answered, so a crash brings some requests once more, with the same ids.
/// </summary>
sealed class WebhookDispatcher : ReceiveActor, IWithTimers
{
    /// <summary>Marks that are read at once; all of them are gone through in turn.</summary>
    const int MarksPage = 500;

    /// <summary>Hints that wait for their marks to be read; others are found with the page they are on.</summary>
    const int MaxHints = 10_000;

    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    static readonly TimeSpan PurgeInterval = TimeSpan.FromMinutes(1);

    sealed class Purged : INoSerializationVerificationNeeded
    {
        public static readonly Purged Instance = new();
    }

    sealed record EndpointsRead(IReadOnlyList<WebhookEndpoint>? Endpoints) : INoSerializationVerificationNeeded;

    sealed record MarksRead(IReadOnlyList<WebhookMark> Marks, IReadOnlyList<WebhookCursor> Cursors, ConversationId? Hint, Exception? Failure)
        : INoSerializationVerificationNeeded;

    sealed record RunEnded(WebhookRun Run, RunOutcome Outcome, Exception? Failure) : INoSerializationVerificationNeeded;

    sealed record MarkCleared(ConversationId Conversation) : INoSerializationVerificationNeeded;

    sealed record ReplayEnded(long Endpoint, string? Failure) : INoSerializationVerificationNeeded;

    sealed record PushesEnded(bool HasMore, string? Failure = null) : INoSerializationVerificationNeeded;

    sealed record Buried(WebhookTask Task, long UpTo, bool HasFailed) : INoSerializationVerificationNeeded;

    readonly DispatcherServices _services;
    readonly DispatchPlan _plan = new();
    readonly OutboxPlan _outbox = new();
    readonly HashSet<ConversationId> _hints = [];
    readonly HashSet<long> _replaying = [];
    IReadOnlyList<WebhookEndpoint> _endpoints = [];

    /// <summary>Nothing is known before: nobody may be taken for one who wants nothing.</summary>
    bool _hasEndpoints;
    ConversationId? _position;
    bool _isReadingEndpoints;
    bool _isReadingMarks;
    bool _isPushing;
    long _purgedAt;

    public WebhookDispatcher(DispatcherServices services)
    {
        _services = services;
        Receive<WebhookHint>(OnHint);
        Receive<RunEnded>(OnRunEnded);
        Receive<Tick>(_ => OnTick());
        Receive<EndpointsRead>(OnEndpointsRead);
        Receive<MarksRead>(OnMarksRead);
        Receive<MarkCleared>(cleared => _plan.OnCleared(cleared.Conversation));
        Receive<Buried>(OnBuried);
        Receive<OutboxOutcome>(OnOutbox);
        Receive<PushesEnded>(OnPushesEnded);
        Receive<Purged>(_ => { });
        Receive<ReplayWebhook>(OnReplay);
        Receive<ReplayEnded>(OnReplayEnded);
        Receive<GetWebhookAttempts>(get => Sender.Tell(new WebhookAttempts(_services.Attempts.Of(get.Endpoint))));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    long Now => _services.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    long Steady => _services.Clock.SteadyMilliseconds();

    protected override void PreStart() => Timers.StartPeriodicTimer("tick", Tick.Instance, TimeSpan.Zero, Interval);

    void OnTick()
    {
        if (!_isReadingEndpoints)
        {
            _isReadingEndpoints = true;
            _services.Endpoints.AllAsync().PipeTo(Self, success: all => new EndpointsRead(all), failure: _ => new EndpointsRead(null));
        }

        _plan.OnTick(Now, Steady);
        foreach (var mark in _plan.TakeFinished(Steady))
        {
            // A mark that was renewed meanwhile stays, and is read again; so it is when nothing is known.
            _services.Marks.ClearAsync(mark).PipeTo(
                Self, success: _ => new MarkCleared(mark.Conversation), failure: _ => new MarkCleared(mark.Conversation));
        }

        ReadMarks();
        RunPushes();
        RunOutbox();
        Dispatch();
        PurgeOutbox();
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

    void RunOutbox()
    {
        foreach (var endpoint in _outbox.TakeDue(_endpoints, Now))
            _services.OutboxWorker.RunAsync(endpoint, _outbox.AttemptsOf(endpoint.Id) + 1).PipeTo(Self, failure: cause => OutboxOutcome.Unknown(endpoint, cause.Message));
    }

    /// <summary>Events that every endpoint has are needed no more.</summary>
    void PurgeOutbox()
    {
        if (Steady - _purgedAt < PurgeInterval.TotalMilliseconds || _outbox.TakenByAll(_endpoints) is not { } upTo)
            return;
        _purgedAt = Steady;
        _services.Outbox.PurgeAsync(upTo).PipeTo(Self, success: () => Purged.Instance, failure: _ => Purged.Instance); // the next one does it
    }

    void OnEndpointsRead(EndpointsRead read)
    {
        _isReadingEndpoints = false;
        if (read.Endpoints is not { } endpoints)
            return;
        (_endpoints, _hasEndpoints) = (endpoints, true);
        _outbox.SetEndpoints(endpoints);
        _plan.SetEndpoints([.. endpoints.Where(endpoint => endpoint.IsEnabled && endpoint.Wants(WebhookTypes.MessageCreated))]);
    }

    void OnHint(WebhookHint hint)
    {
        foreach (var id in hint.Conversations)
        {
            if (!_plan.OnNews(id) && _hints.Count < MaxHints)
                _hints.Add(id);
        }

        if (_hints.Count > 0)
            ReadMarks(); // the other conversations are known: they need no look at all marks
        Dispatch();
    }

    /// <summary>Conversations that somebody has told of come first; else the next page of all.</summary>
    void ReadMarks()
    {
        if (_isReadingMarks)
            return;
        _isReadingMarks = true;
        ConversationId? hint = _hints.Count > 0 ? _hints.First() : null;
        if (hint is { } known)
            _hints.Remove(known);
        var read = hint is { } id ? _services.Marks.ReadAsync(id) : _services.Marks.ReadAfterAsync(_position, MarksPage);
        read.PipeTo(
            Self, success: found => new MarksRead(found.Marks, found.Cursors, hint, null), failure: cause => new MarksRead([], [], hint, cause));
    }

    void OnMarksRead(MarksRead read)
    {
        _isReadingMarks = false;
        if (read.Failure is { } cause)
        {
            WebhookLog.MarksUnread(_services.Logger, cause.Message);
            return; // the next tick tries again
        }

        var cursors = read.Cursors.ToLookup(cursor => cursor.Conversation);
        foreach (var mark in read.Marks)
            _plan.OnStored(mark, cursors[mark.Conversation], Steady);
        if (read.Hint is null)
            _position = read.Marks.Count == MarksPage ? read.Marks[^1].Conversation : null;
        if (_hints.Count > 0)
            ReadMarks();
        Dispatch();
    }

    void Dispatch()
    {
        while (_plan.Next() is { } run)
        {
            _services.Worker.RunAsync(run.Endpoint, run.Task.Cursor).PipeTo(
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
            OnRefused(endpoint, task, outcome.UpTo, failure);
        }
        else if (outcome.IsEmpty)
        {
            task.OnEmpty(outcome.BegunAt);
        }
        else
        {
            task.OnTaken(outcome.UpTo);
            _services.Cursors.Store(task.Cursor);
        }

        _plan.OnEnded(task, ended.Failure is not null || outcome.IsEmpty ? null : outcome.Failure is null);
        Dispatch();
    }

    void OnRefused(WebhookEndpoint endpoint, WebhookTask task, long upTo, SendOutcome failure)
    {
        task.OnFailed(upTo, Now, Random.Shared.NextDouble());
        _services.Cursors.Store(task.Cursor);
        WebhookLog.Failed(_services.Logger, endpoint.Id, new Uri(endpoint.Url).Host, task.Cursor.Attempts, failure.Reason);
        if (failure.IsGone)
            _ = DisableAsync(endpoint.Id);
        else if (Now - task.Cursor.FailingSince >= Backoff.GivenUpAfter.TotalMilliseconds)
            Bury(task, failure.Reason);
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

    /// <summary>Everything that is in the log now is given up together, and a gap is told of.</summary>
    void Bury(WebhookTask task, string reason) =>
        _services.Marks.BuryAsync(task.Cursor, reason).PipeTo(Self, success: upTo => new Buried(task, upTo, false), failure: _ => new Buried(task, 0, true));

    void OnBuried(Buried buried)
    {
        if (buried.HasFailed)
            return; // the next failure tries again
        buried.Task.OnBuried(buried.UpTo);
        WebhookLog.Gap(_services.Logger, buried.Task.Cursor.Endpoint, buried.Task.Cursor.Conversation, buried.UpTo);
    }

    void OnReplay(ReplayWebhook replay)
    {
        if (_endpoints.FirstOrDefault(endpoint => endpoint.Id == replay.Endpoint) is { IsEnabled: true } endpoint && _replaying.Add(endpoint.Id))
        {
            _services.Replays.RunAsync(endpoint).PipeTo(
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
        _outbox.OnEnded(outcome, Now, Random.Shared.NextDouble());
        if (outcome.Failure is { } failure)
            WebhookLog.Failed(_services.Logger, outcome.Endpoint, "", _outbox.AttemptsOf(outcome.Endpoint), failure);
        if (outcome.IsGone)
            _ = DisableAsync(outcome.Endpoint);
        if (outcome.HasMore)
            RunOutbox();
    }
}
