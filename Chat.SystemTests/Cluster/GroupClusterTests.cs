using Chat.SystemTests.EndToEnd;
using Xunit;

namespace Chat.SystemTests.Cluster;

/// <summary>Members come and go at one node, and it holds at all of them from the answer on.</summary>
[Collection(NodeCollection.Name)]
public abstract class GroupClusterTests(ClusterFixture fixture)
{
    const int Rounds = 4;

    IReadOnlyList<TestNode> Nodes => fixture.Cluster.Nodes;

    public sealed class OnSqlite(SqliteCluster cluster) : GroupClusterTests(cluster), IClassFixture<SqliteCluster>;

    public sealed class OnMariaDb(MariaDbCluster cluster) : GroupClusterTests(cluster), IClassFixture<MariaDbCluster>;

    [Fact]
    public async Task Who_is_added_gets_the_next_message_and_who_is_removed_does_not()
    {
        await using var alice = await ModernTestClient.NewAsync(Nodes[0].Port, $"{Guid.NewGuid():N}");
        await using var bob = await ModernTestClient.NewAsync(Nodes[1].Port, $"{Guid.NewGuid():N}");
        await using var carol = await ModernTestClient.NewAsync(Nodes[2].Port, $"{Guid.NewGuid():N}");
        for (var round = 0; round < Rounds; round++) // a group each, so that their conversations are at different nodes
        {
            var group = (await alice.RequestAsync(new { msgid = 8, groupname = $"{Guid.NewGuid():N}", groupdesc = "" })).Number("groupid");
            Assert.Equal(0, (await alice.RequestAsync(new { msgid = 127, groupid = group, add = new[] { carol.UserId } })).Number("errno"));
            Assert.Equal("added", await ToldAsync(carol, group));
            Assert.Equal(0, (await carol.SendToGroupAsync((int)group, "without bob")).Number("errno"));
            Assert.Equal(0, (await alice.RequestAsync(new { msgid = 127, groupid = group, add = new[] { bob.UserId } })).Number("errno"));
            Assert.Equal(0, (await carol.SendToGroupAsync((int)group, "with bob")).Number("errno"));
            Assert.Equal(["added", "with bob"], (await TakeAsync(bob, 2)).Order());
            Assert.Equal(0, (await bob.SendToGroupAsync((int)group, "from bob")).Number("errno"));

            Assert.Equal(0, (await alice.RequestAsync(new { msgid = 127, groupid = group, remove = new[] { bob.UserId } })).Number("errno"));
            Assert.Equal(0, (await carol.SendToGroupAsync((int)group, "without bob again")).Number("errno"));
            Assert.Equal(6, (await bob.SendToGroupAsync((int)group, "too late")).Number("errno"));
            Assert.Equal(0, (await carol.SendToAsync(bob.UserId, "the end")).Number("errno"));
            Assert.Equal(["removed", "the end"], (await TakeAsync(bob, 2)).Order());

            Assert.Equal(0, (await alice.RequestAsync(new { msgid = 127, groupid = group, mute = new { id = carol.UserId, until = 253402300799999 } })).Number("errno"));
            Assert.Equal(13, (await carol.SendToGroupAsync((int)group, "hello?")).Number("errno"));
            Assert.Equal(["from bob", "muted"], (await TakeAsync(carol, 2)).Order());
            Assert.Equal(["from bob", "with bob", "without bob", "without bob again"], (await TakeAsync(alice, 4)).Order());
        }
    }

    [Fact]
    public async Task Who_may_send_is_known_everywhere_from_the_answer_on()
    {
        await using var alice = await ModernTestClient.NewAsync(Nodes[0].Port, $"{Guid.NewGuid():N}");
        await using var bob = await ModernTestClient.NewAsync(Nodes[1].Port, $"{Guid.NewGuid():N}");
        for (var round = 0; round < Rounds; round++)
        {
            var group = (int)(await alice.RequestAsync(new { msgid = 8, groupname = $"{Guid.NewGuid():N}", groupdesc = "" })).Number("groupid");
            Assert.Equal(0, (await bob.RequestAsync(new { msgid = 9, groupid = group })).Number("errno"));
            Assert.Equal(0, (await bob.SendToGroupAsync(group, "hi")).Number("errno"));
            Assert.Equal(0, (await alice.RequestAsync(new { msgid = 126, groupid = group, sending = "admins" })).Number("errno"));
            Assert.Equal(13, (await bob.SendToGroupAsync(group, "hello?")).Number("errno"));
            Assert.Equal(0, (await alice.RequestAsync(new { msgid = 126, groupid = group, sending = "all" })).Number("errno"));
            Assert.Equal(0, (await bob.SendToGroupAsync(group, "thanks")).Number("errno"));
            Assert.Equal(0, (await alice.RequestAsync(new { msgid = 126, groupid = group, delete = true })).Number("errno"));
            Assert.Equal(7, (await bob.SendToGroupAsync(group, "hello?")).Number("errno"));
            Assert.Equal(["changed", "changed", "deleted"], await TakeAsync(bob, 3));
        }
    }

    static async Task<string> ToldAsync(ModernTestClient client, long group)
    {
        var told = await client.NextButReceiptsAsync();
        Assert.Equal((130L, group), (told.Number("msgid"), told.Number("groupid")));
        return told.Text("change");
    }

    static async Task<List<string>> TakeAsync(ModernTestClient client, int count)
    {
        var taken = new List<string>();
        while (taken.Count < count)
        {
            var next = await client.NextButReceiptsAsync();
            taken.Add(next.Number("msgid") == 130 ? next.Text("change") : next.Text("msg"));
        }

        return taken;
    }
}
