using Chat.Tests.Chaos.Checking;
using Chat.Tests.EndToEnd;
using Xunit;
using Xunit.Abstractions;

namespace Chat.Tests.Chaos;

/// <summary>
/// Real nodes, real clients, and things that go wrong. docs/OPERATIONS.md says how to run a longer one, or the same one again.
/// </summary>
[Collection(NodeCollection.Name)]
public sealed class ChaosTests(ITestOutputHelper output)
{
    [Fact]
    public async Task One_node_that_dies_and_freezes_and_loses_its_database_keeps_its_promise() =>
        AssertKept(await ChaosRun.RunAsync(new ChaosOptions(Nodes: 1) { Seconds = 30, Faults = 5 }.FromEnvironment(), output));

    [Fact]
    public async Task Three_nodes_of_which_any_one_dies_or_freezes_or_is_cut_off_keep_their_promise() =>
        AssertKept(await ChaosRun.RunAsync(new ChaosOptions(Nodes: 3) { Seconds = 90, Faults = 8, CutsLinks = true }.FromEnvironment(), output));

    [Theory]
    [InlineData("drop:50", nameof(ViolationKind.Lost))]
    [InlineData("twice:50", nameof(ViolationKind.DeliveredTwice))]
    [InlineData("reorder:50", nameof(ViolationKind.OutOfOrder))]
    public async Task A_node_that_breaks_its_promise_is_found_out(string fault, string violation)
    {
        var options = new ChaosOptions(Nodes: 1) { Seconds = 4, Rate = 200, Faults = 0, Fault = fault, DeliveryPatience = TimeSpan.Zero };
        var result = await ChaosRun.RunAsync(options, output);
        Assert.Contains(Enum.Parse<ViolationKind>(violation), result.Violations.Select(found => found.Kind));
    }

    static void AssertKept(ChaosResult result) =>
        Assert.True(
            result.Violations.Count == 0,
            $"{result.Violations.Count} violations, see report.txt and the nodes' logs in {result.Folder}\n{result.Summary}\n{Checker.Describe([.. result.Violations])}");
}
