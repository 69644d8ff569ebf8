using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Node.Webhooks;

namespace Chat.Tests.Webhooks;

/// <summary>Brings endpoints the events of the outbox as the dispatcher does, when a test says so.</summary>
sealed class OutboxRuns(IChatDatabase database, TimeProvider clock) : IDisposable
{
    readonly WebhookSender _sender = new(allowPrivate: true, new RecentAttempts(), clock);
    OutboxPlan _plan = new();

    public WebhookOutbox Outbox { get; } = new(database, clock);

    public WebhookStore Endpoints { get; } = new(database, clock);

    OutboxWorker Worker => new(
        Outbox, Endpoints, new WebhookLeftovers(database), new EventTexts(new MessageLogStore(database, new NodeIdentity("here:4053", 5_000)), new ReportStore(database, clock, Outbox), new PushSettings(HasPreview: true)), _sender, clock);

    long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    public Task<WebhookEndpoint?> AddAsync(WebhookReceiver receiver, bool isBatch = false, params string[] types) =>
        Endpoints.AddAsync(receiver.Url.ToString(), [new byte[32]], types, isBatch);

    /// <summary>Of each endpoint whose turn it is.</summary>
    public async Task<List<OutboxOutcome>> RunAsync()
    {
        var endpoints = await Endpoints.AllAsync();
        _plan.SetEndpoints(endpoints);
        _plan.OnNewest(await Outbox.NewestAsync(), clock.SteadyMilliseconds());
        var outcomes = new List<OutboxOutcome>();
        foreach (var run in _plan.TakeDue(endpoints, Now))
            outcomes.Add(await Worker.RunAsync(run, random: 0));
        outcomes.ForEach(outcome => _plan.OnEnded(outcome, Now));
        return outcomes;
    }

    /// <summary>Of an endpoint that certainly has more; null if it has to wait.</summary>
    public async Task<OutboxOutcome?> GoOnAsync()
    {
        if (_plan.TakeNext((await Endpoints.AllAsync()).Single(), Now) is not { } run)
            return null;
        var outcome = await Worker.RunAsync(run, random: 0);
        _plan.OnEnded(outcome, Now);
        return outcome;
    }

    public Task PurgeAsync(long upTo) => Worker.PurgeAsync(upTo);

    /// <summary>The dispatcher begins anew: it knows what is stored.</summary>
    public void Restart() => _plan = new OutboxPlan();

    public void Dispose() => _sender.Dispose();
}
