using System.Text.Json;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>What becomes of a group stands in its history.</summary>
[Collection(NodeCollection.Name)]
public abstract class SystemMessageTests(NodeFixture fixture)
{
    TestNode Node => fixture.Node;

    public sealed class OnSqlite(SqliteNode node) : SystemMessageTests(node), IClassFixture<SqliteNode>;

    public sealed class OnMariaDb(MariaDbNode node) : SystemMessageTests(node), IClassFixture<MariaDbNode>;

    [Fact]
    public async Task Every_change_is_told_in_its_order_to_all_versions_and_not_to_a_legacy_client()
    {
        await using var alice = await NewAsync();
        await using var bob = await Node.LogInNewAsync(); // version 2
        await using var carol = await NewAsync();
        await using var legacy = await Node.ConnectLegacyAsync();
        var dave = await legacy.RegisterAsync($"{Guid.NewGuid():N}");
        await legacy.LogInAsync(dave);
        var group = await MakeAsync(alice);
        await DoAsync(alice, new { msgid = 127, groupid = group, add = new[] { bob.UserId, dave } });
        await AssertAsync(alice, "added", alice.UserId, bob.UserId, dave);
        await DoAsync(carol, new { msgid = 9, groupid = group });
        await AssertAsync(alice, "joined", carol.UserId, carol.UserId);
        Assert.Equal(3, (await alice.SendToGroupAsync(group, "hello")).Number("seq"));
        await DoAsync(alice, new { msgid = 126, groupid = group, desc = "all of us", sending = "admins" });
        var changed = await AssertAsync(alice, "changed", alice.UserId);
        Assert.Equal("""{"desc":"all of us","sending":"admins"}""", changed.GetProperty("group").GetRawText());
        await DoAsync(alice, new { msgid = 127, groupid = group, role = new { id = carol.UserId, role = "admin" } });
        Assert.Equal("admin", (await AssertAsync(alice, "role", alice.UserId, carol.UserId)).Text("role"));
        await DoAsync(carol, new { msgid = 128, groupid = group });
        await AssertAsync(alice, "left", carol.UserId, carol.UserId);
        Assert.Equal(7, (await alice.SendToGroupAsync(group, "bye")).Number("seq"));

        var seen = new List<JsonElement>();
        while (seen.Count < 7)
            seen.Add(await bob.NextOfAllAsync());
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], seen.Select(each => each.Number("seq"))); // no hole to be filled
        Assert.Equal($"{alice.Name} added {bob.Name} and {(await alice.RequestAsync(new { msgid = 122, ids = new[] { dave } })).GetProperty("users")[0].Text("name")}", seen[0].Text("msg"));
        Assert.Equal("hello", (await legacy.NextAsync()).Text("msg"));
        Assert.Equal("bye", (await legacy.NextAsync()).Text("msg"));

        var history = (await alice.RequestAsync(new { msgid = 107, conversation = $"g:{group}", after = 0 })).GetProperty("messages").EnumerateArray().ToList();
        Assert.Equal(["added", "joined", "-", "changed", "role", "left", "-"], history.Select(each => each.Has("change") ? each.Text("change") : "-"));
        Assert.Equal(history.Select(each => each.GetRawText()), seen.Select(each => each.GetRawText()));
    }

    [Fact]
    public async Task They_do_not_count_as_unread_and_nobody_changes_them()
    {
        await using var alice = await NewAsync();
        await using var bob = await NewAsync();
        var group = await MakeAsync(alice);
        await DoAsync(alice, new { msgid = 127, groupid = group, add = new[] { bob.UserId } });
        await AssertAsync(bob, "added", alice.UserId, bob.UserId);
        Assert.Equal((1, 0), await UnreadAsync(bob, group));
        await alice.SendToGroupAsync(group, "one");
        await DoAsync(alice, new { msgid = 126, groupid = group, desc = "1" });
        await AssertAsync(bob, "changed", alice.UserId);
        await alice.SendToGroupAsync(group, "two");
        await DoAsync(alice, new { msgid = 126, groupid = group, desc = "2" });
        await AssertAsync(bob, "changed", alice.UserId);
        Assert.Equal((5, 2), await UnreadAsync(bob, group));
        Assert.Equal("changed", (await ListedAsync(bob, group)).GetProperty("last").Text("change"));
        foreach (var (read, unread) in ((int, int)[])[(1, 2), (2, 1), (3, 1), (4, 0)])
        {
            Assert.Equal(0, (await bob.RequestAsync(new { msgid = 109, conversation = $"g:{group}", seq = read })).Number("errno"));
            Assert.Equal((5, unread), await UnreadAsync(bob, group));
        }

        foreach (var change in (object[])[
            new { msgid = 131, conversation = $"g:{group}", seq = 1, edit = new { msg = "no" } }, new { msgid = 131, conversation = $"g:{group}", seq = 1, recall = true },
            new { msgid = 131, conversation = $"g:{group}", seq = 1, react = "👍" }, new { msgid = 131, conversation = $"g:{group}", seq = 1, pin = true }])
            Assert.Equal(13, (await alice.RequestAsync(change)).Number("errno"));
    }

    [Fact]
    public async Task A_list_of_members_and_what_is_told_behind_it_are_the_members_now()
    {
        await using var alice = await NewAsync();
        await using var bob = await NewAsync();
        await using var carol = await NewAsync();
        var group = await MakeAsync(alice);
        await DoAsync(alice, new { msgid = 127, groupid = group, add = new[] { bob.UserId } });
        await AssertAsync(alice, "added", alice.UserId, bob.UserId);
        var listed = await alice.RequestAsync(new { msgid = 125, groupid = group });
        var members = listed.GetProperty("members").EnumerateArray().Select(each => each.Number("id")).ToHashSet();
        Assert.Equal(1, listed.Number("seq"));
        await DoAsync(carol, new { msgid = 9, groupid = group });
        await DoAsync(bob, new { msgid = 128, groupid = group });
        await AssertAsync(alice, "joined", carol.UserId, carol.UserId);
        await AssertAsync(alice, "left", bob.UserId, bob.UserId);
        var later = await alice.RequestAsync(new { msgid = 107, conversation = $"g:{group}", after = listed.Number("seq") });
        foreach (var message in later.GetProperty("messages").EnumerateArray())
        {
            var ids = message.GetProperty("ids").EnumerateArray().Select(id => id.GetInt64());
            if (message.Text("change") is "joined" or "added")
                members.UnionWith(ids);
            else
                members.ExceptWith(ids);
        }

        Assert.Equal([alice.UserId, carol.UserId], members.Order());
    }

    [Fact]
    public async Task Who_comes_later_sees_nothing_of_before_where_the_group_wants_it_so()
    {
        await using var alice = await NewAsync();
        await using var bob = await NewAsync();
        await using var carol = await Node.LogInNewAsync(); // version 2
        var group = await MakeAsync(alice);
        var word = $"w{Guid.NewGuid():N}";
        await alice.SendToGroupAsync(group, $"secret {word}");
        await DoAsync(alice, new { msgid = 126, groupid = group, history = "joined" });
        Assert.Equal("joined", (await alice.RequestAsync(new { msgid = 124, groupid = group })).Text("history"));
        await AssertAsync(alice, "changed", alice.UserId);
        await DoAsync(alice, new { msgid = 127, groupid = group, add = new[] { bob.UserId, carol.UserId } });
        await AssertAsync(bob, "added", alice.UserId, bob.UserId, carol.UserId);
        await alice.SendToGroupAsync(group, $"open {word}");
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 131, conversation = $"g:{group}", seq = 1, edit = new { msg = $"secret {word} again" } })).Number("errno"));
        await alice.SendToGroupAsync(group, "the end");
        foreach (var client in (ModernTestClient[])[bob, carol])
        {
            foreach (var range in (object[])[
                new { msgid = 107, conversation = $"g:{group}" }, new { msgid = 107, conversation = $"g:{group}", after = 0 }, new { msgid = 107, conversation = $"g:{group}", before = 4 }])
            {
                var history = await client.RequestAsync(range);
                Assert.DoesNotContain("secret", history.GetRawText(), StringComparison.Ordinal);
                Assert.Contains("added", history.GetRawText(), StringComparison.Ordinal);
                Assert.False(history.Has("more") && history.GetProperty("more").GetBoolean());
            }
        }

        Assert.Empty((await carol.RequestAsync(new { msgid = 107, conversation = $"g:{group}", before = 3 })).GetProperty("messages").EnumerateArray());
        Assert.Equal((5, 2), await UnreadAsync(bob, group));
        Assert.Equal(3, (await ListedAsync(bob, group)).Number("floor"));
        Assert.Empty((await bob.RequestAsync(new { msgid = 133, conversation = $"g:{group}", since = 0 })).GetProperty("changes").EnumerateArray());
        Assert.Single((await alice.RequestAsync(new { msgid = 133, conversation = $"g:{group}", since = 0 })).GetProperty("changes").EnumerateArray());
        await Eventually.EqualAsync(2, async () => (await alice.RequestAsync(new { msgid = 137, text = word })).GetProperty("hits").GetArrayLength());
        Assert.Equal([4L], (await bob.RequestAsync(new { msgid = 137, text = word })).GetProperty("hits").EnumerateArray().Select(hit => hit.Number("seq")));
        string? last;
        do
        {
            var next = await bob.NextAsync();
            Assert.DoesNotContain("secret", next.GetRawText(), StringComparison.Ordinal);
            last = next.Has("msg") ? next.Text("msg") : null;
        }
        while (last != "the end");
        Assert.Equal((5, 0), await UnreadAsync(alice, group));
    }

    [Fact]
    public async Task Who_has_come_by_itself_is_told_what_becomes_of_messages_and_changes_none_of_before()
    {
        await using var alice = await NewAsync();
        await using var bob = await NewAsync();
        var group = await MakeAsync(alice);
        var conversation = $"g:{group}";
        await DoAsync(alice, new { msgid = 126, groupid = group, history = "joined" });
        var before = (await alice.SendToGroupAsync(group, "before")).Number("seq");
        await AssertAsync(alice, "changed", alice.UserId);
        await DoAsync(bob, new { msgid = 9, groupid = group });
        var joined = (await AssertAsync(alice, "joined", bob.UserId, bob.UserId)).Number("seq");
        var after = (await alice.SendToGroupAsync(group, "after")).Number("seq");
        Assert.Equal(after, (await bob.NextAsync()).Number("seq"));
        await DoAsync(alice, new { msgid = 131, conversation, seq = before, edit = new { msg = "hidden" } });
        await DoAsync(alice, new { msgid = 131, conversation, seq = after, edit = new { msg = "shown" } });
        var told = await bob.NextAsync();
        Assert.Equal((132L, after, "shown"), (told.Number("msgid"), told.Number("seq"), told.GetProperty("edit").Text("msg")));

        foreach (var refused in (object[])[
            new { msgid = 131, conversation, seq = before, react = "👍" }, new { msgid = 114, conversation, seq = before }])
            Assert.Equal(6, (await bob.RequestAsync(refused)).Number("errno"));
        Assert.Equal(7, (await bob.RequestAsync(new { msgid = 143, conversation, seq = before, reason = "x" })).Number("errno"));
        await DoAsync(bob, new { msgid = 131, conversation, seq = after, react = "👍" });
        await DoAsync(bob, new { msgid = 114, conversation, seq = after });
        Assert.Equal(13, (await bob.RequestAsync(new { msgid = 143, conversation, seq = joined, reason = "x" })).Number("errno"));
    }

    static async Task<JsonElement> AssertAsync(ModernTestClient client, string change, int by, params int[] ids)
    {
        var told = await client.NextSystemAsync();
        Assert.Equal(("system", change, (long)by), (told.Text("kind"), told.Text("change"), told.Number("by")));
        Assert.Equal(ids.Order(), told.Has("ids") ? told.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).Order() : []);
        return told;
    }

    /// <summary>The head and what is unread, as 108 and 134 have it, which are one.</summary>
    static async Task<(int Head, int Unread)> UnreadAsync(ModernTestClient client, int group)
    {
        var synced = (await client.RequestAsync(new { msgid = 108 })).GetProperty("conversations").EnumerateArray().Single(each => each.Text("conversation") == $"g:{group}");
        var listed = await ListedAsync(client, group);
        Assert.Equal((synced.Number("head"), synced.Number("unread")), (listed.Number("head"), listed.Number("unread")));
        return ((int)listed.Number("head"), (int)listed.Number("unread"));
    }

    static async Task<JsonElement> ListedAsync(ModernTestClient client, int group) =>
        (await client.RequestAsync(new { msgid = 134 })).GetProperty("conversations").EnumerateArray().Single(each => each.Text("conversation") == $"g:{group}");

    static async Task DoAsync(ModernTestClient client, object request)
    {
        var reply = await client.RequestAsync(request);
        Assert.True(reply.Number("errno") == 0, reply.ToString());
    }

    static async Task<int> MakeAsync(ModernTestClient client) =>
        (int)(await client.RequestAsync(new { msgid = 8, groupname = $"{Guid.NewGuid():N}", groupdesc = "" })).Number("groupid");

    Task<ModernTestClient> NewAsync() => ModernTestClient.NewAsync(Node.Port, $"{Guid.NewGuid():N}");
}
