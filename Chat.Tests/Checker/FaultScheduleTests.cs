using Chat.Checker.Faults;
using Xunit;

namespace Chat.Tests.Checker;

public sealed class FaultScheduleTests
{
    static readonly FaultPlan Plan = new(Nodes: 3, Count: 20, Seconds: 300) { CanCut = true };

    [Fact]
    public void The_same_seed_gives_the_same_schedule_and_another_one_another()
    {
        Assert.Equal(FaultSchedule.Draw(7, Plan), FaultSchedule.Draw(7, Plan));
        Assert.NotEqual(FaultSchedule.Draw(7, Plan), FaultSchedule.Draw(8, Plan));
    }

    [Fact]
    public void Every_kind_comes_before_one_has_come_too_often()
    {
        var faults = FaultSchedule.Draw(1, Plan with { Members = 3 });
        Assert.Equal(Enum.GetValues<FaultKind>().Except(FaultSchedule.OfVersions), faults.Take(20).Select(fault => fault.Kind).Distinct().Order());
    }

    [Fact]
    public void An_upgrade_takes_one_node_after_the_other_and_goes_back_the_same_way()
    {
        var steps = FaultSchedule.Upgrade(nodes: 3, seconds: 70);
        Assert.Equal(
            [(FaultKind.Upgrade, 1), (FaultKind.Upgrade, 2), (FaultKind.Upgrade, 3), (FaultKind.RollBack, 1), (FaultKind.RollBack, 2), (FaultKind.RollBack, 3)],
            steps.Select(step => (step.Kind, step.Node)));
        Assert.All(steps, step => Assert.True(step.WaitsForHealth));
        Assert.Equal([5000, 15_000, 25_000, 35_000, 45_000, 55_000], steps.Select(step => step.At));
    }

    [Fact]
    public void Without_namespaces_no_link_is_cut() =>
        Assert.DoesNotContain(FaultSchedule.Draw(1, Plan with { CanCut = false }), fault => fault.Kind is FaultKind.CutNode or FaultKind.CutLink or FaultKind.Deafen);

    [Fact]
    public void Faults_come_in_order_within_the_load_and_name_nodes_that_are_there()
    {
        var faults = FaultSchedule.Draw(3, Plan);
        Assert.Equal(faults.Select(fault => fault.At).Order(), faults.Select(fault => fault.At));
        Assert.All(faults, fault =>
        {
            Assert.InRange(fault.At, 0, 300_000);
            Assert.InRange(fault.Milliseconds, 0, 30_000);
            Assert.InRange(fault.Node, 1, 3);
            Assert.InRange(fault.Other, 1, 3);
            Assert.NotEqual(fault.Node, fault.Other);
        });
    }

    [Fact]
    public void Members_of_a_Galera_cluster_are_named_where_there_are_some()
    {
        Assert.All(FaultSchedule.Draw(3, Plan with { Count = 60 }), fault => Assert.DoesNotContain(fault.Kind, FaultSchedule.OfMembers));
        var faults = FaultSchedule.Draw(3, Plan with { Count = 60, Members = 3 }).Where(fault => FaultSchedule.OfMembers.Contains(fault.Kind)).ToList();
        Assert.Equal([1, 2, 3], faults.Select(fault => fault.Member).Distinct().Order());
    }
}
