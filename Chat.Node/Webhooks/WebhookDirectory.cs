using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Webhooks;

/// <summary>
/// Which endpoints there are: looked at once a second on every node, and at once on the one that changes them. So one that is new gets what is
/// written on its node from the answer on.
/// </summary>
sealed class WebhookDirectory(WebhookStore endpoints, WebhookInterest interest, Lazy<IActorRef> marker, TimeProvider clock, ILogger<WebhookDirectory> logger)
    : BackgroundService, IWebhooks
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    readonly Lock _lock = new();

    /// <summary>Until it is known: what is marked for nobody is only looked at once more, what is not marked is lost.</summary>
    volatile bool _areOn = true;
    bool _hasWarned;

    /// <summary>Looks that have begun, and the one whose answer counts: of two at a time the later one knows more.</summary>
    long _begun;
    long _taken;

    public bool AreOn => _areOn;

    public ICanTell Marker => marker.Value;

    public void OnChanged(ConversationId id)
    {
        if (WebhookTypes.Changes.Any(interest.Wants))
            marker.Value.Tell(new MessagesChanged(id));
    }

    /// <summary>Before the ports open: else the first messages after a start would pass.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await LookAsync();
        await base.StartAsync(cancellationToken);
    }

    public async Task LookAsync()
    {
        var look = Interlocked.Increment(ref _begun);
        try
        {
            Take(look, await endpoints.AllAsync().WaitAsync(Patience, clock));
            _hasWarned = false;
        }
        catch (Exception e) when (e is StorageException or TimeoutException)
        {
            // As it was before: the next look is in a second.
            if (!_hasWarned)
                WebhookLog.MarksUnread(logger, e.Message);
            _hasWarned = true;
        }
    }

    void Take(long look, IReadOnlyList<WebhookEndpoint> all)
    {
        lock (_lock)
        {
            if (look < _taken)
                return;
            _taken = look;
            interest.OnRead(all);
            _areOn = all.Any(endpoint => endpoint.Gets(WebhookTypes.MessageCreated));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await LookAsync();
        }
        catch (OperationCanceledException)
        {
            // the host is stopping
        }
    }
}
