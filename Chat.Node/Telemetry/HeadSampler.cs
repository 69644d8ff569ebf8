using System.Diagnostics;

namespace Chat.Node.Telemetry;

/// <summary>
/// Decides once for each message, where it comes in, whether its way is recorded. Everything behind follows that. Pure.
/// </summary>
/// <param name="ratio">Of messages that nobody outside has decided about; 0: nothing is recorded at all.</param>
/// <param name="random">From 0 to 1, without 1.</param>
sealed class HeadSampler(double ratio, Func<double>? random = null)
{
    public static readonly HeadSampler Off = new(0);

    readonly Func<double> _random = random ?? Random.Shared.NextDouble;

    public bool IsOn => ratio > 0;

    /// <summary>Whether to record a message.</summary>
    /// <param name="traceparent">Of the request that it came with; null if there is none.</param>
    /// <param name="parent">What the first span is a child of; the default if of nothing.</param>
    public bool Takes(string? traceparent, out ActivityContext parent)
    {
        parent = default;
        if (!IsOn)
            return false;
        if (traceparent is null || !ActivityContext.TryParse(traceparent, null, isRemote: true, out parent))
            return _random() < ratio;
        return parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded); // whoever asks has decided
    }
}
