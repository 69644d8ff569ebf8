using System.Text.Json;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Xunit;
using static Chat.SystemTests.EndToEnd.ReferenceSteps;

namespace Chat.SystemTests.EndToEnd;

/// <summary>Threads and mentions, as they are read and counted, and what wakes a user.</summary>
[Collection(NodeCollection.Name)]
public abstract class MentionTests : IDisposable
{
    readonly TestFolder _folder;

    private protected MentionTests(StorageProvider provider) => _folder = new TestFolder(provider);

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    public sealed class OnSqlite() : MentionTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : MentionTests(StorageProvider.MySql);

    [Fact]
    public async Task A_thread_is_read_by_itself_and_counted_where_it_begins()
    {
        string conversation;
        int bobId;
        await using (var node = await TestNode.StartAsync(_folder))
        {
            await using var alice = await ModernTestClient.NewAsync(node.Port, "alice");
            await using var bob = await ModernTestClient.NewAsync(node.Port, "bob");
            (bobId, conversation) = (bob.UserId, $"d:{alice.UserId}:{bob.UserId}");
            foreach (var (text, thread) in ((string, long?)[])[("one", null), ("root", null), ("a", 2), ("between", null), ("b", 2), ("c", 2)])
                Assert.Equal(0, (await SendAsync(alice, bobId, text, thread: thread)).Number("errno"));
        }

        await using var again = await NodeProcess.StartAsync(_folder);
        await using var reader = await ModernTestClient.ConnectAsync(again.Port, protocol: 3);
        await reader.LogInAsync(new { msgid = 1, name = "bob", password = "secret" });
        Assert.Equal(("root,a", true), await PageAsync(reader, new { msgid = 107, conversation, thread = 2, after = 0, limit = 2 }));
        Assert.Equal(("b,c", false), await PageAsync(reader, new { msgid = 107, conversation, thread = 2, after = 3, limit = 2 }));
        Assert.Equal(("b,c", true), await PageAsync(reader, new { msgid = 107, conversation, thread = 2, limit = 2 }));
        Assert.Equal(("root,a", false), await PageAsync(reader, new { msgid = 107, conversation, thread = 2, before = 5, limit = 2 }));
        Assert.Equal(("one,between,c", false), await PageAsync(reader, new { msgid = 107, conversation, seqs = new[] { 6, 1, 4, 99 } }));
        Assert.Equal(("between", false), await PageAsync(reader, new { msgid = 107, conversation, thread = 4, after = 0 })); // nobody has answered
        var root = (await reader.RequestAsync(new { msgid = 107, conversation, after = 1 })).GetProperty("messages")[0];
        Assert.Equal(("root", 3L, 6L), (root.Text("msg"), root.Number("replies"), root.Number("last_reply")));
        Assert.Equal(0, (await reader.RequestAsync(new { msgid = 135, conversation, clear_to = 3 })).Number("errno"));
        Assert.Equal(("b,c", false), await PageAsync(reader, new { msgid = 107, conversation, thread = 2, after = 0 }));
        Assert.Equal(("", false), await PageAsync(reader, new { msgid = 107, conversation, seqs = new[] { 2 } }));
        Refused(4, "\"seqs\" must be", await reader.RequestAsync(new { msgid = 107, conversation, seqs = new[] { -1 } }));
        await using var carol = await ModernTestClient.NewAsync(again.Port, "carol");
        Assert.Equal(6, (await carol.RequestAsync(new { msgid = 107, conversation, thread = 2 })).Number("errno"));

        await using var old = await ModernTestClient.ConnectAsync(again.Port);
        await old.LogInAsync(new { msgid = 1, name = "bob", password = "secret" });
        Assert.Equal(("one,root,a,between,b,c", false), await PageAsync(old, new { msgid = 107, conversation, thread = "mine", seqs = 7 }));
        Assert.False((await old.RequestAsync(new { msgid = 107, conversation, after = 1 })).GetProperty("messages")[0].Has("replies"));
    }

