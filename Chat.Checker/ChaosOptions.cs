using Chat.Checker.Faults;

namespace Chat.Checker;

/// <summary>What a run is made of.</summary>
sealed record ChaosOptions(int Nodes)
{
    /// <summary>Draws the schedule of faults, and who writes to whom.</summary>
    public int Seed { get; init; } = 4;

    /// <summary>Seconds of load.</summary>
    public int Seconds { get; init; } = 60;

    /// <summary>Messages in a second.</summary>
    public int Rate { get; init; } = 400;

    public int Faults { get; init; } = 6;

    /// <summary>Only these kinds of faults; empty: all.</summary>
    public IReadOnlyList<FaultKind> Kinds { get; init; } = [];

    /// <summary>How long each fault lasts; null: by lot.</summary>
    public int? FaultMilliseconds { get; init; }

    /// <summary>Every fault waits until all is well after the one before.</summary>
    public bool IsPatient { get; init; }

    /// <summary>So many more users are connected and do nothing, for the nodes' memory.</summary>
    public int Bystanders { get; init; }

    /// <summary>The nodes' logs stay although all went well.</summary>
    public bool KeepsLogs { get; init; }

    /// <summary>Each node in a network namespace of its own, so that links can be cut.</summary>
    public bool CutsLinks { get; init; }

    /// <summary>Modern clients come over WebSockets.</summary>
    public bool UsesWebSockets { get; init; }

    /// <summary>The node of another version, built: all nodes begin as it, become this version one by one, and go back. Instead of faults.</summary>
    public string? Previous { get; init; }

    public ChaosDatabase Database { get; init; } = ChaosDatabase.OwnMariaDb;

    /// <summary>A server that is there, for <see cref="ChaosDatabase.GivenMySql"/>.</summary>
    public string ConnectionString { get; init; } = "";

    /// <summary>Each run makes a folder of its own in it.</summary>
    public string Folder { get; init; } = Path.Combine("artifacts", "chaos");

    /// <summary>Starts a balancer in front of these ports; null: clients know the nodes themselves.</summary>
    public Func<int[], Task<IBalancer>>? Balancer { get; init; }

    /// <summary>So long after the load what is missing may still come.</summary>
    public TimeSpan DeliveryPatience { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>What every node is told to do wrong: the checker has to find it.</summary>
    public string? Fault { get; init; }

    /// <summary>The command that does the same again.</summary>
    public string Command => $"chaos --nodes {Nodes} --seed {Seed} --seconds {Seconds} --rate {Rate} --faults {Faults}"
        + (Kinds.Count > 0 ? $" --kinds {string.Join(',', Kinds)}" : "") + (FaultMilliseconds is { } length ? $" --fault-milliseconds {length}" : "")
        + (IsPatient ? " --patient" : "") + (Bystanders > 0 ? $" --bystanders {Bystanders}" : "") + (CutsLinks ? " --cut-links" : "") + (UsesWebSockets ? " --web-sockets" : "")
        + (Previous is null ? "" : $" --previous {Previous}")
        + Database switch { ChaosDatabase.Sqlite => " --database sqlite", ChaosDatabase.Galera => " --database galera", ChaosDatabase.GivenMySql => " --database …", _ => "" };

    /// <summary>The first thing that makes such a run impossible, or null.</summary>
    public string? Problem =>
        Nodes is < 1 or > 9 ? "there can be 1 to 9 nodes"
        : Seconds < 1 || Rate < 1 ? "seconds and rate must be 1 or more"
        : Faults < 0 || Bystanders < 0 || FaultMilliseconds < 0 ? "faults, bystanders and their length cannot be negative"
        : First(FaultSchedule.OfTheDatabase) is { } ofDatabase && Database != ChaosDatabase.OwnMariaDb
            ? $"{ofDatabase} needs a database of the run's own: --database mariadb"
        : First(FaultSchedule.OfMembers) is { } ofMembers && Database != ChaosDatabase.Galera
            ? $"{ofMembers} needs a Galera cluster: --database galera"
        : First(FaultSchedule.OfVersions) is { } ofVersions
            ? $"{ofVersions} comes by itself with --previous, and not without"
        : Previous is not null && Kinds.Count > 0 ? "with --previous there are no other faults: leave --kinds out"
        : Previous is not null && !File.Exists(Previous) ? $"--previous: there is no {Previous}"
        : First(FaultSchedule.OfTheNetwork) is { } ofNetwork && !CutsLinks
            ? $"{ofNetwork} needs --cut-links"
        : CutsLinks && Database is not (ChaosDatabase.OwnMariaDb or ChaosDatabase.Galera) ? "--cut-links needs --database mariadb or galera: nodes reach nothing else from their networks"
        : null;

    FaultKind? First(IReadOnlyList<FaultKind> kinds) => Kinds.Where(kinds.Contains).Select(kind => (FaultKind?)kind).FirstOrDefault();
}

/// <summary>What the nodes of a run store in.</summary>
enum ChaosDatabase
{
    /// <summary>A MariaDB that the run starts, and may kill.</summary>
    OwnMariaDb,

    /// <summary>Three MariaDB servers in a Galera cluster that the run starts; each of them may be killed.</summary>
    Galera,

    /// <summary>A file that all nodes share.</summary>
    Sqlite,

    /// <summary>A server that somebody else runs; nothing is done to it.</summary>
    GivenMySql,
}

/// <summary>One address in front of all nodes.</summary>
interface IBalancer : IAsyncDisposable
{
    /// <summary>On the loopback.</summary>
    int Port { get; }
}
