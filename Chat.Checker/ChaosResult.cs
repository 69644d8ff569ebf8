using Chat.Checker.Checking;
using Chat.Checker.Faults;

namespace Chat.Checker;

/// <summary>What a run found, and where it is written down.</summary>
sealed record ChaosResult(IReadOnlyList<Violation> Violations, string Folder, string Summary)
{
    /// <summary>A modern client waited so long for an acknowledgement, and none longer.</summary>
    public TimeSpan LongestWait { get; init; }

    public IReadOnlyList<HappenedFault> Faults { get; init; } = [];

    /// <summary>Every end of a node's process: which node, code, and when in milliseconds of the run.</summary>
    public IReadOnlyList<(int Node, int Code, long At)> Exits { get; init; } = [];
}
