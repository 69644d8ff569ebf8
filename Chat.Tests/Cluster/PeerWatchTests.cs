using Chat.Node.Cluster;
using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.Cluster;

public sealed class SocketWatchTests
{
    readonly PeerWatch _watch = new();

    [Fact]
    public void Silence_begins_when_this_node_first_sees_it_whatever_the_clocks_say()
    {
        Look(1000, (7, 1));
        Assert.Equal(TimeSpan.Zero, _watch.SilenceOf(7));
        Look(1500, (7, 1));
        Look(3000, (7, 1));
        Assert.Equal(TimeSpan.FromSeconds(2), _watch.SilenceOf(7));
    }

    [Fact]
    public void A_sign_of_life_ends_the_silence()
    {
        Look(1000, (7, 1), (8, 1));
        Look(2000, (7, 2), (8, 1));
        Look(3000, (7, 2), (8, 1));
        Assert.Equal(TimeSpan.FromSeconds(1), _watch.SilenceOf(7));
        Assert.Equal(TimeSpan.FromSeconds(2), _watch.SilenceOf(8));
    }

    [Fact]
    public void Only_a_sign_of_life_that_was_watched_says_that_a_node_lives()
    {
        Look(1000, (7, 1), (8, 1));
        Assert.False(_watch.HasBeaten(7));
        Look(1500, (7, 2), (8, 1));
        Assert.Equal((true, false), (_watch.HasBeaten(7), _watch.HasBeaten(8)));
    }

    [Fact]
    public void A_clock_that_was_set_back_is_a_sign_of_life()
    {
        Look(1000, (7, 100));
        Look(2000, (7, 50));
        Assert.Equal(TimeSpan.Zero, _watch.SilenceOf(7));
    }

    [Fact]
    public void A_time_in_which_the_database_was_not_read_counts_for_nobody()
    {
        Look(1000, (7, 1));
        Look(30_000, (7, 1));
        Assert.Equal(TimeSpan.Zero, _watch.SilenceOf(7));
        Look(31_000, (7, 1));
        Assert.Equal(TimeSpan.FromSeconds(1), _watch.SilenceOf(7));
    }

    [Fact]
    public void Who_is_gone_and_comes_back_begins_anew()
    {
        Look(1000, (7, 1));
        Look(2000);
        Look(3000, (7, 1));
        Assert.Equal(TimeSpan.Zero, _watch.SilenceOf(7));
        Assert.Equal(TimeSpan.Zero, _watch.SilenceOf(99));
    }

    void Look(long now, params (long Incarnation, long Heartbeat)[] rows) =>
        _watch.Look([.. rows.Select(row => new NodeRow { Incarnation = row.Incarnation, Heartbeat = row.Heartbeat })], now);
}
