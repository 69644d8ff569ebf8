using Chat.SystemTests.Chaos.Faults;

namespace Chat.SystemTests.Chaos;

/// <summary>What a run is made of. The environment has the last word, so that anybody can have a longer one, or the same one again.</summary>
sealed record ChaosOptions(int Nodes)
{
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

    /// <summary>Clients know the balancer only.</summary>
    public bool IsBehindNginx { get; init; }

    /// <summary>Each node in a network namespace of its own.</summary>
    public bool CutsLinks { get; init; }

    /// <summary>So long after the load what is missing may still come.</summary>
    public TimeSpan DeliveryPatience { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>What every node is told to do wrong: the checker has to find it.</summary>
    public string? Fault { get; init; }

    /// <summary>How to have the same again.</summary>
    public string Environment => $"CHAOS_SEED={Seed} CHAOS_SECONDS={Seconds} CHAOS_RATE={Rate} CHAOS_FAULTS={Faults}"
        + (Kinds.Count > 0 ? $" CHAOS_KINDS={string.Join(',', Kinds)}" : "") + (FaultMilliseconds is { } length ? $" CHAOS_FAULT_MILLISECONDS={length}" : "")
        + (Bystanders > 0 ? $" CHAOS_BYSTANDERS={Bystanders}" : "");

    /// <summary>With <c>CHAOS_SEED</c> and the other variables that docs/OPERATIONS.md lists.</summary>
    public ChaosOptions FromEnvironment() => this with
    {
        Seed = Read("CHAOS_SEED", Seed),
        Seconds = Read("CHAOS_SECONDS", Seconds),
        Rate = Read("CHAOS_RATE", Rate),
        Faults = Read("CHAOS_FAULTS", Faults),
        Kinds = System.Environment.GetEnvironmentVariable("CHAOS_KINDS") is { Length: > 0 } kinds
            ? [.. kinds.Split(',').Select(Enum.Parse<FaultKind>)]
            : Kinds,
        FaultMilliseconds = Read("CHAOS_FAULT_MILLISECONDS", FaultMilliseconds ?? -1) is var length and >= 0 ? length : null,
        Bystanders = Read("CHAOS_BYSTANDERS", Bystanders),
        KeepsLogs = Read("CHAOS_KEEP_LOGS", KeepsLogs ? 1 : 0) > 0,
    };

    static int Read(string name, int standard) =>
        System.Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
            ? int.TryParse(text, out var value) && value >= 0 ? value : throw new InvalidOperationException($"{name} is \"{text}\": a number is expected")
            : standard;
}
