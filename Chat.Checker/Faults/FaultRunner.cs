using Chat.Checker.Checking;
using Chat.Checker.Population;
using Chat.Checker.Processes;

namespace Chat.Checker.Faults;

/// <summary>A fault that has happened; <c>To</c> is when all was well again, in milliseconds of the run.</summary>
sealed record HappenedFault(Fault Fault, long From)
{
    public long To { get; set; } = long.MaxValue;
}

/// <summary>Makes things go wrong as the schedule says, and well again.</summary>
sealed class FaultRunner(ChaosCluster cluster, RunNotes notes)
{
    /// <summary>A node that drains, or that the others have removed, is there for a while before its process ends.</summary>
    const int DyingMilliseconds = 10_000;
    static readonly TimeSpan HealthPatience = TimeSpan.FromSeconds(90);
    static readonly TimeSpan CrashPatience = TimeSpan.FromSeconds(30);

    readonly List<HappenedFault> _happened = [];
    readonly List<Task> _watches = [];
    Task _member = Task.CompletedTask;

    public IReadOnlyList<HappenedFault> Happened => _happened;

    /// <summary>Faults, and the last seconds of every node that ended, which may come later than their reason.</summary>
    public IEnumerable<Disturbance> Disturbances =>
    [
        .. _happened.Select(happened => new Disturbance((int)happened.From, (int)Math.Min(happened.To, int.MaxValue))),
        .. cluster.Nodes.SelectMany(node => node.Exits).Select(exit => new Disturbance((int)exit.At - DyingMilliseconds, (int)exit.At)),
    ];

    /// <summary>When it ends everything is well again.</summary>
    /// <exception cref="TimeoutException">It is not.</exception>
    public async Task RunAsync(IEnumerable<Fault> schedule, CancellationToken end)
    {
        var start = notes.Clock.Now;
        foreach (var fault in schedule)
        {
            if (fault.WaitsForHealth)
                await cluster.HealthyAsync(HealthPatience, end);
            if (fault.Member > 0)
                await _member; // two at once would be more than such a cluster bears
            if (start + fault.At - notes.Clock.Now is var pause and > 0)
                await Task.Delay((int)pause, end);
            var happened = new HappenedFault(fault, notes.Clock.Now);
            _happened.Add(happened);
            notes.Write($"FAULT {_happened.Count}: {fault}");
            await DoAsync(fault);
            _watches.Add(WatchAsync(happened, end));
        }

        await Task.WhenAll(_watches);
        await cluster.HealthyAsync(HealthPatience, end);
    }

    async Task WatchAsync(HappenedFault happened, CancellationToken end)
    {
        if (happened.Fault.Member > 0)
            await _member;
        await cluster.HealthyAsync(HealthPatience, end);
        happened.To = notes.Clock.Now;
        notes.Write($"all nodes are ready, {(happened.To - happened.From) / 1000.0:0.0} s after: {happened.Fault}");
    }

    async Task DoAsync(Fault fault)
    {
        var (node, database) = (cluster.Nodes[fault.Node - 1], cluster.Database.Server!); // without a server no such fault is drawn
        switch (fault.Kind)
        {
            case FaultKind.Kill:
                await node.KillAsync(fault.Milliseconds);
                break;
            case FaultKind.Terminate:
                await node.TerminateAsync(fault.Milliseconds);
                break;
            case FaultKind.Upgrade:
                await node.ReplaceAsync(null, fault.Milliseconds);
                break;
            case FaultKind.RollBack:
                await node.ReplaceAsync(cluster.Previous, fault.Milliseconds);
                break;
            case FaultKind.TerminateAll:
                await Task.WhenAll(cluster.Nodes.Select(each => each.TerminateAsync(fault.Milliseconds)));
                break;
            case FaultKind.CollectGarbage:
                notes.Write(await node.CollectGarbageAsync(TimeSpan.FromMilliseconds(fault.Milliseconds)));
                break;
            case FaultKind.Crash:
                await node.CrashAsync(fault.CrashAt!, CrashPatience);
                break;
            case FaultKind.Freeze:
                await node.FreezeAsync();
                await Task.Delay(fault.Milliseconds);
                await node.ThawAsync();
                break;
            case FaultKind.CutLink:
                await cluster.Network.CutAsync(fault.Node, fault.Other, isOnlyDeaf: false);
                await HealLaterAsync(fault);
                break;
            case FaultKind.CutNode or FaultKind.Deafen:
                foreach (var other in cluster.Nodes.Where(other => other.Number != fault.Node))
                    await cluster.Network.CutAsync(fault.Node, other.Number, isOnlyDeaf: fault.Kind == FaultKind.Deafen);
                await HealLaterAsync(fault);
                break;
            case FaultKind.KillDatabase or FaultKind.StopDatabase:
                await (fault.Kind == FaultKind.KillDatabase ? database.KillAsync() : database.StopAsync());
                await Task.Delay(fault.Milliseconds);
                await database.StartAsync();
                break;
            case FaultKind.FreezeDatabase:
                await database.FreezeAsync();
                await Task.Delay(fault.Milliseconds);
                await database.ThawAsync();
                break;
            case FaultKind.KillMember or FaultKind.FreezeMember or FaultKind.CutMember:
                _member = HurtMemberAsync(fault, cluster.Database.Cluster!); // nodes may be hurt meanwhile
                break;
        }
    }

    /// <summary>When it ends all members are one cluster again.</summary>
    async Task HurtMemberAsync(Fault fault, GaleraCluster galera)
    {
        var number = cluster.Nodes.Count + fault.Member;
        if (fault.Kind == FaultKind.KillMember)
            await galera[fault.Member].KillAsync();
        if (fault.Kind == FaultKind.FreezeMember)
            await galera[fault.Member].FreezeAsync();
        foreach (var other in Enumerable.Range(1, cluster.Nodes.Count + GaleraCluster.Size).Where(other => fault.Kind == FaultKind.CutMember && other != number))
            await cluster.Network.CutAsync(number, other, isOnlyDeaf: false);
        await Task.Delay(fault.Milliseconds);
        if (fault.Kind == FaultKind.KillMember)
            await galera.RestartAsync(fault.Member);
        else if (fault.Kind == FaultKind.FreezeMember)
            await galera[fault.Member].ThawAsync();
        else
            await cluster.Network.HealAsync(number);
        await galera.SyncedAsync();
        notes.Write($"database server {fault.Member} is in its cluster again");
    }

    async Task HealLaterAsync(Fault fault)
    {
        await Task.Delay(fault.Milliseconds);
        await cluster.Network.HealAsync(fault.Node);
    }
}
