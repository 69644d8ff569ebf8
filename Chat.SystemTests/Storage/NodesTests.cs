using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Tests.Storage;
using Xunit;

namespace Chat.SystemTests.Storage;

public abstract class NodesTests : StorageTest
{
    const long Here = 1001;
    const long There = 2002;
    const long Elsewhere = 3003;

    readonly Nodes _here;
    readonly Nodes _there;
    readonly Nodes _elsewhere;

    private protected NodesTests(StorageProvider provider)
        : base(provider)
    {
        _here = new Nodes(Database.Chat, Database.Node, Database.Clock);
        _there = new Nodes(Database.Chat, new NodeIdentity("there:4053", There), Database.Clock);
        _elsewhere = new Nodes(Database.Chat, new NodeIdentity("elsewhere:4053", Elsewhere), Database.Clock);
    }

    public sealed class OnSqlite() : NodesTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : NodesTests(StorageProvider.MySql);

    [Fact]
    public async Task A_new_start_has_nothing_unfinished_of_its_own_and_is_unfinished_to_others()
    {
        await _here.RegisterAsync();
        await _here.AnnounceAsync("127.0.0.1:4053", 17);
        Assert.Empty(await _here.OthersAsync());
        Assert.Equal(long.MaxValue, await _here.OldestUnfinishedAsync());
        var row = Assert.Single(await _there.OthersAsync());
        var now = Database.Clock.Milliseconds;
        Assert.Equal((Here, "here:4053", now, now), (row.Incarnation, row.Name, row.Heartbeat, row.ConfirmedBefore));
        Assert.Equal(("127.0.0.1:4053", 17, false, false), (row.Address, row.Uid, row.Joined, row.Fenced));
        Assert.Equal(now, await _there.OldestUnfinishedAsync());
        Assert.Equal((true, false), (await _there.IsConfirmedAsync(Here, now - 1), await _there.IsConfirmedAsync(Here, now)));
        Assert.True(await _there.IsConfirmedAsync(Here + 1, now)); // nobody knows it any more: it was finished long ago
    }

    /// <summary>Tokens of syncs go by this order.</summary>
    [Fact]
    public async Task A_later_start_has_a_higher_number_whatever_its_clock_says()
    {
        await _here.RegisterAsync();
        Database.Clock.Now -= TimeSpan.FromDays(1);
        await _there.RegisterAsync();
        await _elsewhere.RegisterAsync();
        Assert.True(_here.Times.NewestStart < _there.Times.NewestStart);
        Assert.True(_there.Times.NewestStart < _elsewhere.Times.NewestStart);
        _here.Times.Look(await _here.OthersAsync(), _ => true, now: Database.Clock.Milliseconds + 1000);
        Assert.Equal(_elsewhere.Times.NewestStart, _here.Times.NewestStart);
        Assert.Equal(Database.Clock.Milliseconds, _here.Times.SlowestAt(Database.Clock.Milliseconds + 1000));
    }

    [Fact]
    public async Task A_beat_moves_the_mark_and_the_heartbeat_of_this_node_alone()
    {
        await _here.RegisterAsync();
        await _there.RegisterAsync();
        var before = Database.Clock.Milliseconds;
        Database.Clock.Now += TimeSpan.FromSeconds(5);
        Assert.True(await _here.BeatAsync(12345));
        var here = Assert.Single(await _there.OthersAsync());
        var there = Assert.Single(await _here.OthersAsync());
        Assert.Equal((12345, before + 5000), (here.ConfirmedBefore, here.Heartbeat));
        Assert.Equal((before, before), (there.ConfirmedBefore, there.Heartbeat));
    }

    [Fact]
    public async Task Only_one_forms_a_cluster()
    {
        await RegisterAllAsync();
        var formed = await Task.WhenAll(_here.TryFormAsync([]), _there.TryFormAsync([]), _elsewhere.TryFormAsync([]));
        Assert.Single(formed, has => has);
    }

    [Fact]
    public async Task A_new_cluster_is_formed_only_over_the_dead_and_they_are_fenced_by_it()
    {
        await RegisterAllAsync();
        Assert.True(await _there.TryFormAsync([]));
        Assert.True(await _elsewhere.TryBecomeMemberAsync([("there", 2)]));
        Assert.False(await _here.TryFormAsync(await OthersAsync(There))); // one lives
        var dead = await OthersAsync(There, Elsewhere);
        Database.Clock.Now += TimeSpan.FromSeconds(1);
        Assert.True(await _there.BeatAsync(1));
        Assert.False(await _here.TryFormAsync(dead)); // one has come back
        Assert.True(await _here.TryFormAsync(await OthersAsync(There, Elsewhere)));
        Assert.False(await _there.BeatAsync(1));
        Assert.False(await _elsewhere.BeatAsync(1));
        Assert.True(await _here.BeatAsync(1));
    }

