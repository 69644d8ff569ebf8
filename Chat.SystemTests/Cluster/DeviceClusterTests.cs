using Chat.Node.Settings;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Cluster;

/// <summary>Devices at several nodes at once.</summary>
[Collection(NodeCollection.Name)]
public sealed class DeviceClusterTests
{
    [Theory]
    [InlineData(nameof(StorageProvider.Sqlite))]
    [InlineData(nameof(StorageProvider.MySql))]
    public async Task A_device_is_logged_out_on_every_node_and_a_user_has_only_so_many(string provider)
    {
        using var folder = new TestFolder(Enum.Parse<StorageProvider>(provider));
        await using var cluster = await TestCluster.StartAsync(folder, "--Chat:Limits:Devices=2");
        var (one, two) = (cluster.Nodes[0], cluster.Nodes[1]);
        await using var first = await ModernTestClient.NewAsync(one.Port, "alice");
        await using var here = await OnAsync(one, "phone");
        await using var there = await OnAsync(two, "phone");
        await using var laptop = await OnAsync(two, "laptop");
        await using var third = await ModernTestClient.ConnectAsync(one.Port, protocol: 3);
        var full = await third.RequestAsync(new { msgid = 1, name = "alice", password = "secret", device = new { id = "third" } });
        Assert.Equal((16L, false), (full.Number("errno"), full.GetProperty("retry").GetBoolean()));
        Assert.Contains("2 devices", full.Text("errmsg"), StringComparison.Ordinal);

        Assert.Equal(0, (await laptop.RequestAsync(new { msgid = 140, device = "phone", revoke = true })).Number("errno"));
        foreach (var ended in (ModernTestClient[])[here, there])
        {
            Assert.Equal("revoked", (await ended.NextAsync()).Text("reason"));
            await ended.Closed.WaitAsync(TestNode.Patience);
        }

        await laptop.FenceAsync();
        Assert.Empty(laptop.TakeAll());
        await third.LogInAsync(new { msgid = 1, name = "alice", password = "secret", device = new { id = "third" } });
        await using var resumed = await ModernTestClient.ConnectAsync(one.Port, protocol: 3);
        Assert.Equal(1, (await resumed.RequestAsync(new { msgid = 1, token = there.Token })).Number("errno"));
        await resumed.LogInAsync(new { msgid = 1, token = laptop.Token });

        static async Task<ModernTestClient> OnAsync(TestNode node, string id)
        {
            var client = await ModernTestClient.ConnectAsync(node.Port, protocol: 3);
            await client.LogInAsync(new { msgid = 1, name = "alice", password = "secret", device = new { id } });
            return client;
        }
    }
}
