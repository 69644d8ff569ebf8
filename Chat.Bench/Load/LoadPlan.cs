using Chat.Bench.Measuring;

namespace Chat.Bench.Load;

/// <summary>How one run of the load goes.</summary>
sealed record LoadPlan
{
    /// <summary>For the report.</summary>
    public required string Workload { get; init; }

    /// <summary>Messages per second over all flows, whatever the server does; null: a closed loop.</summary>
    public double? RatePerSecond { get; init; }

    /// <summary>Closed loop: messages of a flow that are under way.</summary>
    public int Window { get; init; } = 1;

    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan Measure { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest wait at the end for what is due, and once more as long for what is under way then.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Nothing under way any more: so long a duplicate may still come.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Stop after so many messages of each flow, and at the latest when the measurement is over, or when the server says nothing for as long as a drain; there is no warm-up then.</summary>
    public long? MessagesPerFlow { get; init; }

    /// <summary>Ends the measurement before its time.</summary>
    public CancellationToken Over { get; init; }

    /// <summary>Called every second.</summary>
    public Action<IntervalSample>? Progress { get; init; }
}
