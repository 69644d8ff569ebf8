namespace Chat.Bench.Measuring;

/// <summary>One second of a run.</summary>
/// <param name="Second">Its end, in seconds since the load began.</param>
/// <param name="Phase">What the run was doing.</param>
/// <param name="DeliveredPerSecond">Messages delivered.</param>
/// <param name="P50">Latency of what was delivered in this second, in microseconds.</param>
/// <param name="P99">The same.</param>
/// <param name="Max">The same.</param>
/// <param name="ServerCores">Cores that the server's processes used, if they are known.</param>
/// <param name="GeneratorBusy">The share of the time in which the generator's thread was running.</param>
sealed record IntervalSample(
    double Second, LoadPhase Phase, double DeliveredPerSecond, long P50, long P99, long Max, double? ServerCores, double GeneratorBusy);

/// <summary>The parts of a run.</summary>
enum LoadPhase
{
    WarmUp,
    Measure,
    Drain,
}
