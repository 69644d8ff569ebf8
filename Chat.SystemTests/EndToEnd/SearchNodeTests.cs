using System.Text.Json;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>Looking for messages, as clients do.</summary>
[Collection(NodeCollection.Name)]
public abstract class SearchNodeTests : IDisposable
{
    readonly TestFolder _folder;

    private protected SearchNodeTests(StorageProvider provider) => _folder = new TestFolder(provider);

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    public sealed class OnSqlite() : SearchNodeTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : SearchNodeTests(StorageProvider.MySql);

    [Fact]
    public async Task What_is_said_is_found_soon_after_and_what_is_edited_or_taken_back_by_what_it_says_then()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await ModernTestClient.NewAsync(node.Port, "alice");
        await using var bob = await ModernTestClient.NewAsync(node.Port, "bob");
        await using var eve = await ModernTestClient.NewAsync(node.Port, "eve");
        Assert.Contains("search", alice.Hello.GetProperty("features").EnumerateArray().Select(feature => feature.GetString()));
        var conversation = $"d:{alice.UserId}:{bob.UserId}";
        foreach (var text in (string[])["我家在上海东边", "the Secret plan", "another plan"])
            Assert.Equal(0, (await alice.SendToAsync(bob.UserId, text)).Number("errno"));

        await EventuallyAsync(bob, "上海", "我家在上海东边");
        await EventuallyAsync(bob, "plan", "another plan", "the Secret plan");
        Assert.Empty(await FindAsync(eve, "plan"));
        var hit = Assert.Single((await SearchAsync(bob, new { msgid = 137, text = "secret", conversation })).GetProperty("hits").EnumerateArray());
        Assert.Equal((conversation, 2L, (long)alice.UserId), (hit.Text("conversation"), hit.Number("seq"), hit.Number("id")));
        Assert.InRange(hit.Number("ts"), 1, long.MaxValue);

        var page = await SearchAsync(bob, new { msgid = 137, text = "plan", limit = 1 });
        Assert.True(page.GetProperty("more").GetBoolean());
        var rest = await SearchAsync(bob, new { msgid = 137, text = "plan", limit = 1, after = page.Text("after") });
        Assert.Equal("the Secret plan", Assert.Single(rest.GetProperty("hits").EnumerateArray()).Text("msg"));
        Assert.False(rest.Has("more"));

        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 131, conversation, seq = 3, edit = new { msg = "an idea" } })).Number("errno"));
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 131, conversation, seq = 2, recall = true })).Number("errno"));
        Assert.Empty(await FindAsync(bob, "plan"));
        await EventuallyAsync(bob, "idea", "an idea");
        await Eventually.EqualAsync(true, async () => (await SearchAsync(bob, new { msgid = 137, text = "idea" })).Number("indexed") > 0);
    }

    [Fact]
    public async Task What_was_said_before_there_was_an_index_is_found_after_the_start()
    {
        int user;
        await using (var node = await TestNode.StartAsync(_folder, "--Chat:Search:Enabled=false"))
        {
            await using var alice = await ModernTestClient.NewAsync(node.Port, "alice");
            user = alice.UserId;
            Assert.DoesNotContain("search", alice.Hello.GetProperty("features").EnumerateArray().Select(feature => feature.GetString()));
            Assert.Equal(0, (await alice.SendToAsync(user, "an old word")).Number("errno"));
            var refusal = await alice.RequestAsync(new { msgid = 137, text = "old" });
            Assert.Equal((17L, "this server has no search"), (refusal.Number("errno"), refusal.Text("errmsg")));
        }

        await using (var node = await TestNode.StartAsync(_folder))
        {
            await using var alice = await ModernTestClient.ConnectAsync(node.Port, protocol: 3);
            await alice.LogInAsync(new { msgid = 1, id = user, password = "secret" });
            await EventuallyAsync(alice, "old", "an old word");
        }
    }

    [Fact]
    public async Task What_cannot_be_looked_for_is_refused_by_its_name()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await ModernTestClient.NewAsync(node.Port, "alice");
        await using var bob = await ModernTestClient.NewAsync(node.Port, "bob");
        Assert.Equal(0, (await bob.SendToAsync(bob.UserId, "mine")).Number("errno"));
        async Task RefusedAsync(long errno, string reason, object request)
        {
            var refusal = await alice.RequestAsync(request);
            Assert.Equal(errno, refusal.Number("errno"));
            Assert.Contains(reason, refusal.Text("errmsg"), StringComparison.Ordinal);
        }

        await RefusedAsync(4, "\"text\" has nothing to look for", new { msgid = 137, text = "👍 !" });
        await RefusedAsync(4, "\"after\" must be what the page before says", new { msgid = 137, text = "a", after = "1.2.3" });
        await RefusedAsync(8, "at most 64 are expected", new { msgid = 137, text = string.Join(' ', Enumerable.Range(1, 65)) });
        await RefusedAsync(6, "you take no part in", new { msgid = 137, text = "mine", conversation = $"d:{bob.UserId}:{bob.UserId}" });
        var named = await alice.RequestAsync(new { msgid = 137, text = "mine", conversation = "g:77" });
        Assert.Equal((6L, "g:77"), (named.Number("errno"), named.Text("conversation")));
        await using var old = await node.ConnectAsync();
        await old.LogInAsync(new { msgid = 1, name = "alice", password = "secret" });
        Assert.Equal(5, (await old.RequestAsync(new { msgid = 137, text = "a" })).Number("errno"));
    }

    static Task EventuallyAsync(ModernTestClient client, string text, params string[] expected) =>
        Eventually.EqualAsync(string.Join('|', expected), async () => string.Join('|', await FindAsync(client, text)));

    static async Task<List<string>> FindAsync(ModernTestClient client, string text) =>
        [.. (await SearchAsync(client, new { msgid = 137, text })).GetProperty("hits").EnumerateArray().Select(hit => hit.Text("msg"))];

    static async Task<JsonElement> SearchAsync(ModernTestClient client, object request)
    {
        var reply = await client.RequestAsync(request);
        Assert.Equal(0, reply.Number("errno"));
        return reply;
    }
}
