using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Gateway;

/// <summary>
/// Finds users who are listed with a session at this node, or at one that is long gone, and have none: a write that came late, of a node that
/// died or of a statement that was given up. Each user puts itself right.
/// </summary>
sealed class PresenceAudit(
    Presence presence, SessionRegistry sessions, NodeIdentity node, Lazy<IActorRef> users, TimeProvider clock, ILogger<PresenceAudit> logger) : BackgroundService
{
    const int MaxAtOnce = 5000;

    /// <summary>Looks between two looks at what nodes have left that are gone.</summary>
    const int LooksPerRound = 15;

    static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Those of the round before: who is just coming or leaving is not asked.</summary>
    HashSet<int> _suspects = [];
    HashSet<int> _found = [];
    int _after;
    int _looks;

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
            var listed = await presence.ListedAtAsync(node.Incarnation, _after, MaxAtOnce);
            var here = sessions.Users();
            var missing = listed.Where(userId => !here.Contains(userId)).ToList();
            Ask([.. missing.Where(_suspects.Contains)]);
            _found.UnionWith(missing);
            _after = listed.Count == MaxAtOnce ? listed[^1] : 0;
            if (_after == 0)
                (_suspects, _found) = (_found, []);
            if (_looks++ % LooksPerRound == 0)
                Ask(await presence.ListedNowhereAsync(MaxAtOnce));
        }
        catch (StorageException)
        {
            // the next look tries again; that the database does not answer is told elsewhere
        }
    }

    void Ask(List<int> found)
    {
        if (found.Count == 0)
            return;
        Log.PresenceAudited(logger, found.Count);
        foreach (var userId in found)
            users.Value.Tell(new CheckPresence(userId));
    }
}
