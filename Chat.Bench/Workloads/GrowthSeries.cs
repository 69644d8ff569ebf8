using Chat.Bench.Checking;
using Chat.Bench.Load;
using Chat.Bench.Measuring;

namespace Chat.Bench.Workloads;

/// <summary>What grows from point to point.</summary>
enum GrowthOf
{
    /// <summary>Connections in pairs.</summary>
    Connections,

    /// <summary>Members of one group.</summary>
    Members,

    /// <summary>Conversations over the same connections: the first message of each, then more.</summary>
    Conversations,

    /// <summary>Rows of the message log.</summary>
    Log,

    /// <summary>Messages that wait for each user who is away.</summary>
    Queued,
}

/// <summary>One measured point.</summary>
/// <param name="Series">Which line it belongs to.</param>
/// <param name="Value">What has grown.</param>
/// <param name="MessagesPerSecond">Delivered.</param>
/// <param name="ServerMicroseconds">CPU of the server per message, null if its processes are not known.</param>
/// <param name="P50">Of the delivery, in microseconds.</param>
/// <param name="P99">Of the delivery, in microseconds.</param>
/// <param name="ResidentBytes">Of the server's processes, afterwards.</param>
/// <param name="IsPerfect">Nothing lost, repeated, out of order or changed.</param>
sealed record GrowthPoint(
    string Series, long Value, double MessagesPerSecond, double? ServerMicroseconds, long P50, long P99, long ResidentBytes, bool IsPerfect)
{
    public static GrowthPoint Of(string series, long value, RunResult result, UsageProbe probe) => new(
        series, value, result.DeliveredPerSecond, result.ServerMicrosecondsPerMessage, result.Delivery.P50, result.Delivery.P99,
        probe.TotalResidentBytes(), result.Tally.IsPerfect)
    { Complaints = result.Complaints };

    /// <summary>Why this point is the generator's rather than the server's; empty if it is not.</summary>
    public IReadOnlyList<string> Complaints { get; init; } = [];
}

/// <summary>The same load again and again, while one thing grows.</summary>
sealed class GrowthSeries(WorkloadOptions options, LoadPlan plan, UsageProbe probe, SetupProgress progress)
{
    static readonly TimeSpan FillLimit = TimeSpan.FromMinutes(30);

    long _logged;

    /// <param name="of">What grows.</param>
    /// <param name="value">How large it is now; not smaller than before.</param>
    public IEnumerable<GrowthPoint> Measure(GrowthOf of, long value) => of switch
    {
        GrowthOf.Connections => [Run("pairs", value, options with { Connections = (int)value }, Topology.Pairs)],
        GrowthOf.Members => [Run("one group", value, options with { Groups = 1, Members = (int)value, SendersPerGroup = 1 }, Topology.Groups)],
        GrowthOf.Conversations => Conversations(value),
        GrowthOf.Log => Log(value),
        _ => Queued(value),
    };

    GrowthPoint Run(string series, long value, WorkloadOptions workload, Func<WorkloadOptions, SetupProgress, LoadState> build)
    {
        using var loop = new LoadLoop(build(workload, progress), probe, options.MarkEvery, options.HasHeartbeat);
        return GrowthPoint.Of(series, value, loop.Run(plan), probe);
    }

    IEnumerable<GrowthPoint> Conversations(long value)
    {
        var rate = plan.RatePerSecond ?? throw new BenchException("conversations grow with --rate: the load has to stay the same");
        // So few that each has a pair of its own, or each connection writes in many.
        var hasPairs = value * 2 <= options.Connections;
        var partners = hasPairs ? 1 : (int)(value / options.Connections);
        if (partners < 1 || partners * 2 >= options.Connections)
            throw new BenchException($"{value} conversations need from {(int)Math.Sqrt(2.0 * value) + 1} to {value} --connections");
        using var loop = new LoadLoop(Topology.Pairs(options with { Partners = partners, Connections = hasPairs ? (int)value * 2 : options.Connections, IsOneWay = hasPairs }, progress), probe, options.MarkEvery, options.HasHeartbeat);
        // Each conversation's turn comes once.
        var cold = plan with { WarmUp = TimeSpan.Zero, Measure = TimeSpan.FromSeconds(loop.State.Flows.Count / rate) };
        yield return GrowthPoint.Of("first message", value, loop.Run(cold), probe);
        yield return GrowthPoint.Of("more", value, loop.Run(plan), probe);
    }

    IEnumerable<GrowthPoint> Log(long value)
    {
        using var loop = new LoadLoop(Topology.Pairs(options, progress), probe, options.MarkEvery, options.HasHeartbeat);
        if (value > _logged)
        {
            var each = (value - _logged + loop.State.Flows.Count - 1) / loop.State.Flows.Count;
            var filled = loop.Run(plan with { Workload = "filling", RatePerSecond = null, Window = 32, MessagesPerFlow = each, Measure = FillLimit, Progress = Reports.ProgressLine.Write });
            Require(filled.Tally);
            _logged += filled.Sent;
        }

        var result = loop.Run(plan);
        yield return GrowthPoint.Of("pairs", value, result, probe);
        _logged += loop.State.Flows.Sum(flow => flow.BegunInRun);
    }

    IEnumerable<GrowthPoint> Queued(long value)
    {
        var result = OfflineWorkload.Run(options, (int)value, plan.Window, rate: null, probe);
        var isPerfect = result.Sending.Tally.IsPerfect && result.Fetching.Tally.IsPerfect;
        var resident = probe.TotalResidentBytes();
        yield return new("stored", value, result.StoredPerSecond, result.StoreMicroseconds, result.Sending.Acknowledgement.P50, result.Sending.Acknowledgement.P99, resident, isPerfect) { Complaints = result.Sending.Complaints };
        yield return new("fetched", value, result.FetchedPerSecond, result.FetchMicroseconds, 0, 0, resident, isPerfect) { Complaints = result.Fetching.Complaints };
    }

    static void Require(Tally tally)
    {
        if (!tally.IsPerfect)
            throw new BenchException($"the log could not be filled: {tally}");
    }
}
