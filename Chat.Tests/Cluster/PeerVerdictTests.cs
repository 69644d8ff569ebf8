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
    public void A_later_start_at_the_same_address_proves_the_earlier_one_dead()
    {
        NodeRow Row(string address, long started) => new() { Address = address, Started = started };
        NodeRow[] all = [Row("a:1", 10), Row("a:1", 20), Row("b:1", 30), Row("", 5), Row("", 40)];
        Assert.Equal([true, false, false, false, false], all.Select(row => PeerVerdict.IsSuperseded(row, all)));
        Assert.True(PeerVerdict.IsDead(TimeSpan.Zero, PeerAnswer.Superseded, isReachable: true, canWrite: true));
    }

    [Fact]
    public void A_frozen_node_has_lost_its_lease_before_others_take_over() => Assert.True(PeerVerdict.LeaseIsOver > NodeLease.Length);
}