    [Fact]
    public async Task Nobody_becomes_a_member_of_a_cluster_that_was_given_up()
    {
        await RegisterAllAsync();
        Assert.True(await _there.TryFormAsync([]));
        Assert.False(await _elsewhere.TryBecomeMemberAsync([("there", 99)])); // another start at that address
        Assert.True(await _here.TryFormAsync(await OthersAsync(There)));
        Assert.False(await _elsewhere.TryBecomeMemberAsync([("there", 2)]));
        Assert.True(await _elsewhere.TryBecomeMemberAsync([("there", 2), ("here", 1)]));
    }

    [Fact]
    public async Task A_node_that_gives_a_sign_of_life_is_not_fenced()
    {
        await RegisterAllAsync();
        var seen = (await _here.OthersAsync()).Single(row => row.Incarnation == There).Heartbeat;
        Database.Clock.Now += TimeSpan.FromSeconds(1);
        Assert.True(await _there.BeatAsync(1));
        Assert.False(await _here.TryFenceAsync(There, seen));
        Assert.True(await _there.BeatAsync(1));
        Assert.True(await _here.TryFenceAsync(There, await HeartbeatAsync(There)));
        Assert.False(await _there.BeatAsync(1));
        Assert.False(await _there.TryFormAsync([]));
    }

    /// <summary>It was frozen, and takes whoever joined meanwhile for somebody who was removed.</summary>
    [Fact]
    public async Task Who_is_fenced_fences_nobody()
    {
        await RegisterAllAsync();
        Assert.True(await _there.FenceAsync(Here));
        Assert.False(await _here.FenceAsync(There));
        Assert.False(await _here.TryFenceAsync(Elsewhere, await HeartbeatAsync(Elsewhere)));
        Assert.False(await _elsewhere.IsFencedAsync(There));
        Assert.False(await _there.IsFencedAsync(Elsewhere));
        Assert.True(await _there.FenceAsync(Elsewhere));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3600)]
    public async Task A_sign_of_life_is_one_also_when_the_clock_stands_still_or_was_set_back(int seconds)
    {
        await RegisterAllAsync();
        var seen = await HeartbeatAsync(There);
        Database.Clock.Now += TimeSpan.FromSeconds(seconds);
        Assert.True(await _there.BeatAsync(1));
        Assert.True(await HeartbeatAsync(There) > seen);
        Assert.False(await _here.TryFenceAsync(There, seen));
        await _there.LeaveAsync(isFinished: false);
        await _here.FinishAsync(There, seen + 1);
        Assert.Contains(await _here.OthersAsync(), row => row.Incarnation == There); // its last word is younger than what was swept
    }

    [Fact]
    public async Task A_finished_node_leaves_nothing_to_do_unless_it_says_so_itself()
    {
        await RegisterAllAsync();
        var heartbeat = Database.Clock.Milliseconds;
        await _here.FinishAsync(There, heartbeat); // lives
        Assert.Equal(2, (await _here.OthersAsync()).Count);
        await _here.FenceAsync(There);
        await _here.FinishAsync(There, heartbeat - 1); // it was swept before its last word
        Assert.Equal(2, (await _here.OthersAsync()).Count);
        await _here.FinishAsync(There, heartbeat);
        Assert.Equal(Elsewhere, Assert.Single(await _here.OthersAsync()).Incarnation);
        await _there.LeaveAsync(isFinished: false);
        Assert.Equal(2, (await _here.OthersAsync()).Count);
        await _elsewhere.LeaveAsync(isFinished: true);
        Assert.Equal(There, Assert.Single(await _here.OthersAsync()).Incarnation);
    }

    async Task<long> HeartbeatAsync(long incarnation) => (await OthersAsync(incarnation)).Single().Heartbeat;

    async Task<List<NodeRow>> OthersAsync(params long[] incarnations) =>
        (await _here.OthersAsync()).FindAll(row => incarnations.Contains(row.Incarnation));

    async Task RegisterAllAsync()
    {
        foreach (var (nodes, address, uid) in ((Nodes, string, long)[])[(_here, "here", 1), (_there, "there", 2), (_elsewhere, "elsewhere", 3)])
        {
            await nodes.RegisterAsync();
            await nodes.AnnounceAsync(address, uid);
        }
    }
}
