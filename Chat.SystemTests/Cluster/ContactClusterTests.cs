using Chat.Node.Settings;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Cluster;

/// <summary>Blocks and contacts of users at different nodes.</summary>
[Collection(NodeCollection.Name)]
public abstract class ContactClusterTests : IDisposable
{
    readonly TestFolder _folder;

    private protected ContactClusterTests(StorageProvider provider) => _folder = new TestFolder(provider);

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    public sealed class OnSqlite() : ContactClusterTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : ContactClusterTests(StorageProvider.MySql);

    [Fact]
    public async Task A_block_counts_at_every_node_at_once_and_each_is_offline_to_the_other()
    {
        await using var cluster = await ProcessCluster.StartAsync(_folder, 2);
        await using var alice = await ModernTestClient.NewAsync(cluster[0].Port, "alice");
        await using var bob = await ModernTestClient.NewAsync(cluster[1].Port, "bob");
        await WatchUntilAsync(alice, bob, "online");
        await WatchUntilAsync(bob, alice, "online");
        Assert.Equal(0, await SendAsync(bob, alice, "c1"));

        await DoAsync(alice, bob, "block");
        Assert.Equal(12, await SendAsync(bob, alice, "c2"));
        await NextStateAsync(alice, bob, "offline");
        await NextStateAsync(bob, alice, "offline");
        await WatchUntilAsync(bob, alice, "offline");
        await using var back = await ModernTestClient.ConnectAsync(cluster[0].Port, protocol: 3);
        await back.LogInAsync(new { msgid = 1, token = bob.Token });
        Assert.Equal(12, await SendAsync(back, alice, "c3"));
        await WatchUntilAsync(back, alice, "offline");

        await DoAsync(alice, back, "unblock");
        Assert.Equal(0, await SendAsync(back, alice, "c3"));
        await NextStateAsync(back, alice, "online");
    }

    [Fact]
    public async Task Contacts_alone_see_who_shows_itself_to_them_until_they_are_none()
    {
        await using var cluster = await ProcessCluster.StartAsync(_folder, 2);
        await using var alice = await ModernTestClient.NewAsync(cluster[0].Port, "alice");
        await using var bob = await ModernTestClient.NewAsync(cluster[1].Port, "bob");
        await using var carol = await ModernTestClient.NewAsync(cluster[1].Port, "carol");
        await DoAsync(alice, bob, "add");
        await WatchUntilAsync(bob, alice, "online");
        await WatchUntilAsync(carol, alice, "online");
        await Eventually.EqualAsync(0L, async () => (await alice.RequestAsync(new { msgid = 111, presence = "contacts" })).Number("errno")); // the first use may be "retry"
        await NextStateAsync(carol, alice, "offline");
        await WatchUntilAsync(bob, alice, "online");
        await DoAsync(alice, carol, "add");
        await NextStateAsync(carol, alice, "online");
        await DoAsync(alice, bob, "remove");
        await NextStateAsync(bob, alice, "offline");
        Assert.Equal("contacts", (await alice.RequestAsync(new { msgid = 110 })).Text("presence"));
    }

    static async Task<long> SendAsync(ModernTestClient from, ModernTestClient to, string cmid) =>
        (await from.RequestAsync(new { msgid = 6, toid = to.UserId, msg = "hi", cmid })).Number("errno");

    static Task DoAsync(ModernTestClient client, ModernTestClient other, string what) =>
        Eventually.EqualAsync(0L, async () => (await client.RequestAsync(new { msgid = 120, id = other.UserId, @do = what })).Number("errno"));

    /// <summary>The other node may be about to tell.</summary>
    static Task WatchUntilAsync(ModernTestClient client, ModernTestClient other, string state) => Eventually.EqualAsync(state, async () =>
        (await client.RequestAsync(new { msgid = 115, users = new[] { other.UserId } })).GetProperty("presence")[0].Text("state"));

    static async Task NextStateAsync(ModernTestClient client, ModernTestClient other, string state)
    {
        while (true)
        {
            var frame = await client.NextAsync();
            if (frame.Number("msgid") == 116 && frame.GetProperty("users").EnumerateArray().Any(user => user.Number("id") == other.UserId && user.Text("state") == state))
                return;
        }
    }
}
