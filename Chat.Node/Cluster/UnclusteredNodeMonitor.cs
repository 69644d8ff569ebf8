using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Cluster;

/// <summary>For a node without a cluster what <see cref="PeerMonitor"/> is for the others: which nodes beside it use the database.</summary>
sealed class UnclusteredNodeMonitor(Nodes nodes, NodeDirectory directory, TimeProvider clock, ILogger<UnclusteredNodeMonitor> logger) : BackgroundService
{
    readonly PeerWatch _watch = new();

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await LookAsync(); // before anybody asks
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(NodeHeartbeat.Interval, clock);
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
            var others = await nodes.OthersAsync();
            _watch.Look(others, clock.SteadyMilliseconds());
            nodes.Times.Look(others, _watch.IsAtWork, clock.GetUtcNow().ToUnixTimeMilliseconds());
            directory.UpdateUnclustered(others.Where(_watch.IsAtWork).Select(row => row.Incarnation));
        }
        catch (StorageException e)
        {
            Log.PeersUnknown(logger, e.Message);
        }
    }
}
