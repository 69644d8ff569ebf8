using Chat.Tests.Chaos.Faults;

namespace Chat.Tests.Chaos;

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

    /// <summary>Each node in a network namespace of its own.</summary>
    public bool CutsLinks { get; init; }

    /// <summary>So long after the load what is missing may still come.</summary>
    public TimeSpan DeliveryPatience { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>What every node is told to do wrong: the checker has to find it.</summary>
    public string? Fault { get; init; }

    /// <summary>How to have the same again.</summary>
    public string Environment => $"CHAOS_SEED={Seed} CHAOS_SECONDS={Seconds} CHAOS_RATE={Rate} CHAOS_FAULTS={Faults}"
        + (Kinds.Count > 0 ? $" CHAOS_KINDS={string.Join(',', Kinds)}" : "");

    /// <summary>With <c>CHAOS_SEED</c>, <c>CHAOS_SECONDS</c>, <c>CHAOS_RATE</c>, <c>CHAOS_FAULTS</c> and <c>CHAOS_KINDS</c>.</summary>
    public ChaosOptions FromEnvironment() => this with
    {
        Seed = Read("CHAOS_SEED", Seed),
        Seconds = Read("CHAOS_SECONDS", Seconds),
        Rate = Read("CHAOS_RATE", Rate),
        Faults = Read("CHAOS_FAULTS", Faults),
        Kinds = System.Environment.GetEnvironmentVariable("CHAOS_KINDS") is { Length: > 0 } kinds
            ? [.. kinds.Split(',').Select(Enum.Parse<FaultKind>)]
            : Kinds,
    };

    static int Read(string name, int standard) =>
        System.Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
            ? int.TryParse(text, out var value) && value >= 0 ? value : throw new InvalidOperationException($"{name} is \"{text}\": a number is expected")
            : standard;
}
