namespace Chat.Checker.Faults;

/// <summary>What can be made to go wrong.</summary>
enum FaultKind
{
    /// <summary>kill -9, then a start.</summary>
    Kill,

    /// <summary>SIGTERM, then a start.</summary>
    Terminate,

    /// <summary>SIGTERM to all at once, then starts.</summary>
    TerminateAll,

    /// <summary>SIGSTOP, then SIGCONT.</summary>
    Freeze,

    /// <summary>One full blocking collection, with a walk over the whole heap, after the other.</summary>
    CollectGarbage,

    /// <summary>A start with a crash point: it kills itself there.</summary>
    Crash,

    /// <summary>A node hears and reaches no other node.</summary>
    CutNode,

    /// <summary>Two nodes do not hear each other; the others hear both.</summary>
    CutLink,

    /// <summary>One node does not hear the others; they hear it.</summary>
    Deafen,

    /// <summary>kill -9 of the database, then a start.</summary>
    KillDatabase,

    /// <summary>SIGTERM to the database, then a start.</summary>
    StopDatabase,

    /// <summary>SIGSTOP to the database, then SIGCONT.</summary>
    FreezeDatabase,

    /// <summary>kill -9 of one member of the Galera cluster, then a start.</summary>
    KillMember,

    /// <summary>SIGSTOP to one member of the Galera cluster, then SIGCONT.</summary>
    FreezeMember,

    /// <summary>SIGTERM, then a start of this version in place of the one before.</summary>
    Upgrade,

    /// <summary>SIGTERM, then a start of the version before in place of this one.</summary>
    RollBack,

    /// <summary>One member of the Galera cluster hears and reaches nobody: no other member, and no node.</summary>
    CutMember,
}

/// <summary>One thing that goes wrong: when at the earliest (in milliseconds of the load), where, and for how long.</summary>
sealed record Fault(FaultKind Kind, int At, int Node, int Other, int Milliseconds)
{
    /// <summary>Whether it waits until everything is well again after the ones before.</summary>
    public bool WaitsForHealth { get; init; }

    /// <summary>Point and passage.</summary>
    public string? CrashAt { get; init; }

    /// <summary>Of the Galera cluster, counted from 1; 0 where it is not about one.</summary>
    public int Member { get; init; }

    public override string ToString()
    {
        var what = Kind switch
        {
            FaultKind.Kill => $"kill -9 node {Node}, start it after {Seconds}",
            FaultKind.Terminate => $"SIGTERM to node {Node}, start it after {Seconds}",
            FaultKind.Upgrade => $"SIGTERM to node {Node}, start this version in its place after {Seconds}",
            FaultKind.RollBack => $"SIGTERM to node {Node}, start the version before in its place after {Seconds}",
            FaultKind.TerminateAll => $"SIGTERM to all nodes, start them after {Seconds}",
            FaultKind.CollectGarbage => $"node {Node} collects all its garbage every second for {Seconds}",
            FaultKind.Freeze => $"SIGSTOP node {Node} for {Seconds}",
            FaultKind.Crash => $"node {Node} crashes at {CrashAt}",
            FaultKind.CutNode => $"cut node {Node} off from all others for {Seconds}",
            FaultKind.CutLink => $"cut the link between node {Node} and node {Other} for {Seconds}",
            FaultKind.Deafen => $"node {Node} hears no other node for {Seconds}",
            FaultKind.KillDatabase => $"kill -9 the database, start it after {Seconds}",
            FaultKind.StopDatabase => $"SIGTERM to the database, start it after {Seconds}",
            FaultKind.KillMember => $"kill -9 database server {Member}, start it after {Seconds}",
            FaultKind.FreezeMember => $"SIGSTOP database server {Member} for {Seconds}",
            FaultKind.CutMember => $"cut database server {Member} off from everybody for {Seconds}",
            _ => $"SIGSTOP the database for {Seconds}",
        };
        return $"{At / 1000.0:0.0} s: {what}{(WaitsForHealth ? "" : " (without waiting for what was before)")}";
    }

    string Seconds => $"{Milliseconds / 1000.0:0.0} s";
}
