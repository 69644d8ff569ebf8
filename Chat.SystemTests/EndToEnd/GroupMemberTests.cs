using Chat.Node.Settings;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>Who changes the members of a group, and what follows from it at once.</summary>
[Collection(NodeCollection.Name)]
public abstract class GroupMemberTests(NodeFixture fixture)
{
    TestNode Node => fixture.Node;

    public sealed class OnSqlite(SqliteNode node) : GroupMemberTests(node), IClassFixture<SqliteNode>;

    public sealed class OnMariaDb(MariaDbNode node) : GroupMemberTests(node), IClassFixture<MariaDbNode>;

    [Fact]
    public async Task Who_is_added_is_told_and_who_is_removed_gets_nothing_any_more()
    {
        await using var alice = await NewAsync();
        await using var bob = await NewAsync();
        var group = await MakeAsync(alice);
        foreach (var _ in (int[])[1, 2])
            await ChangeAsync(alice, new { msgid = 127, groupid = group, add = new[] { bob.UserId, alice.UserId } });
        Assert.Equal("added", await ToldAsync(bob, group, alice.UserId));
        Assert.Equal(0, (await alice.SendToGroupAsync(group, "one")).Number("errno"));
        Assert.Equal("one", (await bob.NextAsync()).Text("msg"));
        foreach (var _ in (int[])[1, 2])
            await ChangeAsync(alice, new { msgid = 127, groupid = group, remove = new[] { bob.UserId } });
        Assert.Equal(0, (await alice.SendToGroupAsync(group, "two")).Number("errno"));
        Assert.Equal("removed", await ToldAsync(bob, group, alice.UserId));
        Assert.Equal(6, (await bob.SendToGroupAsync(group, "too late")).Number("errno"));
        await alice.SendToAsync(bob.UserId, "the end");
        Assert.Equal("the end", (await bob.NextAsync()).Text("msg"));
    }

    [Fact]
    public async Task A_change_is_done_as_a_whole_or_not_at_all()
    {
        await using var alice = await NewAsync();
        await using var bob = await NewAsync();
        await using var carol = await NewAsync();
        var group = await MakeAsync(alice);
        var refused = await alice.RequestAsync(new { msgid = 127, groupid = group, add = new[] { bob.UserId, int.MaxValue, carol.UserId } });
        Assert.Equal((7L, (long)group, (long)int.MaxValue, false), (refused.Number("errno"), refused.Number("groupid"), refused.Number("id"), refused.GetProperty("retry").GetBoolean()));
        Assert.Equal(6, (await bob.SendToGroupAsync(group, "hello?")).Number("errno"));
        Assert.Equal([$"{alice.UserId} creator"], await MembersAsync(alice, group));
        Assert.Equal(6, (await bob.RequestAsync(new { msgid = 127, groupid = group, add = new[] { bob.UserId } })).Number("errno"));
        Assert.Equal(7, (await bob.RequestAsync(new { msgid = 127, groupid = int.MaxValue, add = new[] { bob.UserId } })).Number("errno"));
    }

