namespace Chat.Bench.Measuring;

/// <summary>What requests that are done one after the other by several connections came to: logins, pages of history.</summary>
sealed record OperationResult
{
    public required string Workload { get; init; }

    /// <summary>What one of them is called.</summary>
    public required string Operation { get; init; }

    public required double Seconds { get; init; }

    public required long Count { get; init; }

    /// <summary>Messages in the answers, 0 if that means nothing.</summary>
    public long Messages { get; init; }

    public required LatencySummary Latency { get; init; }

    /// <summary>Refused, or with an answer that is wrong.</summary>
    public required long Failed { get; init; }

    /// <summary>Refused for the moment and asked again, warm-up included; the time is part of the latency, the CPU of the cost.</summary>
    public long Repeated { get; init; }

    public string? FirstFailure { get; init; }

    public required IReadOnlyList<ServerUsage> Server { get; init; }

    /// <summary>CPU time of the generator.</summary>
    public required double GeneratorCpuSeconds { get; init; }

    /// <summary>Cores that the generator may use.</summary>
    public int GeneratorCores { get; init; } = Environment.ProcessorCount;

    public double PerSecond => Seconds > 0 ? Count / Seconds : 0;

    public double? ServerMicrosecondsPerOperation => Server.Count == 0 || Count == 0 ? null : Server.Sum(usage => usage.CpuSeconds) * 1e6 / Count;

    /// <summary>The share of the time in which the generator's threads were ready but had no core.</summary>
    public double GeneratorStarvedShare { get; init; }

    /// <summary>Why the numbers are the generator's rather than the server's; empty if they are not.</summary>
    public IReadOnlyList<string> Complaints
    {
        get
        {
            var complaints = new List<string>();
            if (GeneratorCpuSeconds / Seconds / GeneratorCores > GeneratorUsage.BusyLimit)
                complaints.Add("the generator used nearly all the CPU that it may: it was the bottleneck, the server can do more");
            if (GeneratorStarvedShare > GeneratorUsage.StarvedLimit)
                complaints.Add($"the generator's threads waited for a core {GeneratorStarvedShare:p0} of the time: latencies include that; give it cores of its own");
            return complaints;
        }
    }
}
