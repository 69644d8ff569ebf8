namespace Chat.Bench.Measuring;

/// <summary>What the generator itself cost while it measured, and whether that spoils the numbers.</summary>
/// <param name="CpuSeconds">CPU time of the whole process.</param>
/// <param name="ThreadShare">The share of the time in which the one thread that makes the load was running.</param>
/// <param name="StarvedShare">The share of the time in which it was ready but had no core.</param>
/// <param name="Lateness">How late it noticed that a message was due; open loop only.</param>
sealed record GeneratorUsage(double CpuSeconds, double ThreadShare, double StarvedShare, LatencySummary Lateness)
{
    /// <summary>Above this the thread has no time left to be in time.</summary>
    public const double BusyLimit = 0.85;

    /// <summary>Above this the latencies are not the server's any more.</summary>
    public const double StarvedLimit = 0.10;

    const long LateMicroseconds = 1000;

    /// <summary>Being late by less than this share of the latency does not spoil it.</summary>
    const double LateShare = 0.2;

    /// <summary>Why the numbers are the generator's rather than the server's; empty if they are not.</summary>
    /// <param name="latency">The 99th percentile of the latency, in microseconds, that the lateness is a part of.</param>
    public IReadOnlyList<string> Complaints(long latency)
    {
        var complaints = new List<string>();
        if (ThreadShare > BusyLimit)
            complaints.Add($"the generator's thread was busy {ThreadShare:p0} of the time: it was the bottleneck, the server can do more");
        if (StarvedShare > StarvedLimit)
            complaints.Add($"the generator waited for a core {StarvedShare:p0} of the time: latencies include that; give it a core of its own");
        if (Lateness.P99 > LateMicroseconds && Lateness.P99 > latency * LateShare)
            complaints.Add($"the generator noticed 1 % of the due messages more than {Lateness.P99 / 1000.0:n1} ms late: latencies include that");
        return complaints;
    }
}
