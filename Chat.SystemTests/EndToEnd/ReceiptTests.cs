using System.Text.Json;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>How far others have read, and how much is unread, as clients see it.</summary>
[Collection(NodeCollection.Name)]
public abstract class ReceiptTests : IDisposable
{
    readonly TestFolder _folder;

    private protected ReceiptTests(StorageProvider provider) => _folder = new TestFolder(provider);

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    public sealed class OnSqlite() : ReceiptTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : ReceiptTests(StorageProvider.MySql);

    [Fact]
    public async Task Unread_is_what_others_have_said_since_and_own_messages_are_none_of_it()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await ModernTestClient.NewAsync(node.Port, "alice");
        await using var bob = await ModernTestClient.NewAsync(node.Port, "bob");
        await using var old = await node.ConnectAsync();
        await old.LogInAsync(new { msgid = 1, name = "bob", password = "secret" });
        for (var i = 1; i <= 3; i++)
            Assert.Equal(0, (await alice.SendToAsync(bob.UserId, $"m{i}")).Number("errno"));
        Assert.Equal((3L, 0L), (await UnreadAsync(bob), await UnreadAsync(alice)));
        Assert.False((await EntryAsync(old)).Has("unread"));

        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 109, conversation = Of(alice, bob), seq = 2 })).Number("errno"));
        Assert.Equal(1, await UnreadAsync(bob));

        // Who sends has read what is before it: at once while nothing follows, and in general when the mark is stored.
        await node.EventuallyAsync(3L, $"SELECT read_to FROM DeliveryMark WHERE userid = {alice.UserId}");
        Assert.Equal(0, (await bob.SendToAsync(alice.UserId, "m4")).Number("errno"));
        Assert.Equal((0L, 1L), (await UnreadAsync(bob), await UnreadAsync(alice)));
        await node.EventuallyAsync(4L, $"SELECT read_to FROM DeliveryMark WHERE userid = {bob.UserId}");
        Assert.Equal(0, (await alice.SendToAsync(bob.UserId, "m5")).Number("errno"));
        Assert.Equal((1L, 0L), (await UnreadAsync(bob), await UnreadAsync(alice)));
    }

    [Fact]
    public async Task The_sender_is_told_what_was_received_and_read_and_an_old_client_is_not()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await ModernTestClient.NewAsync(node.Port, "alice");
        await using var bob = await ModernTestClient.NewAsync(node.Port, "bob");
        await using var old = await node.ConnectAsync();
        await old.LogInAsync(new { msgid = 1, name = "alice", password = "secret" });
        var conversation = Of(alice, bob);
        Assert.Equal(0, (await alice.SendToAsync(bob.UserId, "m1")).Number("errno"));
        Assert.Equal(0, (await alice.SendToAsync(bob.UserId, "m2")).Number("errno"));
        await bob.SendAsync($$"""{"msgid":103,"conversation":"{{conversation}}","seq":2}""");
        Assert.Equal((2L, 0L), await ReceiptAsync(alice, bob, until: 2));

        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 109, conversation, seq = 1 })).Number("errno"));
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 109, conversation, seq = 2 })).Number("errno"));
        Assert.Equal((2L, 2L), await ReceiptAsync(alice, bob, until: 4));
        var reply = await alice.RequestAsync(new { msgid = 114, conversation, seq = 2 });
        Assert.Equal((1L, 1L, 1L), (reply.Number("members"), reply.Number("received"), reply.Number("read")));
        var who = Assert.Single(reply.GetProperty("who").EnumerateArray());
        Assert.Equal(((long)bob.UserId, 2L, 2L), (who.Number("id"), who.Number("received"), who.Number("read")));

        await old.FenceAsync();
        Assert.DoesNotContain(old.TakeAll(), frame => frame.Number("msgid") == 113);
        Assert.Equal(5, (await old.RequestAsync(new { msgid = 114, conversation, seq = 2 })).Number("errno"));
    }

    [Fact]
    public async Task Who_switches_receipts_off_is_seen_to_receive_and_not_to_read()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await ModernTestClient.NewAsync(node.Port, "alice");
        await using var bob = await ModernTestClient.NewAsync(node.Port, "bob");
        await using var old = await node.ConnectAsync();
        await old.LogInAsync(new { msgid = 1, name = "bob", password = "secret" });
        var conversation = Of(alice, bob);
        Assert.Equal("off", (await SetAsync(bob, "off")).Text("receipts"));
        Assert.Equal("off", (await bob.RequestAsync(new { msgid = 110 })).Text("receipts"));
        Assert.False((await old.RequestAsync(new { msgid = 110 })).Has("receipts"));
        Assert.Equal(5, (await old.RequestAsync(new { msgid = 111, receipts = "on" })).Number("errno"));

        Assert.Equal(0, (await alice.SendToAsync(bob.UserId, "m1")).Number("errno"));
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 109, conversation, seq = 1 })).Number("errno"));
        await bob.SendAsync($$"""{"msgid":103,"conversation":"{{conversation}}","seq":1}""");
        Assert.Equal((1L, 0L), await ReceiptAsync(alice, bob, until: 1));
        Assert.Equal(0, await UnreadAsync(bob)); // for himself it is read
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 114, conversation, seq = 1 })).Number("read"));

        await SetAsync(bob, "on");
        Assert.Equal(0, (await alice.SendToAsync(bob.UserId, "m2")).Number("errno"));
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 109, conversation, seq = 2 })).Number("errno"));
        Assert.Equal((2L, 2L), await ReceiptAsync(alice, bob, until: 4));
    }

    [Fact]
    public async Task Members_of_a_group_ask_who_has_a_message()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await ModernTestClient.NewAsync(node.Port, "alice");
        await using var bob = await ModernTestClient.NewAsync(node.Port, "bob");
        await using var carol = await ModernTestClient.NewAsync(node.Port, "carol");
        await using var dave = await ModernTestClient.NewAsync(node.Port, "dave");
        var group = (int)(await alice.RequestAsync(new { msgid = 8, groupname = "g" })).Number("groupid");
        foreach (var member in (ModernTestClient[])[bob, carol])
            Assert.Equal(0, (await member.RequestAsync(new { msgid = 9, groupid = group })).Number("errno"));
        var seq = (await alice.SendToGroupAsync(group, "m1")).Number("seq"); // behind who has joined
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 109, conversation = $"g:{group}", seq })).Number("errno"));
        var reply = await carol.RequestAsync(new { msgid = 114, conversation = $"g:{group}", seq, limit = 1 });
        Assert.Equal((2L, 1L, 1L), (reply.Number("members"), reply.Number("received"), reply.Number("read")));
        Assert.Equal(bob.UserId, Assert.Single(reply.GetProperty("who").EnumerateArray()).Number("id"));
        Assert.Equal(6, (await carol.RequestAsync(new { msgid = 114, conversation = $"g:{group}", seq = seq + 100 })).Number("errno"));
        Assert.Equal(6, (await dave.RequestAsync(new { msgid = 114, conversation = $"g:{group}", seq })).Number("errno"));
        await alice.FenceAsync();
        Assert.DoesNotContain(alice.TakeAll(), frame => frame.Number("msgid") == 113);
    }

    [Fact]
    public async Task The_list_of_conversations_has_what_a_client_shows_first()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await ModernTestClient.NewAsync(node.Port, "alice");
        await using var bob = await ModernTestClient.NewAsync(node.Port, "bob");
        await using var carol = await ModernTestClient.NewAsync(node.Port, "carol");
        var (withBob, withCarol) = (Of(alice, bob), Of(alice, carol));
        Assert.Equal(0, (await bob.SendToAsync(alice.UserId, "m1")).Number("errno"));
        Assert.Equal(0, (await carol.SendToAsync(alice.UserId, "m2")).Number("errno"));
        Assert.Equal(0, (await carol.RequestAsync(new { msgid = 131, conversation = withCarol, seq = 1, edit = new { msg = "m2, better" } })).Number("errno"));
        Assert.Equal(0, (await bob.SendToAsync(alice.UserId, "m3")).Number("errno"));
        var list = await ListAsync(alice);
        Assert.Equal([(withBob, "m3", 2L), (withCarol, "m2, better", 1L)], Shown(list));
        Assert.Equal(3, list.Number("unread"));
        Assert.False(list.Has("more"));
        var first = list.GetProperty("conversations")[0];
        Assert.Equal((2L, 0L, 0L), (first.Number("head"), first.Number("read"), first.GetProperty("peer").Number("read")));

        await Eventually.EqualAsync(0L, async () => (await alice.RequestAsync(new { msgid = 111, pin = withCarol, mute = withBob })).Number("errno"));
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 109, conversation = withBob, seq = 2 })).Number("errno"));
        list = await ListAsync(alice);
        Assert.Equal([(withCarol, "m2, better", 1L), (withBob, "m3", 0L)], Shown(list));
        Assert.True(list.GetProperty("conversations")[0].GetProperty("pinned").GetBoolean());
        Assert.True(list.GetProperty("conversations")[1].GetProperty("muted").GetBoolean());
        Assert.Equal([(withCarol, "m2, better", 1L)], Shown(await ListAsync(alice, new { msgid = 134, unread = true })));
        var page = await ListAsync(alice, new { msgid = 134, limit = 1 });
        Assert.Equal((1, true), (page.GetProperty("conversations").GetArrayLength(), page.GetProperty("more").GetBoolean()));
        page = await ListAsync(alice, new { msgid = 134, limit = 1, after = withCarol });
        Assert.Equal([(withBob, "m3", 0L)], Shown(page));
        Assert.False(page.Has("more"));

        var peer = (await ListAsync(bob)).GetProperty("conversations")[0].GetProperty("peer");
        Assert.Equal((2L, 2L), (peer.Number("received"), peer.Number("read")));
    }

    [Fact]
    public async Task What_one_device_does_about_a_conversation_the_others_hear_and_old_ones_do_not()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await ModernTestClient.NewAsync(node.Port, "alice");
        await using var bob = await ModernTestClient.NewAsync(node.Port, "bob");
        await using var other = await ModernTestClient.ConnectAsync(node.Port, protocol: 3);
        await other.LogInAsync(new { msgid = 1, name = "alice", password = "secret" });
        await using var old = await node.ConnectAsync();
        await old.LogInAsync(new { msgid = 1, name = "alice", password = "secret" });
        var conversation = Of(alice, bob);
        Assert.Equal(7, (await alice.RequestAsync(new { msgid = 135, conversation, archive = true })).Number("errno")); // nothing was said yet
        for (var i = 1; i <= 3; i++)
            Assert.Equal(0, (await bob.SendToAsync(alice.UserId, $"m{i}")).Number("errno"));
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 109, conversation, seq = 3 })).Number("errno"));

        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 135, conversation, unread = true, clear_to = 2, draft = "so far" })).Number("errno"));
        var heard = await HeardAsync(other);
        Assert.Equal((3L, false), (heard.Number("read"), heard.GetProperty("marked").GetBoolean()));
        heard = await HeardAsync(other);
        Assert.Equal((conversation, 3L, "so far"), (heard.Text("conversation"), heard.Number("floor"), heard.Text("draft")));
        Assert.Equal((false, true), (heard.GetProperty("archived").GetBoolean(), heard.GetProperty("marked").GetBoolean()));
        var entry = Assert.Single((await ListAsync(other, new { msgid = 134, unread = true })).GetProperty("conversations").EnumerateArray());
        Assert.Equal((3L, 0L, "so far", "m3"), (entry.Number("floor"), entry.Number("unread"), entry.Text("draft"), entry.GetProperty("last").Text("msg")));
        Assert.True(entry.GetProperty("marked").GetBoolean());
        Assert.Equal(3, (await EntryAsync(other)).Number("floor"));

        // What was cleared is not shown; whoever does not know of it sees everything.
        Assert.Equal([3L], await SeqsAsync(other, new { msgid = 107, conversation, after = 0 }));
        Assert.Equal([3L], await SeqsAsync(other, new { msgid = 107, conversation }));
        Assert.Equal([1L, 2L, 3L], await SeqsAsync(old, new { msgid = 107, conversation, after = 0 }));
        Assert.Equal([1L, 2L, 3L], await SeqsAsync(bob, new { msgid = 107, conversation, after = 0 }));

        Assert.Equal(0, (await other.RequestAsync(new { msgid = 109, conversation, seq = 3 })).Number("errno"));
        Assert.Equal(0, (await other.RequestAsync(new { msgid = 135, conversation, archive = true, draft = "" })).Number("errno"));
        heard = await HeardAsync(alice);
        while (heard.Has("read"))
            heard = await HeardAsync(alice);
        Assert.Equal((true, false, false), (heard.GetProperty("archived").GetBoolean(), heard.GetProperty("marked").GetBoolean(), heard.Has("draft")));
        Assert.Equal(0, (await ListAsync(alice)).GetProperty("conversations").GetArrayLength());
        Assert.Equal([(conversation, "m3", 0L)], Shown(await ListAsync(alice, new { msgid = 134, archived = true })));

        var refused = await alice.RequestAsync(new { msgid = 135, conversation, clear_to = 4 });
        Assert.Equal((4L, 3L), (refused.Number("errno"), refused.Number("head")));
        Assert.Equal(6, (await alice.RequestAsync(new { msgid = 135, conversation = "g:1", archive = true })).Number("errno"));
        Assert.Equal(5, (await old.RequestAsync(new { msgid = 135, conversation, archive = false })).Number("errno"));
        await old.FenceAsync();
        Assert.DoesNotContain(old.TakeAll(), frame => frame.Number("msgid") == 136);
        Assert.DoesNotContain(other.TakeAll(), frame => frame.Number("msgid") == 136); // it has done the last change itself
    }

    static async Task<JsonElement> HeardAsync(ModernTestClient client)
    {
        while (true)
        {
            var next = await client.NextAsync();
            if (next.Number("msgid") == 136)
                return next;
        }
    }

    static async Task<IEnumerable<long>> SeqsAsync(ModernTestClient client, object request) =>
        (await client.RequestAsync(request)).GetProperty("messages").EnumerateArray().Select(message => message.Number("seq"));

    static async Task<JsonElement> ListAsync(ModernTestClient client, object? request = null)
    {
        JsonElement reply = default;
        await Eventually.EqualAsync(0L, async () => (reply = await client.RequestAsync(request ?? new { msgid = 134 })).Number("errno"));
        return reply;
    }

    static IEnumerable<(string Conversation, string Last, long Unread)> Shown(JsonElement list) => list.GetProperty("conversations").EnumerateArray()
        .Select(entry => (entry.Text("conversation"), entry.Has("last") ? entry.GetProperty("last").Text("msg") : "", entry.Number("unread")));

    [Fact]
    public async Task Without_a_history_there_are_no_receipts()
    {
        await using var node = await TestNode.StartAsync(_folder, "--Chat:History:Enabled=false");
        await using var alice = await ModernTestClient.NewAsync(node.Port, "alice");
        Assert.Equal(11, (await alice.RequestAsync(new { msgid = 114, conversation = $"d:{alice.UserId}:{alice.UserId}", seq = 1 })).Number("errno"));
    }

    /// <summary>Asks as a client does: again, if the journal is not ready yet.</summary>
    static async Task<JsonElement> SetAsync(ModernTestClient client, string receipts)
    {
        JsonElement reply = default;
        await Eventually.EqualAsync(0L, async () => (reply = await client.RequestAsync(new { msgid = 111, receipts })).Number("errno"));
        return reply;
    }

    /// <summary>What is told of another user until both numbers together come to something; they never go back.</summary>
    internal static async Task<(long Received, long Read)> ReceiptAsync(ModernTestClient client, ModernTestClient of, long until)
    {
        var (received, read) = (0L, 0L);
        while (received + read < until)
        {
            var frame = await client.NextAsync();
            if (frame.Number("msgid") != 113)
                continue;
            Assert.Equal((Of(client, of), (long)of.UserId), (frame.Text("conversation"), frame.Number("id")));
            Assert.InRange(frame.Number("received"), frame.Number("read"), long.MaxValue);
            (received, read) = (Math.Max(received, frame.Number("received")), Math.Max(read, frame.Number("read")));
        }

        return (received, read);
    }

    static string Of(ModernTestClient one, ModernTestClient other) =>
        $"d:{Math.Min(one.UserId, other.UserId)}:{Math.Max(one.UserId, other.UserId)}";

    static async Task<long> UnreadAsync(ModernTestClient client) => (await EntryAsync(client)).Number("unread");

    static async Task<JsonElement> EntryAsync(ModernTestClient client) =>
        Assert.Single((await client.RequestAsync(new { msgid = 108 })).GetProperty("conversations").EnumerateArray());
}
