using Chat.Node.Cluster;
using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.Cluster;

public sealed class PeerVerdictTests
{
    [Theory]
    [InlineData(1400, PeerAnswer.Refused, false, false)] // a beat may be late
    [InlineData(1500, PeerAnswer.Refused, true, true)] // the process is gone
    [InlineData(1500, PeerAnswer.Listening, false, false)]
    [InlineData(5000, PeerAnswer.Listening, false, false)] // frozen, and may still hold its lease
    [InlineData(5750, PeerAnswer.Listening, false, true)]
    [InlineData(5750, PeerAnswer.Silent, false, true)] // the machine is gone
    [InlineData(60_000, PeerAnswer.Listening, true, false)] // only its way to the database is cut
    public void A_node_is_dead(int silentMilliseconds, PeerAnswer answer, bool isReachable, bool isDead) =>
        Assert.Equal(isDead, PeerVerdict.IsDead(TimeSpan.FromMilliseconds(silentMilliseconds), answer, isReachable));

    [Fact]
    public void A_frozen_node_has_lost_its_lease_before_others_take_over() => Assert.True(PeerVerdict.LeaseIsOver > NodeLease.Length);
}
