using System.Text.Json;
using Chat.Node.Faults;
using Chat.Node.Settings;
using Chat.Protocol;
using Chat.Tests.Support;
using ChatActors.Client;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>What becomes of messages after they were sent, as clients see it.</summary>
[Collection(NodeCollection.Name)]
public abstract class MessageChangeTests : IDisposable
{
    readonly TestFolder _folder;

    private protected MessageChangeTests(StorageProvider provider) => _folder = new TestFolder(provider);

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    public sealed class OnSqlite() : MessageChangeTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : MessageChangeTests(StorageProvider.MySql);

    [Fact]
    public async Task An_edit_a_reaction_and_a_recall_are_seen_by_those_who_are_there_and_by_those_who_come()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await ModernTestClient.NewAsync(node.Port, "alice");
        await using var bob = await ModernTestClient.NewAsync(node.Port, "bob");
        await using var old = await node.ConnectAsync();
        await old.LogInAsync(new { msgid = 1, name = "bob", password = "secret" });
        Assert.Equal((3L, 2L), (bob.Hello.Number("protocol"), old.Hello.Number("protocol")));
        Assert.Contains("changes", bob.Hello.GetProperty("features").EnumerateArray().Select(feature => feature.GetString()));
        Assert.False(old.Hello.Has("features"));
        var conversation = $"d:{alice.UserId}:{bob.UserId}";
        foreach (var text in (string[])["one", "two"])
            Assert.Equal(0, (await alice.SendToAsync(bob.UserId, text)).Number("errno"));
        Assert.Equal(["one", "two"], new[] { await bob.NextButReceiptsAsync(), await bob.NextButReceiptsAsync() }.Select(push => push.Text("msg")));

