using Chat.Node.Cluster;
using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.Cluster;

public sealed class PeerVerdictTests
{
    [Theory]
    [InlineData(1400, nameof(PeerAnswer.Refused), false, false)] // a beat may be late
    [InlineData(1500, nameof(PeerAnswer.Refused), true, true)] // the process is gone
    [InlineData(1500, nameof(PeerAnswer.Listening), false, false)]
    [InlineData(5000, nameof(PeerAnswer.Listening), false, false)] // frozen, and may still hold its lease
    [InlineData(5750, nameof(PeerAnswer.Listening), false, true)]
    [InlineData(5750, nameof(PeerAnswer.Silent), false, true)] // the machine is gone
    [InlineData(19_000, nameof(PeerAnswer.Listening), true, false)] // only its way to the database is cut
    [InlineData(20_000, nameof(PeerAnswer.Listening), true, true)]
    public void A_node_is_dead(int silentMilliseconds, string answer, bool isReachable, bool isDead) =>
        Assert.Equal(isDead, PeerVerdict.IsDead(TimeSpan.FromMilliseconds(silentMilliseconds), Enum.Parse<PeerAnswer>(answer), isReachable, canWrite: true));

    [Fact]
    public void Nobody_is_dead_because_the_database_takes_no_writes_from_anybody() =>
        Assert.False(PeerVerdict.IsDead(TimeSpan.FromMinutes(5), PeerAnswer.Listening, isReachable: true, canWrite: false));

    [Fact]
    public void A_start_at_the_same_address_that_lives_proves_the_silent_one_dead()
    {
        var watch = new PeerWatch();
        NodeRow Row(long incarnation, string address, long heartbeat) => new() { Incarnation = incarnation, Address = address, Heartbeat = heartbeat };
        NodeRow[] At(long now) => [Row(1, "a:1", 7), Row(2, "a:1", now), Row(3, "b:1", 7), Row(4, "", 7), Row(5, "", now)];
        watch.Look(At(0), 0);
        Assert.DoesNotContain(At(0), row => PeerVerdict.IsSuperseded(row, At(0), watch)); // whatever the clocks say
        watch.Look(At(1500), 1500);
        Assert.Equal([1], At(1500).Where(row => PeerVerdict.IsSuperseded(row, At(1500), watch)).Select(row => row.Incarnation));
        Assert.True(PeerVerdict.IsDead(TimeSpan.Zero, PeerAnswer.Superseded, isReachable: true, canWrite: true));
    }

    [Fact]
    public void A_frozen_node_has_lost_its_lease_before_others_take_over() => Assert.True(PeerVerdict.LeaseIsOver > NodeLease.Length);
}
