using Chat.Node.Cluster;
using Xunit;

namespace Chat.Tests.Cluster;

/// <summary>When a node may be stopped.</summary>
public sealed class StopSafetyTests
{
    static readonly MemberView Self = new("a:1", "up", Reachable: true, Self: true, Oldest: true);
    static readonly MemberView Other = new("b:1", "up", Reachable: true, Self: false, Oldest: false);

    [Fact]
    public void A_node_beside_another_one_may_go() => Assert.Empty(StopSafety.Reasons([Self, Other], ["a:1", "b:1"], 0, isAtWork: true));

    [Fact]
    public void The_only_one_may_not() => Assert.Contains("no other node", Assert.Single(StopSafety.Reasons([Self], ["a:1"], 0, isAtWork: true)), StringComparison.Ordinal);

    /// <summary>It is up and reachable, and sends its clients elsewhere.</summary>
    [Fact]
    public void Another_one_that_drains_serves_nobody() => Assert.Equal(
        ["no other node is up, reachable and ready: nobody would serve the clients", "b:1 is not ready: it is draining, has lost the database, or does not answer"],
        StopSafety.Reasons([Self, Other], ["a:1"], 0, isAtWork: true));

    [Fact]
    public void Beside_one_that_serves_another_one_that_drains_is_waited_for() => Assert.Contains(
        "c:1 is not ready", Assert.Single(StopSafety.Reasons([Self, Other, Other with { Address = "c:1" }], ["a:1", "b:1"], 0, isAtWork: true)), StringComparison.Ordinal);

    [Theory]
    [InlineData("joining", true, "b:1 is joining")]
    [InlineData("leaving", true, "b:1 is leaving")]
    [InlineData("up", false, "b:1 is not reachable")]
    public void A_third_one_that_is_not_well_is_named(string state, bool reachable, string reason) => Assert.Contains(
        reason, Assert.Single(StopSafety.Reasons([Self, Other with { Address = "c:1" }, Other with { State = state, Reachable = reachable }], ["a:1", "b:1", "c:1"], 0, isAtWork: true)), StringComparison.Ordinal);

    [Fact]
    public void What_a_dead_node_has_left_is_waited_for() =>
        Assert.Contains("2 starts", Assert.Single(StopSafety.Reasons([Self, Other], ["a:1", "b:1"], 2, isAtWork: true)), StringComparison.Ordinal);

    [Fact]
    public void A_node_that_is_not_at_work_says_so() =>
        Assert.Contains("not at work", Assert.Single(StopSafety.Reasons([Self, Other], ["a:1", "b:1"], 0, isAtWork: false)), StringComparison.Ordinal);
}
