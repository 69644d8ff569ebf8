using Akka.Actor;
using Chat.Node.Cluster;
using Chat.Node.Contracts;
using Chat.Node.Storage;

namespace Chat.Node.Bridge;

/// <summary>
/// Finds rows that other servers queue for users who have sessions at this node. Those servers took the users for offline, a moment before the
/// login or after a restart of their own.
/// </summary>
sealed class BridgedQueuePoller(OfflineStore store, NodeIdentity node, NodeDirectory nodes, Lazy<IActorRef> users, TimeProvider clock) : BackgroundService
{
    const int MaxAtOnce = 1000;
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>A row may be committed so long after one with a higher number.</summary>
    const int LookBack = 10;

    /// <summary>The newest row at each of the last looks.</summary>
    readonly Queue<long> _newest = new();

    /// <summary>Rows that their users have been told of.</summary>
    readonly HashSet<long> _told = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            await LookAsync(); // the logins take the rows that are there now
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
            var newest = await store.NewestIdAsync();
            var after = _newest.TryPeek(out var oldest) ? oldest : newest;
            while (newest > after)
            {
                var arrivals = await store.ArrivalsAsync(node.Incarnation, after, nodes.UnclusteredNodes.Count > 0, MaxAtOnce);
                foreach (var arrival in arrivals)
                {
                    if (_told.Add(arrival.Id))
                        users.Value.Tell(new QueueGrown(arrival.UserId, arrival.Id));
                }

                if (arrivals.Count < MaxAtOnce)
                    break;
                after = arrivals[^1].Id;
            }

            _newest.Enqueue(newest);
            if (_newest.Count > LookBack)
                _newest.Dequeue();
            _told.RemoveWhere(id => id <= _newest.Peek());
        }
        catch (StorageException)
        {
            // the next look tries again; that the database does not answer is told elsewhere
        }
    }
}
