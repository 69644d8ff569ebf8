using Chat.Checker;
using Chat.Checker.Faults;
using Xunit;

namespace Chat.Tests.Checker;

public sealed class ChaosOptionsTests
{
    readonly ChaosOptions _options = new(Nodes: 3);

    [Fact]
    public void What_is_standard_is_possible() => Assert.Null(_options.Problem);

    [Fact]
    public void A_database_that_somebody_else_runs_is_not_killed()
    {
        Assert.Equal("KillDatabase needs a database of the run's own: --database mariadb", (_options with { Kinds = [FaultKind.Kill, FaultKind.KillDatabase], Database = ChaosDatabase.Sqlite }).Problem);
        var faults = FaultSchedule.Draw(seed: 1, new FaultPlan(Nodes: 3, Count: 50, Seconds: 100) { CanHurtDatabase = false });
        Assert.DoesNotContain(faults, fault => FaultSchedule.OfTheDatabase.Contains(fault.Kind));
    }

    [Fact]
    public void Links_are_cut_only_where_there_are_links()
    {
        Assert.Equal("CutLink needs --cut-links", (_options with { Kinds = [FaultKind.CutLink] }).Problem);
        Assert.Null((_options with { Kinds = [FaultKind.CutLink], CutsLinks = true }).Problem);
        Assert.NotNull((_options with { CutsLinks = true, Database = ChaosDatabase.GivenMySql }).Problem);
    }

    [Fact]
    public void Members_are_hurt_only_in_a_Galera_cluster()
    {
        Assert.Equal("KillMember needs a Galera cluster: --database galera", (_options with { Kinds = [FaultKind.KillMember] }).Problem);
        Assert.Equal("CutMember needs --cut-links", (_options with { Kinds = [FaultKind.CutMember], Database = ChaosDatabase.Galera }).Problem);
        Assert.Null((_options with { Kinds = [FaultKind.CutMember], Database = ChaosDatabase.Galera, CutsLinks = true }).Problem);
        Assert.EndsWith(" --cut-links --database galera", (_options with { Database = ChaosDatabase.Galera, CutsLinks = true }).Command, StringComparison.Ordinal);
    }

    [Fact]
    public void An_upgrade_needs_another_version_and_has_no_other_faults()
    {
        var program = typeof(ChaosOptions).Assembly.Location;
        var upgrade = _options with { Previous = program };
        Assert.Null(upgrade.Problem);
        Assert.EndsWith($" --previous {program}", upgrade.Command, StringComparison.Ordinal);
        Assert.Equal("Upgrade comes by itself with --previous, and not without", (_options with { Kinds = [FaultKind.Upgrade] }).Problem);
        Assert.Equal("with --previous there are no other faults: leave --kinds out", (upgrade with { Kinds = [FaultKind.Kill] }).Problem);
        Assert.Equal("--previous: there is no /nowhere/Chat.Node.dll", (_options with { Previous = "/nowhere/Chat.Node.dll" }).Problem);
    }

    [Fact]
    public void The_command_that_is_printed_does_the_same_again() =>
        Assert.Equal(
            "chaos --nodes 1 --seed 7 --seconds 60 --rate 400 --faults 2 --kinds Kill,Freeze --patient --database sqlite",
            (_options with { Nodes = 1, Seed = 7, Faults = 2, Kinds = [FaultKind.Kill, FaultKind.Freeze], IsPatient = true, Database = ChaosDatabase.Sqlite }).Command);
}
