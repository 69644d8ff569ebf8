using Chat.Bench.Load;
using Chat.Bench.Measuring;

namespace Chat.Bench.Workloads;

/// <summary>What connections cost that say nothing.</summary>
/// <param name="Connections">How many.</param>
/// <param name="BytesBefore">Resident memory of the server without them.</param>
/// <param name="BytesHalf">With the first half of them.</param>
/// <param name="BytesAfter">With all.</param>
/// <param name="ServerCores">Cores that the server used while they said nothing.</param>
/// <param name="Disconnected">How many the server ended.</param>
sealed record IdleResult(int Connections, long BytesBefore, long BytesHalf, long BytesAfter, double? ServerCores, long Disconnected)
{
    public double BytesEach => (double)(BytesAfter - BytesBefore) / Connections;

    /// <summary>Of the second half alone: what the server makes once, whatever the number, is in the first.</summary>
    public double BytesEachFurther => (double)(BytesAfter - BytesHalf) / (Connections - Connections / 2);
}

/// <summary>Users who are logged in and silent, but for the pings of the protocol.</summary>
static class IdleWorkload
{
    /// <summary>Our nodes give memory back a few seconds after the last login.</summary>
    static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    public static IdleResult Run(WorkloadOptions options, UsageProbe probe, TimeSpan hold)
    {
        var progress = new SetupProgress(Console.Error);
        var enrolment = new Enrolment(options);
        var before = probe.TotalResidentBytes();
        var users = new List<LoadConnection>();
        var alive = new KeepAlive(options.HasHeartbeat);
        Open(options.Connections / 2);
        Thread.Sleep(Rest);
        var half = probe.TotalResidentBytes();
        Open(options.Connections);
        Thread.Sleep(Rest);
        var after = probe.TotalResidentBytes();
        alive.Dispose();
        using var loop = new LoadLoop(new LoadState(Topology.NewRun(), users, []), probe, hasHeartbeat: options.HasHeartbeat);
        var result = loop.Run(new() { Workload = "idle", WarmUp = TimeSpan.Zero, Measure = hold });
        var cores = probe.IsAvailable ? result.Server.Sum(usage => usage.CpuSeconds) / result.Seconds : (double?)null;
        return new(options.Connections, before, half, after, cores, result.Tally.Disconnected);

        void Open(int upTo)
        {
            var from = users.Count;
            var opened = new LoadConnection[upTo - from];
            progress.Start("connections", opened.Length);
            Parallel.For(0, opened.Length, new ParallelOptions { MaxDegreeOfParallelism = options.SetupConcurrency }, place =>
            {
                opened[place] = enrolment.Open(from + place, (from + place) % options.Targets.Count).Connection;
                alive.Add(opened[place]);
                progress.Add();
            });
            progress.End();
            users.AddRange(opened);
        }
    }
}
