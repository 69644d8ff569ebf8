using System.Text.Json;
using Chat.Node.Faults;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Xunit;
using static Chat.SystemTests.EndToEnd.ReferenceSteps;

namespace Chat.SystemTests.EndToEnd;

/// <summary>Messages that answer others, stand in threads and mention people, as clients of each version get them.</summary>
[Collection(NodeCollection.Name)]
public abstract class ReferenceTests : IDisposable
{
    readonly TestFolder _folder;

    private protected ReferenceTests(StorageProvider provider) => _folder = new TestFolder(provider);

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    public sealed class OnSqlite() : ReferenceTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : ReferenceTests(StorageProvider.MySql);

    [Fact]
    public async Task Version_3_gets_the_keys_in_pushes_in_the_queue_and_in_the_history_and_others_get_the_text()
    {
        string conversation;
        int bobId;
        await using (var node = await TestNode.StartAsync(_folder))
        {
            await using var alice = await ModernTestClient.NewAsync(node.Port, "alice");
            await using var bob = await ModernTestClient.NewAsync(node.Port, "bob");
            await using var old = await node.ConnectAsync();
            await old.LogInAsync(new { msgid = 1, name = "bob", password = "secret" });
            await using var legacy = await node.ConnectLegacyAsync();
            await legacy.SendAsync("""{"msgid":1,"id":2,"password":"secret"}""");
            Assert.Equal(2, (await legacy.NextAsync()).Number("msgid"));
            bobId = bob.UserId;
            conversation = $"d:{alice.UserId}:{bob.UserId}";
            Assert.Equal(0, (await alice.SendToAsync(bob.UserId, "one")).Number("errno"));
            Assert.Equal(0, (await SendAsync(alice, bobId, "two", reply: 1, thread: 1, mentions: [bobId, bobId])).Number("errno"));
            Assert.Equal("one", (await bob.NextButReceiptsAsync()).Text("msg"));
            AssertRefers(await bob.NextButReceiptsAsync(), "two", 1, 1, bobId);
            Assert.Equal("one", (await old.NextAsync()).Text("msg"));
            var plain = await old.NextAsync();
            Assert.Equal(("two", false), (plain.Text("msg"), plain.Has("reply") || plain.Has("thread") || plain.Has("mentions")));
            Assert.Equal(["id", "msg", "msgid", "name", "time", "toid"], (await SecondAsync(legacy)).EnumerateObject().Select(member => member.Name));
            Assert.False((await old.RequestAsync(new { msgid = 107, conversation, after = 1 })).GetProperty("messages")[0].Has("reply"));
            AssertRefers((await bob.RequestAsync(new { msgid = 107, conversation, after = 1 })).GetProperty("messages")[0], "two", 1, 1, bobId);
        }

        await using var again = await NodeProcess.StartAsync(_folder);
        await using var sender = await ModernTestClient.ConnectAsync(again.Port, protocol: 3);
        await sender.LogInAsync(new { msgid = 1, name = "alice", password = "secret" });
        Assert.Equal(0, (await SendAsync(sender, bobId, "queued", reply: 2)).Number("errno")); // its conversation has begun anew
        await using var late = await ModernTestClient.ConnectAsync(again.Port, protocol: 3);
        await late.LogInAsync(new { msgid = 1, name = "bob", password = "secret" });
        AssertRefers(await NextOfAsync(late, "queued"), "queued", 2, null, null);
    }

