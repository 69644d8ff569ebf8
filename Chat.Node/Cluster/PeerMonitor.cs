using Akka.Actor;
using Akka.Cluster;
using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Cluster;

/// <summary>
/// Looks twice a second for other members' signs of life in the database, and declares members without one dead. A member whose process is gone is
/// dead at once: its connections end in that moment, and nobody listens at its port. A member that is frozen, or whose machine is gone, is dead after its lease. In the end a member is dead too that lives but has
/// lost its way to the database. Cut links between living nodes are the business of the split brain resolver, which decides by majority.
/// </summary>
sealed class PeerMonitor(
    Nodes nodes, NodeLease lease, NodeDirectory directory, Lazy<ActorSystem> system, SuspectedPeers suspects, TimeProvider clock, NodeState state,
    ILogger<PeerMonitor> logger) : BackgroundService
{
    readonly PeerWatch _watch = new();
    readonly ClockComparison _clocks = new();

    bool IsAtWork => state.Phase is NodePhase.Up or NodePhase.Draining;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(LookAtAllAsync(stoppingToken), LookAtSuspectsAsync(stoppingToken));

    async Task LookAtAllAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(NodeHeartbeat.Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (IsAtWork)
                    await LookAsync(Akka.Cluster.Cluster.Get(system.Value));
            }
        }
        catch (OperationCanceledException)
        {
            // the host is stopping
        }
    }

    async Task LookAtSuspectsAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var address in suspects.ReadAllAsync(stoppingToken))
            {
                if (IsAtWork)
                    await LookAsync(Akka.Cluster.Cluster.Get(system.Value), address);
            }
        }
        catch (OperationCanceledException)
        {
            // the host is stopping
        }
    }

    /// <summary>A connection to this node has ended. If nobody listens at its port, its process has too.</summary>
    async Task LookAsync(Akka.Cluster.Cluster cluster, Address address)
    {
        try
        {
            if (MemberAt(cluster, address) is not { } member || !await IsRefusedAsync(address))
                return;
            if ((await nodes.OthersAsync()).Find(row => row.IsOf(member)) is not { } row)
                return;
            if (!row.Fenced && await nodes.TryFenceAsync(row.Incarnation, row.Heartbeat))
                Log.DiedJustNow(logger, row.Address);
            else if (!row.Fenced)
                return; // it has given a sign of life, or this node is fenced itself
            Down(cluster, member);
        }
        catch (Exception e) // any failure: it is looked at again with all others
        {
            Log.PeersUnknown(logger, e.Message);
        }
    }

    static Member? MemberAt(Akka.Cluster.Cluster cluster, Address address) =>
        cluster.State.Members.FirstOrDefault(member => member.Address == address && member.Status is MemberStatus.Up or MemberStatus.Joining);

    /// <summary>Twice, so that a port which is closed and opened again in this moment is not taken for a dead process.</summary>
    async Task<bool> IsRefusedAsync(Address address)
    {
        if (await PeerProbe.AskAsync(address.Host, address.Port ?? 0) != PeerAnswer.Refused)
            return false;
        await Task.Delay(PeerVerdict.SecondKnock, clock);
        return await PeerProbe.AskAsync(address.Host, address.Port ?? 0) == PeerAnswer.Refused;
    }

    async Task LookAsync(Akka.Cluster.Cluster cluster)
    {
        try
        {
            var others = await nodes.OthersAsync();
            var members = cluster.State.Members;
            GonePeers.Of(cluster.System.EventStream).Keep(members.Select(member => member.UniqueAddress));
            directory.Update(others.Where(row => members.Any(row.IsOf)));
            _watch.Look(others, clock.SteadyMilliseconds());
            CompareClocks(others, clock.GetUtcNow().ToUnixTimeMilliseconds());
            directory.UpdateUnclustered(others.Where(row => !row.Joined && _watch.IsAtWork(row)).Select(row => row.Incarnation));
            // All at once: an answer that does not come takes its time, and a look must not be late.
            await Task.WhenAll(others.Select(async row =>
            {
                if (members.FirstOrDefault(row.IsOf) is { } member
                    && (row.Fenced || await IsDeadAsync(cluster, row, member, PeerVerdict.IsSuperseded(row, others, _watch))))
                    Down(cluster, member);
            }));
        }
        catch (Exception e) // any failure: the other nodes look too, and so does the next tick
        {
            Log.PeersUnknown(logger, e.Message);
        }
    }

    void CompareClocks(List<NodeRow> others, long now)
    {
        nodes.Times.Look(others, _watch.IsAtWork, now);
        var fresh = others.Where(row => _watch.HasBeaten(row.Incarnation) && _watch.SilenceOf(row.Incarnation) == TimeSpan.Zero);
        foreach (var (address, ahead) in _clocks.Compare(fresh, now))
            Log.ClocksDiffer(logger, address, ahead.TotalSeconds);
    }

    async Task<bool> IsDeadAsync(Akka.Cluster.Cluster cluster, NodeRow row, Member member, bool isSuperseded)
    {
        var silence = _watch.SilenceOf(row.Incarnation);
        if (silence < PeerVerdict.WorthAsking)
            return false;
        var answer = isSuperseded ? PeerAnswer.Superseded : await PeerProbe.AskAsync(member.Address.Host, member.Address.Port ?? 0);
        if (!PeerVerdict.IsDead(silence, answer, !cluster.State.Unreachable.Contains(member), lease.IsHeld) || !await nodes.TryFenceAsync(row.Incarnation, row.Heartbeat))
            return false;
        Log.DeclaredDead(logger, row.Address, answer.ToString(), silence.TotalSeconds);
        return true;
    }

    /// <summary>Others do the same; it is told the cluster once more at worst.</summary>
    static void Down(Akka.Cluster.Cluster cluster, Member member)
    {
        // By address: meanwhile a later start may be the member there.
        if (!cluster.State.Members.Contains(member))
            return;
        GonePeers.Of(cluster.System.EventStream).Add(member.UniqueAddress);
        if (member.Status != MemberStatus.Down)
            cluster.Down(member.Address);
    }
}
