namespace Chat.Node.Telemetry;

/// <summary>How measured values are spread: how many were in each bucket since the start. To note one is one addition. Safe to use from any thread.</summary>
sealed class Spread
{
    /// <summary>Where the buckets of durations end, in seconds; what is longer has one more.</summary>
    public static readonly double[] Seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    readonly long[] _counts = new long[Seconds.Length + 1];

    public void Add(double seconds)
    {
        var at = Array.BinarySearch(Seconds, seconds);
        Interlocked.Increment(ref _counts[at < 0 ? ~at : at]);
    }

    /// <summary>The counts of the buckets, in their order.</summary>
    public IReadOnlyList<long> Read()
    {
        var counts = new long[_counts.Length];
        for (var at = 0; at < counts.Length; at++)
            counts[at] = Interlocked.Read(ref _counts[at]);
        return counts;
    }
}
