using Chat.Node.Hosting;

namespace Chat.Checker.Processes;

/// <summary>How to start a node: its settings, where, and what is to go wrong.</summary>
sealed record NodeLaunch(IReadOnlyList<string> Settings, string WorkingDirectory)
{
    /// <summary>
    /// The node beside this program; or the one that <c>CHATACTORS_NODE</c> names, a published one: compiled ahead of time it starts with
    /// two thirds of the work.
    /// </summary>
    public static string BuiltProgram { get; } =
        Environment.GetEnvironmentVariable("CHATACTORS_NODE") is { Length: > 0 } path ? path : typeof(ChatHost).Assembly.Location;

    /// <summary>A command in front of the node's own, which becomes it: <c>ip netns exec …</c></summary>
    public IReadOnlyList<string> Prefix { get; init; } = [];

    /// <summary>Another node than <see cref="BuiltProgram" />.</summary>
    public string? Program { get; init; }

    /// <summary>Where its output goes, any thread; else it is kept.</summary>
    public TextWriter? Log { get; init; }

    /// <summary>A crash point and its passage.</summary>
    public string? CrashAt { get; init; }

    /// <summary>A fault of delivery, for tests of the checker.</summary>
    public string? Fault { get; init; }

    /// <summary>How wrong its clock is, as <c>CHATACTORS_CLOCK</c> says it.</summary>
    public string? Clock { get; init; }
}