    [Fact]
    public async Task Mentions_are_counted_until_they_are_read_and_edits_and_recalls_change_them()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await ModernTestClient.NewAsync(node.Port, "alice");
        await using var bob = await ModernTestClient.NewAsync(node.Port, "bob");
        await using var carol = await ModernTestClient.NewAsync(node.Port, "carol");
        var group = (int)(await alice.RequestAsync(new { msgid = 8, groupname = "g", groupdesc = "" })).Number("groupid");
        var conversation = $"g:{group}";
        foreach (var member in (ModernTestClient[])[bob, carol])
            Assert.Equal(0, (await member.RequestAsync(new { msgid = 9, groupid = group })).Number("errno"));
        var seqs = new List<long>(); // between them may be news of who has come
        foreach (var mentions in (object?[])[null, new[] { bob.UserId, alice.UserId }, "all"])
            seqs.Add((await alice.RequestAsync(new { msgid = 10, groupid = group, msg = "hey", mentions = mentions ?? Array.Empty<int>() })).Number("seq"));
        Assert.Equal((3L, 2L), await UnreadAsync(bob));
        Assert.Equal((3L, 1L), await UnreadAsync(carol));
        Assert.Equal((0L, 0L), await UnreadAsync(alice));
        Assert.Equal(2L, await node.ScalarAsync<long>("SELECT COUNT(*) FROM Mention")); // of bob and of everybody; none of alice, who wrote it

        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 131, conversation, seq = seqs[1], edit = new { msg = "carol!", mentions = new[] { carol.UserId } } })).Number("errno"));
        var edit = (await NextAsync(bob, 132)).GetProperty("edit");
        Assert.Equal([carol.UserId], edit.GetProperty("mentions").EnumerateArray().Select(id => id.GetInt32()));
        var change = Assert.Single((await bob.RequestAsync(new { msgid = 133, conversation, since = 0 })).GetProperty("changes").EnumerateArray());
        Assert.Equal([carol.UserId], change.GetProperty("edit").GetProperty("mentions").EnumerateArray().Select(id => id.GetInt32()));
        Assert.Equal((3L, 1L), await UnreadAsync(bob));
        Assert.Equal((3L, 2L), await UnreadAsync(carol));
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 131, conversation, seq = seqs[1], edit = new { msg = "you!" } })).Number("errno"));
        Assert.Equal((3L, 2L), await UnreadAsync(carol)); // an edit that does not say leaves them
        Refused(4, "\"mentions\" names user 99", await alice.RequestAsync(new { msgid = 131, conversation, seq = seqs[1], edit = new { msg = "x", mentions = new[] { 99 } } }));
        var own = (await bob.SendToGroupAsync(group, "mine")).Number("seq");
        Refused(13, "\"mentions\" may be \"all\" only", await bob.RequestAsync(new { msgid = 131, conversation, seq = own, edit = new { msg = "x", mentions = "all" } }));
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 131, conversation, seq = seqs[2], recall = true })).Number("errno"));
        Assert.Equal((4L, 1L), await UnreadAsync(carol));
        Assert.Equal(0, (await carol.RequestAsync(new { msgid = 109, conversation, seq = seqs[1] })).Number("errno"));
        Assert.Equal((2L, 0L), await UnreadAsync(carol));
    }

    [Fact]
    public async Task Which_messages_wake_the_user_is_said_on_one_device_and_known_on_all()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await ModernTestClient.NewAsync(node.Port, "alice");
        await using var bob = await ModernTestClient.NewAsync(node.Port, "bob");
        await using var other = await ModernTestClient.ConnectAsync(node.Port, protocol: 3);
        await other.LogInAsync(new { msgid = 1, name = "bob", password = "secret" });
        var conversation = $"d:{alice.UserId}:{bob.UserId}";
        var reply = await bob.RequestAsync(new { msgid = 111, notify = new Dictionary<string, string> { [conversation] = "mentions" } });
        Assert.Equal((0L, "mentions"), (reply.Number("errno"), reply.GetProperty("notify").Text(conversation)));
        Assert.Equal("mentions", (await NextAsync(other, 112)).GetProperty("notify").Text(conversation));
        Assert.Equal("mentions", (await other.RequestAsync(new { msgid = 110 })).GetProperty("notify").Text(conversation));
        reply = await bob.RequestAsync(new { msgid = 111, notify = new Dictionary<string, string> { [conversation] = "all" } });
        Assert.False(reply.GetProperty("notify").Has(conversation));
        Refused(4, "\"notify\" must be", await bob.RequestAsync(new { msgid = 111, notify = new Dictionary<string, string> { [conversation] = "some" } }));
        Refused(4, "\"notify\" must be", await bob.RequestAsync(new { msgid = 111, notify = Enumerable.Range(1, 21).ToDictionary(id => $"g:{id}", _ => "all") }));
        Refused(4, "\"notify\" is changed by itself", await bob.RequestAsync(new { msgid = 111, presence = "nobody", notify = new Dictionary<string, string> { [conversation] = "all" } }));
        Refused(6, "you", await bob.RequestAsync(new { msgid = 111, notify = new Dictionary<string, string> { ["g:99"] = "none" } }));
        foreach (var level in (string[])["all", "default"])
        {
            reply = await bob.RequestAsync(new { msgid = 111, notify = new Dictionary<string, string> { ["g:99"] = level } }); // it may have been a group of bob's
            Assert.Equal((0L, false), (reply.Number("errno"), reply.GetProperty("notify").Has("g:99")));
        }

        await using var old = await node.ConnectAsync();
        await old.LogInAsync(new { msgid = 1, name = "bob", password = "secret" });
        Assert.Equal(5, (await old.RequestAsync(new { msgid = 111, notify = new Dictionary<string, string> { [conversation] = "none" } })).Number("errno"));
        Assert.False((await old.RequestAsync(new { msgid = 110 })).Has("notify"));
    }

    [Fact]
    public async Task All_of_a_group_is_a_choice_that_is_kept_until_it_is_taken_back()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var bob = await ModernTestClient.NewAsync(node.Port, "bob");
        var conversation = $"g:{(await bob.RequestAsync(new { msgid = 8, groupname = "g", groupdesc = "" })).Number("groupid")}";
        Assert.False((await bob.RequestAsync(new { msgid = 110 })).GetProperty("notify").Has(conversation));
        foreach (var level in (string[])["all", "none", "all"])
            Assert.Equal(level, (await SayAsync(level)).GetProperty("notify").Text(conversation));
        Assert.Equal("all", (await bob.RequestAsync(new { msgid = 110 })).GetProperty("notify").Text(conversation));
        Assert.Equal(0L, await node.ScalarAsync<long>("SELECT level FROM NotifyRule"));
        Assert.False((await SayAsync("default")).GetProperty("notify").Has(conversation));
        Assert.Equal(0L, await node.ScalarAsync<long>("SELECT COUNT(*) FROM NotifyRule"));

        Task<JsonElement> SayAsync(string level) => bob.RequestAsync(new { msgid = 111, notify = new Dictionary<string, string> { [conversation] = level } });
    }

    static async Task<(long Unread, long Mentions)> UnreadAsync(ModernTestClient client)
    {
        var entry = Assert.Single((await client.RequestAsync(new { msgid = 134 })).GetProperty("conversations").EnumerateArray());
        return (entry.Number("unread"), entry.Has("mentions") ? entry.Number("mentions") : 0);
    }

    static async Task<JsonElement> NextAsync(ModernTestClient client, long kind)
    {
        while (true)
        {
            var next = await client.NextAsync();
            if (next.Number("msgid") == kind)
                return next;
        }
    }

    static async Task<(string Texts, bool HasMore)> PageAsync(ModernTestClient client, object request)
    {
        var reply = await client.RequestAsync(request);
        return (string.Join(',', reply.GetProperty("messages").EnumerateArray().Select(message => message.Text("msg"))), reply.Has("more"));
    }
}
