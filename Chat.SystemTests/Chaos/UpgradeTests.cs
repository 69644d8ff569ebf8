using Chat.Checker;
using Chat.Checker.Checking;
using Chat.Checker.Faults;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Chat.SystemTests.Chaos;

/// <summary>Nodes of this version and of one before in one cluster, under load.</summary>
[Collection(NodeCollection.Name)]
public sealed class UpgradeTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(null, "", false)]
    [InlineData(null, "true", false)]
    [InlineData("no history", "", true)]
    [InlineData("no history", null, true)]
    [InlineData("no history", "true", false)] // it runs, and fails
    public void Without_the_history_it_is_skipped_but_not_where_every_change_has_to_pass(string? problem, string? ci, bool isSkipped) =>
        Assert.Equal(isSkipped, HistoryFactAttribute.SkipOf(problem, ci) is not null);

    [Fact]
    public void A_commit_that_is_not_there_is_known()
    {
        Assert.Equal(Repository.Has(".git"), PreviousVersion.IsThere("HEAD"));
        Assert.False(PreviousVersion.IsThere("0123456789012345678901234567890123456789"));
    }

    [HistoryFact]
    public async Task In_a_rolling_upgrade_and_on_the_way_back_nothing_is_lost_and_nothing_comes_twice()
    {
        var options = new ChaosOptions(Nodes: 3)
        {
            Seconds = 49,
            Rate = 200,
            Previous = await PreviousVersion.BuildAsync(),
            Folder = Path.Combine(Repository.Root, "artifacts", "chaos"),
        };
        var result = await ChaosRun.RunAsync(options, output.WriteLine);
        Assert.True(result.Violations.Count == 0, $"see report.txt and the nodes' logs in {result.Folder}\n{result.Summary}\n{DeliveryChecker.Describe([.. result.Violations])}");
        Assert.Equal(
            [FaultKind.Upgrade, FaultKind.Upgrade, FaultKind.Upgrade, FaultKind.RollBack, FaultKind.RollBack, FaultKind.RollBack], result.Faults.Select(each => each.Fault.Kind));
        Assert.Equal([(1, 0), (1, 0), (2, 0), (2, 0), (3, 0), (3, 0)], result.Exits.Select(exit => (exit.Node, exit.Code)).Order());
        Assert.InRange(result.LongestWait, TimeSpan.Zero, TimeSpan.FromSeconds(30)); // against hanging only: how long it takes is the checker's report
    }
}
