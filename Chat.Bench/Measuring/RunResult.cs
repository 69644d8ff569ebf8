using Chat.Bench.Checking;

namespace Chat.Bench.Measuring;

/// <summary>What one run of a workload came to.</summary>
sealed record RunResult
{
    /// <summary>What was run, for the heading of a report.</summary>
    public required string Workload { get; init; }

    /// <summary>Length of the measurement, without warm-up and drain.</summary>
    public required double Seconds { get; init; }

    /// <summary>Sent in the measurement; in an open loop those that were due in it.</summary>
    public required long Sent { get; init; }

    /// <summary>Messages delivered in the measurement, each receiver counted.</summary>
    public required long Delivered { get; init; }

    /// <summary>Acknowledged in the measurement; modern only.</summary>
    public required long Acknowledged { get; init; }

    /// <summary>The rate that was asked for, null in a closed loop.</summary>
    public double? OfferedPerSecond { get; init; }

    /// <summary>From the intended send time to the arrival, of messages whose intended time is in the measurement.</summary>
    public required LatencySummary Delivery { get; init; }

    /// <summary>From the intended send time to the acknowledgement.</summary>
    public required LatencySummary Acknowledgement { get; init; }

    /// <summary>Messages of the measurement that had not arrived at the end: they are in the latencies with their age, which is too little.</summary>
    public required long Censored { get; init; }

    /// <summary>Of the whole run, with warm-up and drain.</summary>
    public required Tally Tally { get; init; }

    public required IReadOnlyList<ServerUsage> Server { get; init; }

    public required GeneratorUsage Generator { get; init; }

    public IReadOnlyList<IntervalSample> Timeline { get; init; } = [];

    public double DeliveredPerSecond => Seconds > 0 ? Delivered / Seconds : 0;

    /// <summary>Of all the server's processes, in microseconds; null if they are not known.</summary>
    public double? ServerMicrosecondsPerMessage =>
        Server.Count == 0 || Delivered == 0 ? null : Server.Sum(usage => usage.CpuSeconds) * 1e6 / Delivered;

    /// <summary>What the generator itself has against these numbers.</summary>
    public IReadOnlyList<string> Complaints => Generator.Complaints(Delivery.P99);

    public double GeneratorMicrosecondsPerMessage => Delivered == 0 ? 0 : Generator.CpuSeconds * 1e6 / Delivered;
}
