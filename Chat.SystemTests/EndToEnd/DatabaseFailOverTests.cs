using Chat.Checker.Processes;
using Chat.Node.Storage.MySql;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>
/// The server of the database dies while clients chat, and another one of its Galera cluster is there: the node goes on with that one, nothing
/// acknowledged is lost and nothing comes twice.
/// </summary>
[Collection(NodeCollection.Name)]
public sealed class DatabaseFailOverTests
{
    [Fact]
    public async Task The_server_in_use_is_killed_frozen_and_loses_its_cluster()
    {
        await using var galera = await GaleraCluster.StartAsync();
        using var folder = new TestFolder(galera.ConnectionString(await galera.CreateDatabaseAsync()));
        await using var node = await TestNode.StartAsync(folder);
        await using var load = await TroubleLoad.StartAsync(node);
        await load.SendLegacyAsync();
        Assert.Equal(1, InUse(node, galera));

        await galera[1].KillAsync();
        await load.ProgressAsync();
        await Eventually.TrueAsync(() => InUse(node, galera) == 2);
        await load.SendLegacyAsync();
        await galera.RestartAsync(1);
        await load.ProgressAsync();
        Assert.Equal(2, InUse(node, galera)); // it is not gone back to

        await galera[2].FreezeAsync();
        await Eventually.TrueAsync(() => InUse(node, galera) == 1);
        await load.ProgressAsync();
        await galera[2].ThawAsync();
        await galera.SyncedAsync();
        await load.ProgressAsync();

        await galera.IsolateAsync(1); // it lives, and answers that it has no cluster
        await Eventually.TrueAsync(() => InUse(node, galera) == 2);
        await load.ProgressAsync();
        await load.SendLegacyAsync();
        await galera.JoinAsync(1);
        await galera.SyncedAsync();
        await load.FinishAsync();
    }

    [Fact]
    public async Task A_node_starts_while_the_first_server_of_its_list_is_dead()
    {
        await using var galera = await GaleraCluster.StartAsync();
        using var folder = new TestFolder(galera.ConnectionString(await galera.CreateDatabaseAsync()));
        await galera[1].KillAsync();
        await using var node = await TestNode.StartAsync(folder);
        Assert.Equal(2, InUse(node, galera));
        await using var load = await TroubleLoad.StartAsync(node);
        await load.FinishAsync();
    }

    static int InUse(TestNode node, GaleraCluster galera) => galera.MemberAt(node.Service<MySqlServers>().Current.Name);
}
