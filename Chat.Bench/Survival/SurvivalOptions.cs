using Chat.Bench.Workloads;

namespace Chat.Bench.Survival;

/// <summary>How a chaos run goes.</summary>
sealed record SurvivalOptions
{
    public required IReadOnlyList<ChatTarget> Targets { get; init; }

    /// <summary>In pairs.</summary>
    public required int Users { get; init; }

    public required string Prefix { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Seconds between two actions.</summary>
    public double ActionEvery { get; init; } = 10;

    /// <summary>Killed one after the other, each once.</summary>
    public IReadOnlyList<int> KillPids { get; init; } = [];

    /// <summary>For the shell, at every action.</summary>
    public string? KillCommand { get; init; }

    public int Window { get; init; } = 8;

    /// <summary>Seconds that the end may take.</summary>
    public double Recovery { get; init; } = 60;
}
