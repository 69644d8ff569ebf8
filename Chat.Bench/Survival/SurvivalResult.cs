using Chat.Bench.Measuring;
using Chat.Checker.Checking;

namespace Chat.Bench.Survival;

/// <summary>What a chaos run came to.</summary>
/// <param name="Users">Who took part.</param>
/// <param name="Seconds">Length of the load.</param>
/// <param name="Actions">What was done to the server.</param>
/// <param name="Acknowledged">Messages.</param>
/// <param name="Unknown">Messages without an acknowledgement in the end.</param>
/// <param name="Delivered">Messages.</param>
/// <param name="InHistory">Messages of these conversations in the history, from this run's first on.</param>
/// <param name="LongestSilence">The longest time in which nothing was acknowledged to anybody, in seconds.</param>
/// <param name="LastDelivery">From the last acknowledgement until everything was delivered, in seconds; at the most what was waited.</param>
/// <param name="Acknowledgement">From the call of the client to the acknowledgement, with every repetition between.</param>
/// <param name="Violations">What must not be; empty is the result that was wanted.</param>
sealed record SurvivalResult(
    int Users, double Seconds, IReadOnlyList<string> Actions, long Acknowledged, long Unknown, long Delivered, long InHistory, double LongestSilence, double LastDelivery,
    LatencySummary Acknowledgement, IReadOnlyList<Violation> Violations);
