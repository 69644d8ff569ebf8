using Chat.Node.Hosting;
using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.Storage;

public abstract class NodesTests : StorageTest
{
    readonly Nodes _here;
    readonly Nodes _there;

    private protected NodesTests(StorageProvider provider)
        : base(provider)
    {
        _here = new Nodes(Database.Chat, Database.Node, Database.Clock);
        _there = new Nodes(Database.Chat, new NodeIdentity("there:4053", 2002), Database.Clock);
    }

    public sealed class OnSqlite() : NodesTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : NodesTests(StorageProvider.MySql);

    [Fact]
    public async Task A_new_start_has_nothing_unfinished_of_its_own_and_is_unfinished_to_others()
    {
        await _here.RegisterAsync();
        Assert.Empty(await _here.UnfinishedAsync());
        var row = Assert.Single(await _there.UnfinishedAsync());
        var now = Database.Clock.Milliseconds;
        Assert.Equal((1001L, "here:4053", now, now), (row.Incarnation, row.Name, row.Heartbeat, row.ConfirmedBefore));
    }

    [Fact]
    public async Task A_confirmation_moves_the_mark_and_the_heartbeat_of_this_node_alone()
    {
        await _here.RegisterAsync();
        await _there.RegisterAsync();
        var before = Database.Clock.Milliseconds;
        Database.Clock.Now += TimeSpan.FromSeconds(5);
        await _here.ConfirmAsync(12345);
        var here = Assert.Single(await _there.UnfinishedAsync());
        var there = Assert.Single(await _here.UnfinishedAsync());
        Assert.Equal((12345, before + 5000), (here.ConfirmedBefore, here.Heartbeat));
        Assert.Equal((before, before), (there.ConfirmedBefore, there.Heartbeat));
    }

    [Fact]
    public async Task A_finished_node_leaves_nothing_to_do()
    {
        await _there.RegisterAsync();
        await _here.FinishAsync(2002);
        Assert.Empty(await _here.UnfinishedAsync());
    }
}
