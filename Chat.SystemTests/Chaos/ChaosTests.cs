using Chat.Checker;
using Chat.Checker.Checking;
using Chat.Checker.Faults;
using Chat.SystemTests.Deployment;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Chat.SystemTests.Chaos;

/// <summary>
/// Real nodes, real clients, and things that go wrong. docs/OPERATIONS.md says how to run a longer one, or the same one again.
/// </summary>
[Collection(NodeCollection.Name)]
public sealed class ChaosTests(ITestOutputHelper output)
{
    [Fact]
    public async Task One_node_that_dies_and_freezes_and_loses_its_database_keeps_its_promise() =>
        AssertKept(await RunAsync(new ChaosOptions(Nodes: 1) { Seconds = 30, Faults = 5 }.FromEnvironment()));

    [Fact]
    public async Task Three_nodes_of_which_any_one_dies_or_freezes_or_is_cut_off_keep_their_promise() =>
        AssertKept(await RunAsync(new ChaosOptions(Nodes: 3) { Seconds = 90, Faults = 8, CutsLinks = true }.FromEnvironment()));

    /// <summary>Each kind comes before one comes again.</summary>
    [Fact]
    public async Task Three_nodes_over_a_Galera_cluster_of_which_any_server_dies_or_freezes_or_is_cut_off_keep_their_promise()
    {
        var options = new ChaosOptions(Nodes: 3)
        {
            Seconds = 60,
            Rate = 200,
            Faults = 5,
            CutsLinks = true,
            Database = ChaosDatabase.Galera,
            Kinds = [FaultKind.KillMember, FaultKind.FreezeMember, FaultKind.CutMember, FaultKind.Kill, FaultKind.Freeze],
        };
        var result = await RunAsync(options.FromEnvironment());
        AssertKept(result);
        Assert.True(result.Faults.Count >= 5);
    }

    [Fact]
    public async Task In_a_rolling_restart_nothing_is_lost_and_nobody_hangs()
    {
        var options = new ChaosOptions(Nodes: 3) { Seconds = 21, Faults = 3, Kinds = [FaultKind.Terminate], IsPatient = true };
        var result = await RunAsync(options);
        AssertKept(result);
        Assert.Equal([(1, 0), (2, 0), (3, 0)], result.Exits.Select(exit => (exit.Node, exit.Code)).Order());
        Assert.InRange(result.LongestWait, TimeSpan.Zero, TimeSpan.FromSeconds(30)); // against hanging only: how long it takes is the checker's report
    }

    [Fact]
    public async Task Full_collections_and_freezes_of_a_second_raise_no_false_alarm()
    {
        var options = new ChaosOptions(Nodes: 3)
        {
            Seconds = 8,
            Rate = 1000,
            Faults = 4,
            Kinds = [FaultKind.CollectGarbage, FaultKind.Freeze],
            FaultMilliseconds = 1000,
            Bystanders = 300,
        };
        var result = await RunAsync(options.FromEnvironment());
        AssertKept(result);
        Assert.Empty(result.Exits);
    }

    [Fact]
    public async Task Behind_nginx_nodes_that_die_or_freeze_or_all_end_at_once_keep_their_promise()
    {
        var options = new ChaosOptions(Nodes: 3)
        {
            Seconds = 18,
            Faults = 3,
            Kinds = [FaultKind.Kill, FaultKind.TerminateAll, FaultKind.Freeze],
            IsPatient = true,
            Balancer = async nodes => await NginxServer.StartAsync(nodes),
        };
        var result = await RunAsync(options.FromEnvironment());
        AssertKept(result);
        foreach (var fault in result.Faults.Where(fault => fault.Fault.Kind == FaultKind.TerminateAll))
        {
            var exits = result.Exits.Where(exit => exit.At >= fault.From && exit.At < fault.To).ToList();
            Assert.Equal([(1, 0), (2, 0), (3, 0)], exits.Select(exit => (exit.Node, exit.Code)).Order());
            Assert.All(exits, exit => Assert.InRange(exit.At - fault.From, 0, 30_000));
        }
    }

    [Theory]
    [InlineData("drop:50", nameof(ViolationKind.Lost))]
    [InlineData("twice:50", nameof(ViolationKind.DeliveredTwice))]
    [InlineData("reorder:50", nameof(ViolationKind.OutOfOrder))]
    public async Task A_node_that_breaks_its_promise_is_found_out(string fault, string violation)
    {
        var options = new ChaosOptions(Nodes: 1) { Seconds = 4, Rate = 200, Faults = 0, Fault = fault, DeliveryPatience = TimeSpan.Zero };
        var result = await RunAsync(options);
        Assert.Contains(Enum.Parse<ViolationKind>(violation), result.Violations.Select(found => found.Kind));
    }

    Task<ChaosResult> RunAsync(ChaosOptions options) =>
        ChaosRun.RunAsync(options with { Folder = Path.Combine(Repository.Root, "artifacts", "chaos") }, output.WriteLine);

    static void AssertKept(ChaosResult result) =>
        Assert.True(
            result.Violations.Count == 0,
            $"{result.Violations.Count} violations, see report.txt and the nodes' logs in {result.Folder}\n{result.Summary}\n{DeliveryChecker.Describe([.. result.Violations])}");
}
