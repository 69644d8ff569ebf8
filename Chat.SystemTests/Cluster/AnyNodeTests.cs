using System.Text.Json;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Cluster;

/// <summary>
/// It makes no difference on which nodes the sender, the recipient, and the actors between them are. Where the actors are is up to
/// the cluster: with a dozen users in all combinations of nodes every combination of places comes up.
/// </summary>
[Collection(NodeCollection.Name)]
public abstract class AnyNodeTests(ClusterFixture fixture)
{
    IReadOnlyList<TestNode> Nodes => fixture.Cluster.Nodes;

    public sealed class OnSqlite(SqliteCluster cluster) : AnyNodeTests(cluster), IClassFixture<SqliteCluster>;

    public sealed class OnMariaDb(MariaDbCluster cluster) : AnyNodeTests(cluster), IClassFixture<MariaDbCluster>;

    [Fact]
    public async Task Nodes_that_start_at_once_are_one_cluster()
    {
        Assert.All(Nodes, node => Assert.Equal(3, node.Members));
        Assert.Equal(3L, await Nodes[0].ScalarAsync<long>("SELECT COUNT(*) FROM Node WHERE joined = 1 AND fenced = 0"));
    }

    [Fact]
    public async Task A_chat_arrives_once_and_in_order_from_every_node_at_every_node()
    {
        await using var crowd = await SpreadUsers.LogInAsync(Nodes, 12);
        foreach (var from in crowd.Clients)
        {
            foreach (var to in crowd.Clients.Where(to => to != from))
            {
                for (var i = 1; i <= 3; i++)
                    Assert.Equal(0, (await from.SendToAsync(to.UserId, $"{from.UserId}-{i}")).Number("errno"));
            }
        }

        foreach (var to in crowd.Clients)
        {
            var pushes = await TakeAsync(to, 3 * (crowd.Clients.Count - 1));
            Assert.All(pushes.GroupBy(push => push.Number("id")), own =>
            {
                Assert.Equal([1, 2, 3], own.Select(push => int.Parse(push.Text("msg").Split('-')[1])));
                Assert.Equal(own.Select(push => push.Number("seq")).Order(), own.Select(push => push.Number("seq")));
            });
        }
    }

    [Fact]
    public async Task A_group_across_nodes_sees_one_order()
    {
        await using var crowd = await SpreadUsers.LogInAsync(Nodes, 6);
        var group = (await crowd.Clients[0].RequestAsync(new { msgid = 8, groupname = $"g-{Guid.NewGuid():n}", groupdesc = "" })).Number("groupid");
        foreach (var member in crowd.Clients.Skip(1))
            Assert.Equal(0, (await member.RequestAsync(new { msgid = 9, groupid = group })).Number("errno"));
        await Task.WhenAll(crowd.Clients.Select(async member =>
        {
            for (var i = 0; i < 5; i++)
                Assert.Equal(0, (await member.SendToGroupAsync((int)group, "x")).Number("errno"));
        }));

        foreach (var member in crowd.Clients)
        {
            var pushes = await TakeAsync(member, 25);
            Assert.All(pushes, push => Assert.NotEqual(member.UserId, push.Number("id")));
            Assert.Equal(pushes.Select(push => push.Number("seq")).Order().Distinct(), pushes.Select(push => push.Number("seq")));
            var history = await member.RequestAsync(new { msgid = 107, conversation = $"g:{group}", after = 0, limit = 100 });
            var messages = history.GetProperty("messages").EnumerateArray().ToList();
            Assert.Equal(Enumerable.Range(1, messages.Count).Select(i => (long)i), messages.Select(message => message.Number("seq")));
            Assert.Equal(30, messages.Count(message => message.Number("id") > 0));
        }
    }

    [Fact]
    public async Task A_user_at_two_nodes_gets_everything_at_both_and_copies_of_what_it_sends()
    {
        await using var alice = await Nodes[0].LogInNewAsync("alice");
        await using var here = await Nodes[1].LogInNewAsync("bob");
        await using var there = await Nodes[2].ConnectAsync();
        await there.LogInAsync(new { msgid = 1, name = here.Name, password = "secret" });

        Assert.Equal(0, (await alice.SendToAsync(here.UserId, "to both")).Number("errno"));
        Assert.Equal("to both", (await here.NextAsync()).Text("msg"));
        Assert.Equal("to both", (await there.NextAsync()).Text("msg"));
        await Eventually.EqualAsync("answer", async () =>
        {
            // the session has to hear of its sibling first
            await here.SendToAsync(alice.UserId, "answer");
            return there.TakeAll().Select(push => push.Text("msg")).FirstOrDefault();
        });
    }

    [Fact]
    public async Task Receipts_of_devices_at_two_nodes_come_to_devices_at_others()
    {
        await using var sender = await ModernTestClient.ConnectAsync(Nodes[0].Port, protocol: 3);
        await sender.RegisterAndLogInAsync($"s-{Guid.NewGuid():n}"[..20]);
        await using var there = await ModernTestClient.ConnectAsync(Nodes[1].Port, protocol: 3);
        await there.LogInAsync(new { msgid = 1, name = sender.Name, password = "secret" });
        await using var reader = await ModernTestClient.ConnectAsync(Nodes[1].Port, protocol: 3);
        await reader.RegisterAndLogInAsync($"r-{Guid.NewGuid():n}"[..20]);
        await using var other = await ModernTestClient.ConnectAsync(Nodes[2].Port, protocol: 3);
        await other.LogInAsync(new { msgid = 1, name = reader.Name, password = "secret" });
        var conversation = (await sender.SendToAsync(reader.UserId, "one")).Text("conversation");
        await sender.SendToAsync(reader.UserId, "two");

        await other.SendAsync($$"""{"msgid":103,"conversation":"{{conversation}}","seq":2}""");
        Assert.Equal(0, (await reader.RequestAsync(new { msgid = 109, conversation, seq = 1 })).Number("errno"));

        foreach (var device in (ModernTestClient[])[sender, there])
            Assert.Equal((2L, 1L), await ReceiptTests.ReceiptAsync(device, reader, until: 3));
    }

