using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Bridge;

/// <summary>
/// Finds users of this node who are falsely listed as offline: a legacy server that is interrupted lists everybody as offline. The actor of each
/// user puts that right.
/// </summary>
sealed class PresenceRepairer(Presence presence, NodeIdentity node, Lazy<IActorRef> users, TimeProvider clock, ILogger<PresenceRepairer> logger) : BackgroundService
{
    const int MaxAtOnce = 5000;
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

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

    async Task LookAsync()
    {
        try
        {
            var found = await presence.FalselyOfflineAsync(node.Incarnation, MaxAtOnce);
            if (found.Count == 0)
                return;
            Log.PresenceReasserted(logger, found.Count);
            foreach (var userId in found)
                users.Value.Tell(new CheckPresence(userId));
        }
        catch (StorageException)
        {
            // the next look tries again; that the database does not answer is told elsewhere
        }
    }
}
