using Akka.Actor;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using static Chat.Node.Webhooks.DispatcherEvents;

namespace Chat.Node.Webhooks;

/// <summary>The part of the dispatcher about events that are not in the log: who is brought them, and which of them nobody needs any more. Used within its turn.</summary>
sealed class OutboxDesk(DispatcherServices services, IActorRef self)
{
    static readonly TimeSpan PurgeInterval = TimeSpan.FromMinutes(1);

    readonly OutboxPlan _plan = new();
    IReadOnlyList<WebhookEndpoint> _endpoints = [];
    bool _isReadingNewest;
    bool _isPurging;
    long _purgedAt;

    /// <inheritdoc cref="OutboxPlan.FailingSince" />
    public long? FailingSince => _plan.FailingSince;

    long Now => services.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    long Steady => services.Clock.SteadyMilliseconds();

    public void SetEndpoints(IReadOnlyList<WebhookEndpoint> endpoints)
    {
        _endpoints = endpoints;
        _plan.SetEndpoints(endpoints);
    }

    public void OnTick()
    {
        foreach (var run in _plan.TakeDue(_endpoints, Now))
            Begin(run);
        ReadNewest();
        Purge();
    }

    public void OnNewest(NewestRead read)
    {
        _isReadingNewest = false;
        if (read.Id is { } id)
            _plan.OnNewest(id, read.AskedAt);
    }

    /// <summary>A run has ended, and it is known what comes of it but for an endpoint that wants nothing more.</summary>
    public void OnEnded(OutboxOutcome outcome)
    {
        _plan.OnEnded(outcome, Now);
        if (outcome.IsUnknown)
            WebhookLog.MarksUnread(services.Logger, outcome.Failure ?? "");
        else if (outcome.Failure is { } failure)
            WebhookLog.Failed(services.Logger, outcome.Endpoint, HostOf(outcome.Endpoint), outcome.Trouble?.Attempts ?? 1, failure);
        if (outcome.GivenUpTo is { } last)
            WebhookLog.EventGap(services.Logger, outcome.Endpoint, last);
        if (outcome.HasMore && _endpoints.FirstOrDefault(endpoint => endpoint.Id == outcome.Endpoint) is { } own && _plan.TakeNext(own, Now) is { } next)
            Begin(next);
    }

    public void OnPurged(Purged purged)
    {
        _isPurging = false;
        if (purged.Failure is { } failure)
            WebhookLog.MarksUnread(services.Logger, failure); // what was deleted stays so; the next minute goes on
    }

    string HostOf(long id) => _endpoints.FirstOrDefault(endpoint => endpoint.Id == id)?.Host ?? "removed";

    void Begin(OutboxRun run) => services.OutboxWorker.RunAsync(run, Random.Shared.NextDouble())
        .PipeTo(self, failure: cause => OutboxOutcome.Unknown(run.Endpoint, cause.Message));

    void ReadNewest()
    {
        if (_isReadingNewest)
            return;
        _isReadingNewest = true;
        var askedAt = Steady;
        services.Outbox.NewestAsync().PipeTo(self, success: id => new NewestRead(id, askedAt), failure: _ => new NewestRead(null, askedAt)); // the next tick asks again
    }

    /// <summary>Events that every endpoint has are needed no more, and nothing of endpoints that were removed.</summary>
    void Purge()
    {
        if (_isPurging || Steady - _purgedAt < PurgeInterval.TotalMilliseconds)
            return;
        (_isPurging, _purgedAt) = (true, Steady);
        services.OutboxWorker.PurgeAsync(_plan.TakenByAll(_endpoints)).PipeTo(self, success: () => new Purged(), failure: cause => new Purged(cause.Message));
    }
}