    [Fact]
    public async Task What_was_queued_is_delivered_at_whatever_node_its_user_logs_in()
    {
        var name = $"bob-{Guid.NewGuid():n}"[..20];
        int bob;
        await using (var client = await Nodes[0].ConnectAsync())
        {
            await client.RegisterAndLogInAsync(name);
            bob = client.UserId;
        }

        await Nodes[0].EventuallyAsync("offline", $"SELECT state FROM Users WHERE id = {bob}");
        var text = new string('x', 16_000); // together more than one message between nodes may hold
        await using (var crowd = await SpreadUsers.LogInAsync(Nodes, 3))
        {
            for (var i = 0; i < 30; i++)
            {
                foreach (var from in crowd.Clients)
                    Assert.Equal(0, (await from.SendToAsync(bob, text)).Number("errno"));
            }
        }

        await using var back = await Nodes[2].ConnectAsync();
        await back.LogInAsync(new { msgid = 1, name, password = "secret" });
        Assert.Equal(90, (await TakeAsync(back, 90)).Select(push => (push.Text("conversation"), push.Number("seq"))).Distinct().Count());
    }

    [Fact]
    public async Task A_legacy_client_chats_with_one_at_another_node()
    {
        await using var here = await Nodes[0].ConnectLegacyAsync();
        await using var there = await Nodes[1].ConnectLegacyAsync();
        var (from, to) = ($"f-{Guid.NewGuid():n}"[..20], $"t-{Guid.NewGuid():n}"[..20]);
        var (fromId, toId) = (await here.RegisterAsync(from), await there.RegisterAsync(to));
        await here.LogInAsync(fromId);
        await there.LogInAsync(toId);
        for (var i = 0; i < 20; i++)
            await here.SendChatAsync(fromId, from, toId, $"m{i}");
        for (var i = 0; i < 20; i++)
            Assert.Equal($"m{i}", (await there.NextAsync()).Text("msg"));
    }

    [Fact]
    public async Task A_token_replaces_its_session_at_another_node()
    {
        await using var old = await Nodes[0].LogInNewAsync("alice");
        await using var again = await Nodes[1].ConnectAsync();
        await again.LogInAsync(new { msgid = 1, token = old.Token });
        await old.Closed.WaitAsync(TestNode.Patience);
    }

    [Fact]
    public async Task Who_is_online_at_one_node_is_seen_so_at_another_until_it_leaves()
    {
        await using var alice = await Nodes[0].LogInNewAsync("alice");
        var bob = await Nodes[1].LogInNewAsync("bob");
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 7, friendid = bob.UserId })).Number("errno"));
        Assert.Equal("online", await FriendStateAsync(Nodes[2], alice));
        await bob.DisposeAsync();
        await Eventually.EqualAsync("offline", async () => (string?)await FriendStateAsync(Nodes[2], alice));
    }

    [Fact]
    public async Task Wrong_passwords_at_all_nodes_count_together()
    {
        await using var alice = await Nodes[0].LogInNewAsync("alice");
        var errors = new List<long>();
        for (var i = 0; i < 12; i++)
        {
            await using var client = await Nodes[i % 3].ConnectAsync();
            errors.Add((await client.RequestAsync(new { msgid = 1, name = alice.Name, password = "wrong" })).Number("errno"));
        }

        Assert.Equal([.. Enumerable.Repeat(1L, 9), 9, 9, 9], errors.Select((error, i) => i == 9 && error == 1 ? 9 : error)); // the right one before counts or not
        await using var last = await Nodes[1].ConnectAsync();
        Assert.Equal(9, (await last.RequestAsync(new { msgid = 1, name = alice.Name, password = "secret" })).Number("errno"));
    }

    static async Task<string> FriendStateAsync(TestNode node, ModernTestClient alice)
    {
        await using var other = await node.ConnectAsync();
        var ack = await other.LogInAsync(new { msgid = 1, name = alice.Name, password = "secret" });
        return ack.GetProperty("friends")[0].Text("state");
    }

    static async Task<List<JsonElement>> TakeAsync(ModernTestClient client, int count)
    {
        var pushes = new List<JsonElement>();
        while (pushes.Count < count)
            pushes.Add(await client.NextAsync());
        await client.FenceAsync();
        Assert.Empty(client.TakeAll());
        return pushes;
    }

    /// <summary>New users, the first at the first node, the second at the second …</summary>
    sealed class SpreadUsers : IAsyncDisposable
    {
        public List<ModernTestClient> Clients { get; } = [];

        public static async Task<SpreadUsers> LogInAsync(IReadOnlyList<TestNode> nodes, int count)
        {
            var crowd = new SpreadUsers();
            for (var i = 0; i < count; i++)
                crowd.Clients.Add(await nodes[i % nodes.Count].LogInNewAsync());
            return crowd;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var client in Clients)
                await client.DisposeAsync();
        }
    }
}