        var edited = await alice.RequestAsync(new { msgid = 131, conversation, seq = 1, edit = new { msg = "uno" } });
        Assert.Equal((0L, 1L), (edited.Number("errno"), edited.Number("rev")));
        var push = await bob.NextButReceiptsAsync();
        Assert.Equal((132L, 1L, 1L, 0L), (push.Number("msgid"), push.Number("seq"), push.Number("rev"), push.Number("prev")));
        Assert.Equal("uno", push.GetProperty("edit").Text("msg"));
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 131, conversation, seq = 1, react = "👍" })).Number("errno"));
        push = await bob.NextButReceiptsAsync();
        Assert.Equal((2L, 1L, 1L), (push.Number("rev"), push.Number("prev"), push.GetProperty("reactions").Number("👍")));
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 131, conversation, seq = 2, react = "👍" })).Number("errno"));
        Assert.Equal(3, (await bob.NextButReceiptsAsync()).Number("rev"));
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 131, conversation, seq = 2, recall = true })).Number("errno"));
        push = await bob.NextButReceiptsAsync();
        Assert.Equal((2L, 4L, 3L), (push.Number("seq"), push.Number("rev"), push.Number("prev")));
        Assert.Equal(alice.UserId, push.GetProperty("recalled").Number("by"));

        var refused = await bob.RequestAsync(new { msgid = 131, conversation, seq = 1, recall = true });
        Assert.Equal((13L, false), (refused.Number("errno"), refused.GetProperty("retry").GetBoolean()));
        Assert.Equal(5, (await old.RequestAsync(new { msgid = 131, conversation, seq = 1, pin = true })).Number("errno"));

        foreach (var device in (ModernTestClient[])[bob, old])
        {
            var messages = (await device.RequestAsync(new { msgid = 107, conversation, after = 0 })).GetProperty("messages").EnumerateArray().ToList();
            Assert.Equal(["uno", ""], messages.Select(message => message.Text("msg")));
            Assert.Equal(["👍"], messages[0].GetProperty("mine").EnumerateArray().Select(mine => mine.GetString()));
            Assert.Equal((true, false, false), (messages[1].Has("recalled"), messages[1].Has("reactions"), messages[1].Has("mine")));
        }

        var changes = await bob.RequestAsync(new { msgid = 133, conversation, since = 1 });
        Assert.Equal([(1L, 2L), (2L, 4L)], changes.GetProperty("changes").EnumerateArray().Select(change => (change.Number("seq"), change.Number("rev"))));
        Assert.Equal(4, changes.Number("rev"));
        Assert.Equal(4, (await bob.RequestAsync(new { msgid = 133, conversation, since = 9007199254740991 })).Number("rev")); // a number that nobody gave
        var sync = await bob.RequestAsync(new { msgid = 108 });
        Assert.Equal(4, Assert.Single(sync.GetProperty("conversations").EnumerateArray()).Number("rev"));
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 131, conversation, seq = 1, pin = true })).Number("errno"));
        sync = await bob.RequestAsync(new { msgid = 108, since = sync.Text("token") });
        Assert.Equal(5, Assert.Single(sync.GetProperty("conversations").EnumerateArray()).Number("rev"));
        sync = await bob.RequestAsync(new { msgid = 108, since = sync.Text("token") });
        Assert.Empty(sync.GetProperty("conversations").EnumerateArray());
        await old.FenceAsync();
        Assert.DoesNotContain(old.TakeAll(), frame => frame.Number("msgid") == 132);
    }

    [Theory]
    [InlineData(nameof(CrashPoint.BeforeChange))]
    [InlineData(nameof(CrashPoint.AfterChange))]
    public async Task A_change_survives_a_sudden_death_and_revs_are_dense(string point)
    {
        string conversation;
        await using (var armed = await NodeProcess.StartAsync(_folder, $"{point}:2"))
        {
            await using var alice = await ModernTestClient.NewAsync(armed.Port, "alice");
            await using var bob = await ModernTestClient.NewAsync(armed.Port, "bob");
            conversation = $"d:{alice.UserId}:{bob.UserId}";
            Assert.Equal(0, (await alice.SendToAsync(bob.UserId, "one")).Number("errno"));
            Assert.Equal(1, (await alice.RequestAsync(new { msgid = 131, conversation, seq = 1, edit = new { msg = "acknowledged" } })).Number("rev"));
            var last = alice.StartRequestAsync(new { msgid = 131, conversation, seq = 1, react = "👍" });
            await armed.ExitAsync(NodeProcess.KilledExitCode);
            await Assert.ThrowsAsync<IOException>(() => last.WaitAsync(TestNode.Patience));
        }

        await using var node = await NodeProcess.StartAsync(_folder);
        await using var again = await ModernTestClient.ConnectAsync(node.Port, protocol: 3);
        await again.LogInAsync(new { msgid = 1, name = "alice", password = "secret" });
        var message = Assert.Single((await again.RequestAsync(new { msgid = 107, conversation, after = 0 })).GetProperty("messages").EnumerateArray());
        Assert.Equal(("acknowledged", point == nameof(CrashPoint.AfterChange)), (message.Text("msg"), message.Has("reactions")));
        // What was not answered comes again, and is the same change.
        Assert.Equal(2, await ChangedAsync(again, new { msgid = 131, conversation, seq = 1, react = "👍" }));
        Assert.Equal(3, await ChangedAsync(again, new { msgid = 131, conversation, seq = 1, unreact = "👍" }));
        await node.EventuallyAsync(3L, "SELECT MAX(rev) FROM MessageState");
        await node.EventuallyAsync(0L, "SELECT COUNT(*) FROM Reaction");
    }

    [Fact]
    public async Task The_library_changes_messages_hears_of_changes_and_goes_on_where_it_was()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await NewLibraryAsync(node.Port, "alice");
        ChatClientState state;
        ConversationId conversation;
        await using (var bob = await NewLibraryAsync(node.Port, "bob"))
        {
            conversation = ConversationId.Direct(alice.UserId!.Value, bob.UserId!.Value);
            var events = bob.ReadEventsAsync().GetAsyncEnumerator();
            await alice.SendToUserAsync(bob.UserId.Value, "one");
            Assert.Equal("one", (await NextAsync<MessageReceived>(events)).Message.Text);
            Assert.Equal(1, (await alice.EditAsync(conversation, 1, "uno")).Rev);
            var edited = await NextAsync<MessageChanged>(events);
            Assert.Equal(("uno", alice.UserId), (edited.Text, edited.By));
            Assert.Equal(ErrorCode.Forbidden, (await Assert.ThrowsAsync<ChatException>(() => bob.RecallAsync(conversation, 1))).Code);
            state = bob.GetState()!;
        }

        await alice.ReactAsync(conversation, 1, "👍");
        await alice.PinAsync(conversation, 1);
        await using var again = new ChatClient(new() { Endpoints = [new("127.0.0.1", node.Port)], State = state });
        await again.ConnectAsync();
        await again.LoginAsync("bob", "secret");
        var change = await NextAsync<MessageChanged>(again.ReadEventsAsync().GetAsyncEnumerator());
        Assert.Equal((3L, "uno", true, 1), (change.Rev, change.Text, change.IsPinned, change.Reactions!["👍"]));
        var message = Assert.Single((await again.FetchHistoryAsync(conversation)).Messages);
        Assert.Equal((3L, true, true, 1), (message.Rev, message.Edited > 0, message.IsPinned, message.Reactions["👍"]));
    }

    [Fact]
    public async Task What_a_sender_writes_in_the_words_of_the_server_is_in_no_history()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await ModernTestClient.NewAsync(node.Port, "alice");
        await using var bob = await ModernTestClient.NewAsync(node.Port, "bob");
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 6, toid = bob.UserId, msg = "one", cmid = "c", rev = 9, pinned = true, recalled = new { by = bob.UserId }, x = 1 })).Number("errno"));
        var conversation = $"d:{alice.UserId}:{bob.UserId}";
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 131, conversation, seq = 1, react = "👍" })).Number("errno"));

        var message = Assert.Single((await bob.RequestAsync(new { msgid = 107, conversation })).GetProperty("messages").EnumerateArray());
        Assert.Equal(("one", 1L, 1L, false, false), (message.Text("msg"), message.Number("x"), message.Number("rev"), message.Has("pinned"), message.Has("recalled")));
        var last = Assert.Single((await bob.RequestAsync(new { msgid = 134 })).GetProperty("conversations").EnumerateArray()).GetProperty("last");
        Assert.Equal(message.ToString(), last.ToString());
    }

    static async Task<ChatClient> NewLibraryAsync(int port, string name)
    {
        var client = new ChatClient(new() { Endpoints = [new("127.0.0.1", port)] });
        await client.ConnectAsync();
        await client.RegisterAsync(name, "secret");
        await client.LoginAsync(name, "secret");
        return client;
    }

    static async Task<T> NextAsync<T>(IAsyncEnumerator<ChatEvent> events)
        where T : ChatEvent
    {
        while (await events.MoveNextAsync().AsTask().WaitAsync(TestNode.Patience))
        {
            if (events.Current is T found)
                return found;
        }

        throw new InvalidOperationException("the client has ended");
    }

    static async Task<long> ChangedAsync(ModernTestClient client, object request)
    {
        JsonElement reply = default;
        await Eventually.EqualAsync(0L, async () => (reply = await client.RequestAsync(request)).Number("errno"));
        return reply.Number("rev");
    }
}