    [Fact]
    public async Task What_a_message_may_not_refer_to_is_refused_with_its_key_and_what_was_expected()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await ModernTestClient.NewAsync(node.Port, "alice");
        await using var bob = await ModernTestClient.NewAsync(node.Port, "bob");
        await using var carol = await ModernTestClient.NewAsync(node.Port, "carol");
        var conversation = $"d:{alice.UserId}:{bob.UserId}";
        foreach (var text in (string[])["one", "recalled", "three"])
            Assert.Equal(0, (await alice.SendToAsync(bob.UserId, text)).Number("errno"));
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 131, conversation, seq = 2, recall = true })).Number("errno"));
        Assert.Equal(0, (await SendAsync(alice, bob.UserId, "in a thread", thread: 3)).Number("errno"));

        Refused(4, "\"reply\" names message 99, which you do not see", await SendAsync(alice, bob.UserId, "x", reply: 99));
        Refused(4, "\"reply\" names message 2, which was recalled", await SendAsync(alice, bob.UserId, "x", reply: 2));
        Refused(4, "\"thread\" names message 4, which is in a thread itself", await SendAsync(alice, bob.UserId, "x", thread: 4));
        Refused(4, "\"reply\" names message 1, which is not in the thread of 3", await SendAsync(alice, bob.UserId, "x", reply: 1, thread: 3));
        Refused(4, "\"reply\" must be the number", await alice.RequestAsync(new { msgid = 6, toid = bob.UserId, msg = "x", reply = "1" }));
        Refused(4, $"\"mentions\" names user {carol.UserId}", await SendAsync(alice, bob.UserId, "x", mentions: [carol.UserId]));
        Refused(4, "\"mentions\" must be", await SendAsync(alice, bob.UserId, "x", mentions: [.. Enumerable.Range(1, 51)]));
        Refused(4, "\"mentions\" is \"all\"", await alice.RequestAsync(new { msgid = 6, toid = bob.UserId, msg = "x", mentions = "all" }));
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 135, conversation, clear_to = 1 })).Number("errno"));
        Refused(4, "\"reply\" names message 1, which you do not see", await SendAsync(bob, alice.UserId, "x", reply: 1));

        var group = (int)(await alice.RequestAsync(new { msgid = 8, groupname = "g", groupdesc = "" })).Number("groupid");
        Assert.Equal(0, (await alice.SendToGroupAsync(group, "hello")).Number("errno"));
        Refused(6, "you are not a member", await bob.RequestAsync(new { msgid = 10, groupid = group, msg = "x", reply = 1, mentions = new[] { alice.UserId } }));
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 9, groupid = group })).Number("errno"));
        Refused(13, "\"mentions\" may be \"all\" only", await bob.RequestAsync(new { msgid = 10, groupid = group, msg = "x", mentions = "all" }));
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 10, groupid = group, msg = "x", mentions = "all" })).Number("errno"));
        Assert.Equal("all", (await NextOfAsync(bob, "x")).Text("mentions"));
        Assert.Equal(1L, await node.ScalarAsync<long>("SELECT COUNT(*) FROM Mention WHERE userid = 0")); // one row, however many members

        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 120, id = alice.UserId, @do = "block" })).Number("errno"));
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 10, groupid = group, msg = "bob?", mentions = new[] { bob.UserId, alice.UserId } })).Number("errno"));
        Assert.Equal([alice.UserId], (await NextOfAsync(bob, "bob?")).GetProperty("mentions").EnumerateArray().Select(id => id.GetInt32()));
    }

    [Fact]
    public async Task What_was_accepted_stays_so_when_it_comes_again_after_a_recall()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await ModernTestClient.NewAsync(node.Port, "alice");
        await using var bob = await ModernTestClient.NewAsync(node.Port, "bob");
        var conversation = $"d:{alice.UserId}:{bob.UserId}";
        Assert.Equal(0, (await alice.SendToAsync(bob.UserId, "one")).Number("errno"));
        var answer = await SendAsync(bob, alice.UserId, "answer", reply: 1, mentions: [alice.UserId], cmid: "c-1");
        Assert.Equal((0L, 2L), (answer.Number("errno"), answer.Number("seq")));
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 131, conversation, seq = 1, recall = true })).Number("errno"));
        Assert.Equal(2, (await SendAsync(bob, alice.UserId, "answer", reply: 1, mentions: [alice.UserId], cmid: "c-1")).Number("seq"));
        Assert.Equal(4, (await SendAsync(bob, alice.UserId, "answer", reply: 1, cmid: "c-2")).Number("errno"));
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 131, conversation, seq = 2, recall = true })).Number("errno"));
        var left = (await alice.RequestAsync(new { msgid = 107, conversation, after = 1 })).GetProperty("messages")[0];
        Assert.Equal((1L, false), (left.Number("reply"), left.Has("mentions")));
        Assert.Equal(0L, await node.ScalarAsync<long>("SELECT COUNT(*) FROM Mention"));
    }

    [Theory]
    [InlineData(nameof(CrashPoint.BeforeInsert), false)]
    [InlineData(nameof(CrashPoint.AfterCommit), true)]
    public async Task A_message_and_what_it_refers_to_are_there_together_or_not_at_all(string point, bool isThere)
    {
        string conversation;
        int bobId;
        await using (var armed = await NodeProcess.StartAsync(_folder, $"{point}:2"))
        {
            await using var alice = await ModernTestClient.NewAsync(armed.Port, "alice");
            await using var bob = await ModernTestClient.NewAsync(armed.Port, "bob");
            (bobId, conversation) = (bob.UserId, $"d:{alice.UserId}:{bob.UserId}");
            Assert.Equal(0, (await alice.SendToAsync(bobId, "one")).Number("errno"));
            var last = alice.StartRequestAsync(Message(bobId, "two", 1, 1, [bobId], "c-2"));
            await armed.ExitAsync(NodeProcess.KilledExitCode);
            await Assert.ThrowsAsync<IOException>(() => last.WaitAsync(TestNode.Patience));
        }

        await using var node = await NodeProcess.StartAsync(_folder);
        await node.EventuallyAsync(isThere ? 1L : 0L, "SELECT COUNT(*) FROM Mention");
        await node.EventuallyAsync(isThere ? 1L : 0L, "SELECT COUNT(*) FROM MessageReference WHERE thread = 1");
        await using var again = await ModernTestClient.ConnectAsync(node.Port, protocol: 3);
        await again.LogInAsync(new { msgid = 1, name = "alice", password = "secret" });
        Assert.Equal(2, (await again.RequestAsync(Message(bobId, "two", 1, 1, [bobId], "c-2"))).Number("seq"));
        await using var receiver = await ModernTestClient.ConnectAsync(node.Port, protocol: 3);
        await receiver.LogInAsync(new { msgid = 1, name = "bob", password = "secret" });
        AssertRefers(await NextOfAsync(receiver, "two"), "two", 1, 1, bobId); // sent by a later life of its conversation
    }

    [Fact]
    public async Task The_pages_of_a_thread_end_where_the_user_has_cleared_it()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await ModernTestClient.NewAsync(node.Port, "alice");
        await using var bob = await ModernTestClient.NewAsync(node.Port, "bob");
        var conversation = $"d:{alice.UserId}:{bob.UserId}";
        Assert.Equal(0, (await alice.SendToAsync(bob.UserId, "one")).Number("errno"));
        for (var i = 0; i < 8; i++)
            Assert.Equal(0, (await SendAsync(alice, bob.UserId, "answer", thread: 1)).Number("errno"));
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 135, conversation, clear_to = 5 })).Number("errno"));
        Assert.Equal("7 8 9 …", await PageAsync(new { msgid = 107, conversation, thread = 1, limit = 3 }));
        Assert.Equal("6", await PageAsync(new { msgid = 107, conversation, thread = 1, before = 7, limit = 3 }));
        Assert.Equal("6 7 …", await PageAsync(new { msgid = 107, conversation, thread = 1, after = 0, limit = 2 }));
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 135, conversation, clear_to = 9 })).Number("errno"));
        Assert.Equal("", await PageAsync(new { msgid = 107, conversation, thread = 1, limit = 3 }));

        async Task<string> PageAsync(object request)
        {
            var page = await bob.RequestAsync(request);
            return string.Join(' ', page.GetProperty("messages").EnumerateArray().Select(message => message.Number("seq"))) + (page.Has("more") ? " …" : "");
        }
    }

    [Fact]
    public async Task Without_a_history_nothing_can_be_referred_to()
    {
        await using var node = await TestNode.StartAsync(_folder, "--Chat:History:Enabled=false");
        await using var alice = await ModernTestClient.NewAsync(node.Port, "alice");
        await using var bob = await ModernTestClient.NewAsync(node.Port, "bob");
        Refused(11, "this server keeps no history", await SendAsync(alice, bob.UserId, "x", reply: 1));
        Assert.Equal(0, (await alice.SendToAsync(bob.UserId, "plain")).Number("errno"));
    }

    static void AssertRefers(JsonElement message, string text, long reply, long? thread, int? mention)
    {
        Assert.Equal((text, reply), (message.Text("msg"), message.Number("reply")));
        Assert.Equal(thread, message.Has("thread") ? message.Number("thread") : null);
        Assert.Equal(mention is { } id ? [id] : [], message.Has("mentions") ? message.GetProperty("mentions").EnumerateArray().Select(each => each.GetInt32()) : []);
    }

    static async Task<JsonElement> SecondAsync(LegacyTestClient client)
    {
        Assert.Equal("one", (await client.NextAsync()).Text("msg"));
        return await client.NextAsync();
    }
}
