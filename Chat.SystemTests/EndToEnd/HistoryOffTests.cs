using System.Text.Json;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>The store-and-forward mode: no log, no numbers.</summary>
[Collection(NodeCollection.Name)]
public abstract class HistoryOffTests : IDisposable
{
    readonly TestFolder _folder;

    private protected HistoryOffTests(StorageProvider provider) => _folder = new TestFolder(provider);

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    public sealed class OnSqlite() : HistoryOffTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : HistoryOffTests(StorageProvider.MySql);

    [Fact]
    public async Task Messages_are_acknowledged_without_a_number_and_a_repeated_one_is_delivered_once()
    {
        await using var node = await TestNode.StartAsync(_folder, "--Chat:History:Enabled=false");
        await using var alice = await node.LogInNewAsync("alice");
        await using var bob = await node.LogInNewAsync("bob");

        var ack = await alice.SendToAsync(bob.UserId, "once", "c1");
        var repeated = await alice.SendToAsync(bob.UserId, "once", "c1");
        await alice.SendToAsync(bob.UserId, "next", "c2");

        Assert.Equal((0, true, false), (ack.Number("errno"), ack.Has("ts"), ack.Has("seq")));
        Assert.Equal((0, ack.Number("ts")), (repeated.Number("errno"), repeated.Number("ts")));
        var push = await bob.NextAsync();
        Assert.Equal(("once", "c1", false), (push.Text("msg"), push.Text("cmid"), push.Has("seq") || push.Has("offline")));
        Assert.Equal("next", (await bob.NextAsync()).Text("msg"));
        Assert.Equal(0L, await node.ScalarAsync<long>("SELECT COUNT(*) FROM MessageLog"));
        foreach (var request in (object[])[new { msgid = 107, conversation = $"d:{alice.UserId}:{bob.UserId}", after = 0, limit = 10 }, new { msgid = 108 }])
        {
            var reply = await bob.RequestAsync(request);
            Assert.Equal((11, false), (reply.Number("errno"), reply.GetProperty("retry").GetBoolean()));
        }
    }

    [Fact]
    public async Task What_becomes_of_a_group_is_told_nowhere()
    {
        await using var node = await TestNode.StartAsync(_folder, "--Chat:History:Enabled=false");
        await using var alice = await ModernTestClient.NewAsync(node.Port, "alice");
        await using var bob = await ModernTestClient.NewAsync(node.Port, "bob");
        var group = (int)(await alice.RequestAsync(new { msgid = 8, groupname = "g" })).Number("groupid");
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 9, groupid = group })).Number("errno"));
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 126, groupid = group, desc = "quiet" })).Number("errno"));
        Assert.Equal(11, (await alice.RequestAsync(new { msgid = 126, groupid = group, history = "joined" })).Number("errno"));
        Assert.Equal(0, (await alice.SendToGroupAsync(group, "hello")).Number("errno"));
        Assert.Equal("changed", (await bob.NextOfAllAsync()).Text("change"));
        Assert.Equal("hello", (await bob.NextOfAllAsync()).Text("msg"));
        Assert.Equal(0L, await node.ScalarAsync<long>("SELECT COUNT(*) FROM SystemOutbox"));
    }

    [Fact]
    public async Task The_offline_queue_comes_in_order_until_its_rows_are_acknowledged()
    {
        await using var node = await TestNode.StartAsync(_folder, "--Chat:History:Enabled=false");
        await using var alice = await node.LogInNewAsync("alice");
        var bob = await node.LogInNewAsync("bob");
        var (id, name) = (bob.UserId, bob.Name);
        await bob.DisposeAsync();
        await node.EventuallyAsync("offline", $"SELECT state FROM Users WHERE id = {id}");
        for (var i = 0; i < 5; i++)
            Assert.Equal(0, (await alice.SendToAsync(id, $"m{i}")).Number("errno"));
        Assert.Equal(5L, await node.ScalarAsync<long>("SELECT COUNT(*) FROM OfflineMessage")); // acknowledged = durable

        List<JsonElement> pushes = [];
        await using (var first = await LogInAsync(node, name))
        {
            for (var i = 0; i < 5; i++)
                pushes.Add(await first.NextAsync());
            Assert.Equal(["m0", "m1", "m2", "m3", "m4"], pushes.Select(push => push.Text("msg")));
            Assert.Equal(5, pushes.Select(push => push.Number("offline")).Distinct().Count());
            foreach (var push in pushes[..2])
                await first.SendAsync($$"""{"msgid":103,"offline":{{push.Number("offline")}}}""");
            await node.EventuallyAsync(3L, "SELECT COUNT(*) FROM OfflineMessage");
        }

        await node.EventuallyAsync("offline", $"SELECT state FROM Users WHERE id = {id}");
        await using var second = await LogInAsync(node, name);
        for (var i = 2; i < 5; i++)
        {
            var push = await second.NextAsync();
            Assert.Equal(($"m{i}", pushes[i].Number("offline")), (push.Text("msg"), push.Number("offline")));
            await second.SendAsync($$"""{"msgid":103,"offline":{{push.Number("offline")}}}""");
        }

        await node.EventuallyAsync(0L, "SELECT COUNT(*) FROM OfflineMessage");
        await second.FenceAsync();
        Assert.Empty(second.TakeAll());
    }

    static async Task<ModernTestClient> LogInAsync(TestNode node, string name)
    {
        var client = await node.ConnectAsync();
        await client.LogInAsync(new { msgid = 1, name, password = "secret" });
        return client;
    }
}
