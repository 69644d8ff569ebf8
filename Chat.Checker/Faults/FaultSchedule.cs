using Chat.Node.Faults;

namespace Chat.Checker.Faults;

/// <summary>What a schedule is drawn from.</summary>
sealed record FaultPlan(int Nodes, int Count, int Seconds)
{
    public const int StandardImpatientPercent = 20;

    /// <summary>Whether links can be cut.</summary>
    public bool CanCut { get; init; }

    /// <summary>Whether the database can be killed.</summary>
    public bool CanHurtDatabase { get; init; } = true;

    /// <summary>Members of the Galera cluster, which can be killed one by one.</summary>
    public int Members { get; init; }

    /// <summary>Only these kinds; empty: all that are possible.</summary>
    public IReadOnlyList<FaultKind> Only { get; init; } = [];

    /// <summary>Of a hundred faults, so many do not wait until the cluster has recovered from the one before.</summary>
    public int ImpatientPercent { get; init; } = StandardImpatientPercent;

    /// <summary>How long each fault lasts; null: by lot.</summary>
    public int? Milliseconds { get; init; }
}

/// <summary>A schedule of faults: the same seed and plan give the same one. Every kind, and every node, comes before one comes again. Pure.</summary>
static class FaultSchedule
{
    const int MaxFrozenMilliseconds = 30_000;

    /// <summary>They need a server that belongs to the run.</summary>
    public static readonly IReadOnlyList<FaultKind> OfTheDatabase = [FaultKind.KillDatabase, FaultKind.StopDatabase, FaultKind.FreezeDatabase];

    /// <summary>They need a Galera cluster.</summary>
    public static readonly IReadOnlyList<FaultKind> OfMembers = [FaultKind.KillMember, FaultKind.FreezeMember, FaultKind.CutMember];

    /// <summary>They need a network namespace for each node.</summary>
    public static readonly IReadOnlyList<FaultKind> OfTheNetwork = [FaultKind.CutNode, FaultKind.CutLink, FaultKind.Deafen, FaultKind.CutMember];

    /// <summary>They need another version.</summary>
    public static readonly IReadOnlyList<FaultKind> OfVersions = [FaultKind.Upgrade, FaultKind.RollBack];

    /// <summary>A rolling upgrade, and the way back: one node after the other, each when the one before is at work. Not drawn.</summary>
    public static List<Fault> Upgrade(int nodes, int seconds) => [.. Enumerable.Range(0, nodes * 2).Select(step => new Fault(
        step < nodes ? FaultKind.Upgrade : FaultKind.RollBack, seconds * 1000 / (nodes * 2 + 1) * step + seconds * 1000 / (nodes * 4 + 2), step % nodes + 1, step % nodes + 1, 100) { WaitsForHealth = true })];

    public static List<Fault> Draw(int seed, FaultPlan plan)
    {
        var random = new Random(seed);
        var kinds = new Queue<FaultKind>();
        var nodes = new Queue<int>();
        var slot = plan.Seconds * 1000 / (plan.Count + 1);
        var faults = new List<Fault>();
        for (var i = 0; i < plan.Count; i++)
        {
            if (kinds.Count == 0)
                kinds = new Queue<FaultKind>(Shuffled(random, Kinds(plan)));
            if (nodes.Count == 0)
                nodes = new Queue<int>(Shuffled(random, [.. Enumerable.Range(0, plan.Nodes)]));
            var at = slot / 2 + i * slot + random.Next(slot / 2);
            faults.Add(Draw(random, kinds.Dequeue(), nodes.Dequeue(), at, slot, plan));
        }

        return faults;
    }

    static Fault Draw(Random random, FaultKind kind, int node, int at, int slot, FaultPlan plan)
    {
        var other = plan.Nodes > 1 ? (node + 1 + random.Next(plan.Nodes - 1)) % plan.Nodes : node;
        var milliseconds = plan.Milliseconds ?? kind switch
        {
            FaultKind.Kill or FaultKind.Terminate or FaultKind.TerminateAll => random.Next(100, 3000),
            FaultKind.Crash => 0,
            FaultKind.KillDatabase or FaultKind.StopDatabase => random.Next(100, 4000),
            FaultKind.FreezeDatabase => random.Next(500, 6000),
            FaultKind.KillMember => random.Next(100, 4000),
            FaultKind.FreezeMember or FaultKind.CutMember => random.Next(500, 10_000),
            // Short ones have to be survived, long ones have to be noticed: as many of each.
            _ => (int)(1000 * Math.Pow(Math.Min(MaxFrozenMilliseconds, Math.Max(slot * 3 / 2, 2000)) / 1000.0, random.NextDouble())),
        };
        return new Fault(kind, at, node + 1, other + 1, milliseconds)
        {
            WaitsForHealth = random.Next(100) >= plan.ImpatientPercent,
            CrashAt = kind == FaultKind.Crash ? CrashAt(random) : null,
            Member = OfMembers.Contains(kind) ? random.Next(plan.Members) + 1 : 0,
        };
    }

    static string CrashAt(Random random)
    {
        var points = Enum.GetValues<CrashPoint>().Where(point => point is not (CrashPoint.None or CrashPoint.AfterMemberChange)).ToList();
        var point = points[random.Next(points.Count)];
        // While this one is armed nothing is fanned out: it has to come soon.
        return $"{point}:{(point == CrashPoint.AfterAcknowledge ? 1 : random.Next(1, point == CrashPoint.BeforeDrain ? 5 : 100))}";
    }

    static List<FaultKind> Kinds(FaultPlan plan)
    {
        if (plan.Only.Count > 0)
            return [.. plan.Only];
        List<FaultKind> kinds =
        [
            FaultKind.Kill, FaultKind.Terminate, FaultKind.TerminateAll, FaultKind.Freeze, FaultKind.CollectGarbage, FaultKind.Crash,
        ];
        if (plan.CanHurtDatabase)
            kinds.AddRange(OfTheDatabase);
        if (plan.Members > 0)
            kinds.AddRange([FaultKind.KillMember, FaultKind.FreezeMember, FaultKind.KillMember, FaultKind.FreezeMember]);
        if (plan.Members > 0 && plan.CanCut)
            kinds.AddRange([FaultKind.CutMember, FaultKind.CutMember]);
        if (plan.CanCut)
            kinds.AddRange([FaultKind.CutNode, FaultKind.CutLink, FaultKind.Deafen, FaultKind.Kill, FaultKind.Freeze]);
        return kinds;
    }

    static T[] Shuffled<T>(Random random, List<T> some)
    {
        var all = some.ToArray();
        random.Shuffle(all);
        return all;
    }
}
