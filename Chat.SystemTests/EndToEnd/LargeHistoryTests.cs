using System.Text.Json;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>Messages that are as large as a frame, or larger: everybody gets them, and whatever is asked for page by page ends.</summary>
[Collection(NodeCollection.Name)]
public abstract class LargeHistoryTests : IDisposable
{
    const int MaxFrame = 65536;

    readonly TestFolder _folder;

    private protected LargeHistoryTests(StorageProvider provider) => _folder = new TestFolder(provider);

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    public sealed class OnSqlite() : LargeHistoryTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : LargeHistoryTests(StorageProvider.MySql);

    [Fact]
    public async Task What_a_message_becomes_fits_into_a_frame()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await ModernTestClient.NewAsync(node.Port, "alice");
        await using var bob = await ModernTestClient.NewAsync(node.Port, "bob");
        var conversation = $"d:{alice.UserId}:{bob.UserId}";
        Assert.Equal(0, (await alice.SendToAsync(bob.UserId, "before")).Number("errno"));
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 6, toid = bob.UserId, msg = "hi", x = new string('a', 64_800), cmid = "c" })).Number("errno"));
        Assert.Equal(0, (await alice.SendToAsync(bob.UserId, "behind")).Number("errno"));

        var refused = await alice.RequestAsync(new { msgid = 131, conversation, seq = 2, edit = new { msg = new string('b', 16_384) } });
        Assert.Equal((8, false), (refused.Number("errno"), refused.GetProperty("retry").GetBoolean()));
        Assert.Contains("too large to be delivered", refused.Text("errmsg"), StringComparison.Ordinal);
        for (var i = 0; i < 20; i++)
            Assert.Equal(0, (await bob.RequestAsync(new { msgid = 131, conversation, seq = 2, react = string.Join('\u200D', Enumerable.Repeat(char.ConvertFromUtf32(0x1F600 + i), 9)) })).Number("errno"));

        foreach (var page in await PagesAsync(bob, conversation, isBackwards: false))
            AssertFits(page);
        Assert.Equal([1L, 2, 3], SeqsOf(await PagesAsync(bob, conversation, isBackwards: false)));
        Assert.Equal([1L, 2, 3], SeqsOf(await PagesAsync(bob, conversation, isBackwards: true)).Order());
        var message = (await bob.RequestAsync(new { msgid = 107, conversation, seqs = new[] { 2 } })).GetProperty("messages")[0];
        Assert.Equal((true, false, 64_800, 20L), (message.GetProperty("truncated").GetBoolean(), message.Has("reactions"), message.Text("x").Length, message.Number("rev")));
        var change = Assert.Single((await bob.RequestAsync(new { msgid = 133, conversation, since = 0 })).GetProperty("changes").EnumerateArray());
        Assert.Equal(20, change.GetProperty("reactions").EnumerateObject().Count());
    }

    [Fact]
    public async Task What_was_stored_too_large_is_given_without_what_does_not_fit()
    {
        await using var node = await TestNode.StartAsync(_folder, "--Chat:Limits:MaxFrameBytes=262144", "--Chat:Limits:MaxTextBytes=200000");
        await using var alice = await ModernTestClient.NewAsync(node.Port, "alice");
        int bob;
        await using (var absent = await ModernTestClient.NewAsync(node.Port, "bob"))
            bob = absent.UserId;
        foreach (var (text, own) in (ValueTuple<string, string>[])[("one", ""), (new string('b', 120_000), ""), ("three", new string('a', 120_000)), ("four", "")])
            Assert.Equal(0, (await alice.RequestAsync(new { msgid = 6, toid = bob, msg = text, x = own, cmid = Guid.NewGuid().ToString("N") })).Number("errno"));
        var conversation = $"d:{alice.UserId}:{bob}";
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 131, conversation, seq = 2, edit = new { msg = new string('c', 120_000) } })).Number("errno"));
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 131, conversation, seq = 4, pin = true })).Number("errno"));
        await node.EventuallyAsync(4L, "SELECT COUNT(*) FROM OfflineMessage");
        await node.DisposeAsync();

        await using var smaller = await TestNode.StartAsync(_folder); // an operator may do this
        foreach (var protocol in (int[])[3, 2])
        {
            await using var client = await ModernTestClient.ConnectAsync(smaller.Port, protocol: protocol);
            await client.LogInAsync(new { msgid = 1, id = bob, password = "secret" });
            for (var seq = 1; seq <= 4; seq++)
            {
                var queued = await client.NextButReceiptsAsync();
                Assert.Equal((seq, true), (queued.Number("seq"), queued.GetRawText().Length < MaxFrame));
                Assert.Equal(seq is 2 or 3, queued.Has("truncated"));
            }

            Assert.Equal([1L, 2, 3, 4], SeqsOf(await PagesAsync(client, conversation, isBackwards: false)));
            var pages = await PagesAsync(client, conversation, isBackwards: true);
            Assert.All(pages, AssertFits);
            var messages = pages.SelectMany(page => page.GetProperty("messages").EnumerateArray()).OrderBy(message => message.Number("seq")).ToList();
            Assert.Equal(["one", "three", "four"], messages.Where(message => message.Number("seq") != 2).Select(message => message.Text("msg")));
            Assert.InRange(messages[1].Text("msg").Length, 60_000, MaxFrame);
            Assert.False(messages[2].Has("x"));
        }

        await using var asker = await ModernTestClient.ConnectAsync(smaller.Port, protocol: 3);
        await asker.LogInAsync(new { msgid = 1, id = bob, password = "secret" });
        var changes = await asker.RequestAsync(new { msgid = 133, conversation, since = 0 });
        AssertFits(changes);
        var (first, second) = (changes.GetProperty("changes")[0], changes.GetProperty("changes")[1]);
        Assert.Equal((2, true, false), (first.Number("seq"), first.GetProperty("truncated").GetBoolean(), first.Has("edit")));
        Assert.Equal((4, true, 2), (second.Number("seq"), second.GetProperty("pinned").GetBoolean(), changes.Number("rev")));
    }

    static void AssertFits(JsonElement frame) => Assert.InRange(frame.GetRawText().Length, 1, MaxFrame - 1);

    static List<long> SeqsOf(IEnumerable<JsonElement> pages) => [.. pages.SelectMany(page => page.GetProperty("messages").EnumerateArray()).Select(message => message.Number("seq"))];

    static async Task<List<JsonElement>> PagesAsync(ModernTestClient client, string conversation, bool isBackwards)
    {
        var (pages, from) = (new List<JsonElement>(), isBackwards ? 1000L : 0);
        while (true)
        {
            var page = isBackwards
                ? await client.RequestAsync(new { msgid = 107, conversation, before = from })
                : await client.RequestAsync(new { msgid = 107, conversation, after = from });
            pages.Add(page);
            if (!page.Has("more"))
                return pages;
            var messages = page.GetProperty("messages");
            Assert.NotEqual(0, messages.GetArrayLength());
            from = messages[isBackwards ? 0 : messages.GetArrayLength() - 1].Number("seq");
        }
    }
}
