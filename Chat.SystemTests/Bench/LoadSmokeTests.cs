using Chat.Bench.Load;
using Chat.Bench.Measuring;
using Chat.Bench.Workloads;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Bench;

/// <summary>The load generator against a real node, half a minute in all: nothing lost, twice, out of order or changed.</summary>
public sealed class LoadSmokeTests
{
    static readonly TimeSpan Measured = TimeSpan.FromSeconds(7);

    [Fact]
    public async Task A_node_keeps_its_promises_under_load()
    {
        using var folder = new TestFolder();
        await using var node = await NodeProcess.StartAsync(folder, null, "--Chat:Limits:FramesPerSecond=0");
        var options = new WorkloadOptions { Targets = [new("127.0.0.1", node.Port)], Connections = 20, Groups = 2, Members = 5, SendersPerGroup = 2 };
        await RunAsync("modern pairs", options, Topology.Pairs, new() { Workload = "", Window = 4 });
        await RunAsync("modern pairs, open loop", options, Topology.Pairs, new() { Workload = "", RatePerSecond = 500 });
        await RunAsync("legacy pairs", options with { Protocol = ChatProtocol.Legacy }, Topology.Pairs, new() { Workload = "", Window = 4 });
        await RunAsync("groups", options with { Prefix = "groups" }, Topology.Groups, new() { Workload = "", Window = 2 });
    }

    /// <summary>So many for each that they come faster than one read can take.</summary>
    [Fact]
    public async Task Messages_that_waited_for_their_receivers_are_all_there()
    {
        using var folder = new TestFolder();
        await using var node = await NodeProcess.StartAsync(folder, null, "--Chat:Limits:FramesPerSecond=0");
        var options = new WorkloadOptions { Targets = [new("127.0.0.1", node.Port)], Connections = 6 };
        var result = await Task.Run(() => OfflineWorkload.Run(options, messages: 2000, window: 32, rate: null, new UsageProbe([])));
        Assert.True(result.Sending.Tally.IsPerfect, result.Sending.Tally.ToString());
        Assert.True(result.Fetching.Tally.IsPerfect, result.Fetching.Tally.ToString());
        Assert.Equal(3 * 2000, result.Fetched);
    }

    static async Task RunAsync(string name, WorkloadOptions options, Func<WorkloadOptions, SetupProgress, LoadState> build, LoadPlan plan)
    {
        var result = await Task.Run(() =>
        {
            using var loop = new LoadLoop(build(options, new SetupProgress(TextWriter.Null)), new UsageProbe([]));
            return loop.Run(plan with { Workload = name, WarmUp = TimeSpan.FromSeconds(1), Measure = Measured, Drain = TimeSpan.FromSeconds(20) });
        });
        Assert.True(result.Tally.IsPerfect, $"{name}: {result.Tally}");
        Assert.True(result.Delivered > 100, $"{name}: {result.Delivered} delivered");
        Assert.Equal(plan.RatePerSecond is null ? result.Delivery.Count : 3500, result.Delivery.Count);
    }
}