    [Fact]
    public async Task Who_is_muted_sends_again_when_that_is_taken_back()
    {
        await using var alice = await NewAsync();
        await using var bob = await NewAsync();
        var group = await MakeAsync(alice, bob.UserId);
        Assert.Equal("added", await ToldAsync(bob, group, alice.UserId));
        const long Until = 253402300799999;
        await ChangeAsync(alice, new { msgid = 127, groupid = group, mute = new { id = bob.UserId, until = Until } });
        var told = await bob.NextAsync();
        Assert.Equal(("muted", Until), (told.Text("change"), told.Number("until")));
        var refused = await bob.SendToGroupAsync(group, "hello?");
        Assert.Equal((13L, Until, false), (refused.Number("errno"), refused.Number("until"), refused.GetProperty("retry").GetBoolean()));
        Assert.Equal(Until, (await bob.RequestAsync(new { msgid = 124, groupid = group })).Number("muted_until"));
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 128, groupid = group })).Number("errno"));
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 9, groupid = group })).Number("errno"));
        Assert.Equal(13, (await bob.SendToGroupAsync(group, "and now?")).Number("errno"));
        await ChangeAsync(alice, new { msgid = 127, groupid = group, mute = new { id = bob.UserId, until = 0 } });
        Assert.Equal(0, (await bob.SendToGroupAsync(group, "thanks")).Number("errno"));
        Assert.Equal("thanks", (await alice.NextAsync()).Text("msg"));
    }

    [Fact]
    public async Task Who_is_banned_does_not_come_back_until_that_is_taken_back()
    {
        await using var alice = await NewAsync();
        await using var bob = await NewAsync();
        await using var carol = await NewAsync();
        var group = await MakeAsync(alice, bob.UserId, carol.UserId);
        Assert.Equal("added", await ToldAsync(bob, group, alice.UserId));
        await ChangeAsync(alice, new { msgid = 127, groupid = group, ban = new[] { bob.UserId } });
        Assert.Equal("banned", await ToldAsync(bob, group, alice.UserId));
        Assert.Equal(6, (await bob.SendToGroupAsync(group, "hello?")).Number("errno"));
        Assert.Equal(13, (await bob.RequestAsync(new { msgid = 9, groupid = group })).Number("errno"));
        Assert.Equal(6, (await bob.RequestAsync(new { msgid = 124, groupid = group })).Number("errno"));
        var refused = await carol.RequestAsync(new { msgid = 127, groupid = group, add = new[] { bob.UserId } });
        Assert.Equal((13L, (long)bob.UserId), (refused.Number("errno"), refused.Number("id")));
        await ChangeAsync(alice, new { msgid = 127, groupid = group, unban = new[] { bob.UserId } });
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 124, groupid = group })).Number("errno"));
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 9, groupid = group })).Number("errno"));
    }

    [Fact]
    public async Task A_creator_hands_over_and_leaves()
    {
        await using var alice = await NewAsync();
        await using var bob = await NewAsync();
        await using var carol = await NewAsync();
        var group = await MakeAsync(alice, bob.UserId, carol.UserId);
        Assert.Equal("added", await ToldAsync(bob, group, alice.UserId));
        await ChangeAsync(alice, new { msgid = 127, groupid = group, role = new { id = bob.UserId, role = "admin" } });
        var told = await bob.NextAsync();
        Assert.Equal(("role", "admin"), (told.Text("change"), told.Text("role")));
        Assert.Equal(13, (await bob.RequestAsync(new { msgid = 127, groupid = group, remove = new[] { alice.UserId } })).Number("errno"));
        Assert.Equal(13, (await bob.RequestAsync(new { msgid = 127, groupid = group, role = new { id = carol.UserId, role = "admin" } })).Number("errno"));
        foreach (var _ in (int[])[1, 2])
            await ChangeAsync(alice, new { msgid = 127, groupid = group, owner = bob.UserId });
        Assert.Equal([$"{alice.UserId} admin", $"{bob.UserId} creator", $"{carol.UserId} normal"], await MembersAsync(carol, group));
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 128, groupid = group })).Number("errno"));
        await ChangeAsync(bob, new { msgid = 127, groupid = group, remove = new[] { carol.UserId } });
        Assert.Equal([$"{bob.UserId} creator"], await MembersAsync(bob, group));
    }

    [Fact]
    public async Task A_legacy_client_that_is_muted_is_told_in_words()
    {
        await using var alice = await NewAsync();
        await using var bob = await NewAsync();
        var group = await MakeAsync(alice, bob.UserId);
        await ChangeAsync(alice, new { msgid = 127, groupid = group, mute = new { id = bob.UserId, until = 253402300799999 } });
        await using var legacy = await Node.ConnectLegacyAsync();
        await legacy.LogInAsync(bob.UserId);
        await legacy.SendAsync($$"""{"groupid":{{group}},"id":{{bob.UserId}},"msg":"hello all","msgid":10,"name":"{{bob.Name}}","time":"2026-01-02 03:04:05"}""");
        var note = await legacy.NextAsync();
        Assert.Equal((6L, (long)bob.UserId), (note.Number("msgid"), note.Number("toid")));
        Assert.Contains("muted", note.Text("msg"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_wants_to_be_let_in_waits_for_somebody_who_decides()
    {
        await using var alice = await NewAsync();
        await using var bob = await NewAsync();
        await using var carol = await NewAsync();
        await using var dave = await Node.LogInNewAsync(); // version 2
        var group = await MakeAsync(alice);
        await ChangeAsync(alice, new { msgid = 126, groupid = group, joining = "ask" });
        foreach (var _ in (int[])[1, 2])
        {
            var asked = await bob.RequestAsync(new { msgid = 9, groupid = group });
            Assert.Equal((0L, true), (asked.Number("errno"), asked.GetProperty("asked").GetBoolean()));
        }

        var told = await alice.NextAsync();
        Assert.Equal((130L, "asked", (long)bob.UserId), (told.Number("msgid"), told.Text("change"), told.Number("id")));
        Assert.Equal(6, (await bob.SendToGroupAsync(group, "hello?")).Number("errno"));
        Assert.Equal(0, (await carol.RequestAsync(new { msgid = 9, groupid = group })).Number("errno"));
        Assert.Equal(carol.UserId, (await alice.NextAsync()).Number("id")); // bob's second one was no news
        Assert.Equal(13, (await dave.RequestAsync(new { msgid = 9, groupid = group })).Number("errno"));
        Assert.Equal(6, (await bob.RequestAsync(new { msgid = 129, groupid = group })).Number("errno"));
        Assert.Equal(7, (await bob.RequestAsync(new { msgid = 129, groupid = int.MaxValue })).Number("errno"));

        var page = await alice.RequestAsync(new { msgid = 129, groupid = group, limit = 2 });
        Assert.Equal([(bob.UserId, bob.Name), (carol.UserId, carol.Name)], page.GetProperty("requests").EnumerateArray().Select(entry => ((int)entry.Number("id"), entry.Text("name"))));
        Assert.True(page.GetProperty("more").GetBoolean());
        foreach (var _ in (int[])[1, 2])
            await ChangeAsync(alice, new { msgid = 129, groupid = group, accept = new[] { bob.UserId }, decline = new[] { carol.UserId } });
        Assert.Equal("added", await ToldAsync(bob, group, alice.UserId));
        Assert.Equal("declined", await ToldAsync(carol, group, alice.UserId));
        Assert.Equal(0, (await bob.SendToGroupAsync(group, "thanks")).Number("errno"));
        Assert.Equal(13, (await bob.RequestAsync(new { msgid = 129, groupid = group })).Number("errno"));
        var refused = await alice.RequestAsync(new { msgid = 129, groupid = group, accept = new[] { dave.UserId, carol.UserId } });
        Assert.Equal((7L, (long)carol.UserId), (refused.Number("errno"), refused.Number("id")));
        Assert.Equal([dave.UserId], (await alice.RequestAsync(new { msgid = 129, groupid = group })).GetProperty("requests").EnumerateArray().Select(entry => (int)entry.Number("id")));
        await ChangeAsync(alice, new { msgid = 127, groupid = group, add = new[] { dave.UserId } });
        Assert.Empty((await alice.RequestAsync(new { msgid = 129, groupid = group })).GetProperty("requests").EnumerateArray());
    }

    [Fact]
    public async Task A_legacy_client_that_is_not_let_in_is_told_in_words()
    {
        await using var alice = await NewAsync();
        await using var bob = await NewAsync();
        await using var legacy = await Node.ConnectLegacyAsync();
        await legacy.LogInAsync(bob.UserId);
        foreach (var (joining, word) in ((string, string)[])[("ask", "have been asked"), ("invite", "has to add you")])
        {
            var group = await MakeAsync(alice);
            await ChangeAsync(alice, new { msgid = 126, groupid = group, joining });
            await legacy.SendAsync($$"""{"groupid":{{group}},"id":{{bob.UserId}},"msgid":9}""");
            var note = await legacy.NextAsync();
            Assert.Equal((6L, (long)bob.UserId), (note.Number("msgid"), note.Number("toid")));
            Assert.Contains(word, note.Text("msg"), StringComparison.Ordinal);
        }
    }

    static async Task ChangeAsync(ModernTestClient client, object request)
    {
        var reply = await client.RequestAsync(request);
        Assert.True(reply.Number("errno") == 0, reply.ToString());
    }

    static async Task<string> ToldAsync(ModernTestClient client, int group, int by)
    {
        var told = await client.NextAsync();
        Assert.Equal((130L, (long)group, (long)by), (told.Number("msgid"), told.Number("groupid"), told.Number("by")));
        return told.Text("change");
    }

    static async Task<List<string>> MembersAsync(ModernTestClient client, int group) =>
        [.. (await client.RequestAsync(new { msgid = 125, groupid = group })).GetProperty("members").EnumerateArray().Select(member => $"{member.Number("id")} {member.Text("role")}")];

    async Task<ModernTestClient> NewAsync()
    {
        var client = await ModernTestClient.ConnectAsync(Node.Port, protocol: 3);
        await client.RegisterAndLogInAsync($"{Guid.NewGuid():N}");
        return client;
    }

    static async Task<int> MakeAsync(ModernTestClient creator, params int[] members)
    {
        var group = (int)(await creator.RequestAsync(new { msgid = 8, groupname = $"{Guid.NewGuid():N}", groupdesc = "" })).Number("groupid");
        if (members.Length > 0)
            await ChangeAsync(creator, new { msgid = 127, groupid = group, add = members });
        return group;
    }
}

/// <summary>Nodes that are set otherwise.</summary>
[Collection(NodeCollection.Name)]
public sealed class FullGroupTests : IDisposable
{
    readonly TestFolder _folder = new(StorageProvider.Sqlite);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_full_group_lets_nobody_in()
    {
        await using var node = await TestNode.StartAsync(_folder, "--Chat:Limits:GroupMembers=2");
        await using var alice = await ModernTestClient.ConnectAsync(node.Port, protocol: 3);
        await alice.RegisterAndLogInAsync("alice");
        await using var bob = await node.LogInNewAsync("bob");
        await using var carol = await node.LogInNewAsync("carol");
        var group = (await alice.RequestAsync(new { msgid = 8, groupname = "two", groupdesc = "" })).Number("groupid");
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 9, groupid = group })).Number("errno"));
        Assert.Equal(16, (await carol.RequestAsync(new { msgid = 9, groupid = group })).Number("errno"));
        var refused = await alice.RequestAsync(new { msgid = 127, groupid = group, add = new[] { bob.UserId, carol.UserId } });
        Assert.Equal((16L, (long)carol.UserId), (refused.Number("errno"), refused.Number("id")));
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 10, groupid = group, msg = "still in" })).Number("errno"));
    }

    [Fact]
    public async Task Without_a_history_it_is_the_same()
    {
        await using var node = await TestNode.StartAsync(_folder, "--Chat:History:Enabled=false");
        await using var alice = await ModernTestClient.ConnectAsync(node.Port, protocol: 3);
        await alice.RegisterAndLogInAsync("alice");
        await using var bob = await node.LogInNewAsync("bob");
        Assert.Contains("groups", alice.Hello.GetProperty("features").EnumerateArray().Select(feature => feature.GetString()));
        var group = (int)(await alice.RequestAsync(new { msgid = 8, groupname = "two", groupdesc = "" })).Number("groupid");
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 127, groupid = group, add = new[] { bob.UserId } })).Number("errno"));
        Assert.Equal(0, (await alice.SendToGroupAsync(group, "one", "c1")).Number("errno"));
        Assert.Equal("one", (await bob.NextAsync()).Text("msg"));
        Assert.False((await alice.RequestAsync(new { msgid = 125, groupid = group })).Has("seq"));
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 127, groupid = group, mute = new { id = bob.UserId, until = 253402300799999 } })).Number("errno"));
        Assert.Equal(13, (await bob.SendToGroupAsync(group, "two", "c2")).Number("errno"));
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 127, groupid = group, remove = new[] { bob.UserId } })).Number("errno"));
        Assert.Equal(6, (await bob.SendToGroupAsync(group, "three", "c3")).Number("errno"));
    }
}
