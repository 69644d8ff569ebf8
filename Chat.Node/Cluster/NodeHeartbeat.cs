using Chat.Node.Delivery;
using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Cluster;

/// <summary>
/// Tells the database twice a second that this node lives and how far its fan-outs have come. Each stored sign renews the lease.
/// When the database says that others have declared this node dead, the node is ended.
/// </summary>
sealed class NodeHeartbeat(
    Nodes nodes, NodeLease lease, FanOutWatermarks fanOuts, TimeProvider clock, NodeState state, IHostApplicationLifetime lifetime,
    ILogger<NodeHeartbeat> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>A beat that takes longer is left behind, and the next one tried.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    readonly ConfirmedMark _mark = new();
    bool _hasWarned;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await BeatAsync(); // the lease is held before anybody can want to write
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken) && !lease.IsLost)
                await BeatAsync();
        }
        catch (OperationCanceledException)
        {
            // the host is stopping
        }
    }

    async Task BeatAsync()
    {
        var givenAt = clock.SteadyMilliseconds();
        LookAtClock();
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds(); // taken before the look at unfinished messages
        var mark = _mark.Next(givenAt, now, fanOuts.OldestTs());
        try
        {
            if (await nodes.BeatAsync(mark).WaitAsync(Patience, clock))
            {
                lease.Renew(givenAt);
                _hasWarned = false;
            }
            else if (state.Phase == NodePhase.Draining)
            {
                lease.Lose(); // it ends anyway
            }
            else if (!lease.IsLost)
            {
                lease.Lose();
                state.Enter(NodePhase.Removed);
                Log.Fenced(logger);
                lifetime.StopApplication();
            }
        }
        catch (Exception e) // any failure: the lease runs out if it lasts, and until then the node goes on
        {
            if (!_hasWarned)
                Log.HeartbeatFailed(logger, e.Message);
            _hasWarned = true;
        }
    }

    void LookAtClock()
    {
        if (clock is not NodeClock own || own.Look() is not { } news)
            return;
        if (news.IsDoubted)
            Log.ClockDoubted(logger, news.Step.TotalSeconds, NodeClock.Doubt.TotalMinutes);
        else
            Log.ClockBelieved(logger, news.Step.TotalSeconds);
    }
}
