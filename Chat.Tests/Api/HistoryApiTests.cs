using System.Net;
using System.Text.Json;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>The history that the product's own servers read is that of clients (107).</summary>
[Collection(ApiCollection.Name)]
public sealed class HistoryApiTests(ApiNode node)
{
    [Fact]
    public async Task Messages_are_shown_with_what_has_become_of_them()
    {
        var (alice, bob, id) = await SendAsync("one", "two", "three");
        await ChangeAsync(id, 1, new { by = alice, edit = "uno" });
        await ChangeAsync(id, 1, new { by = bob, react = "👍" });
        await ChangeAsync(id, 2, new { by = alice, recall = true });
        await ChangeAsync(id, 3, new { by = bob, pin = true });
        var messages = await MessagesAsync(id);
        var (edited, recalled, pinned) = (messages[0], messages[1], messages[2]);
        Assert.Equal(("uno", 2, 1), (edited.GetProperty("msg").GetString(), edited.GetProperty("rev").GetInt32(), edited.GetProperty("reactions").GetProperty("👍").GetInt32()));
        Assert.True(edited.GetProperty("edited").GetInt64() >= edited.GetProperty("ts").GetInt64());
        Assert.False(edited.TryGetProperty("mine", out _)); // the product reacts with nothing
        Assert.Equal(("", alice, 3), (recalled.GetProperty("msg").GetString(), recalled.GetProperty("recalled").GetProperty("by").GetInt32(), recalled.GetProperty("rev").GetInt32()));
        Assert.Equal(("three", true, 4), (pinned.GetProperty("msg").GetString(), pinned.GetProperty("pinned").GetBoolean(), pinned.GetProperty("rev").GetInt32()));
    }

    [Fact]
    public async Task What_a_sender_says_of_its_own_message_is_not_the_servers_word()
    {
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        var forged = new { by = bob, ts = 1 };
        var sent = await node.PostAsync("/messages", new { from = alice, to = bob, msg = "x", edited = 1, recalled = forged, reactions = new { a = 99 }, pinned = true, rev = 7, mine = new[] { "a" }, replies = 9, last_reply = 9, colour = "red" });
        Assert.Equal(HttpStatusCode.OK, sent.Status);
        var message = Assert.Single(await MessagesAsync(sent.Text("conversation")));
        Assert.All((string[])["edited", "recalled", "reactions", "pinned", "rev", "mine", "replies", "last_reply"], key => Assert.False(message.TryGetProperty(key, out _), key));
        Assert.Equal("red", message.GetProperty("colour").GetString());
    }

    [Fact]
    public async Task A_thread_is_counted_where_it_begins_and_read_alone()
    {
        var (alice, bob, id) = await SendAsync("the question", "something else");
        for (var i = 0; i < 2; i++)
            await node.PostAsync("/messages", new { from = bob, to = alice, msg = $"answer {i}", thread = 1 });
        var root = (await MessagesAsync(id))[0];
        Assert.Equal((2, 4), (root.GetProperty("replies").GetInt32(), root.GetProperty("last_reply").GetInt32()));
        Assert.Equal([1, 3, 4], await SeqsAsync(id, "?thread=1"));
        Assert.Equal([1, 3], await SeqsAsync(id, "?thread=1&after=0&limit=2"));
        Assert.Equal([1, 4], await SeqsAsync(id, "?seqs=4,1,9"));
    }

    [Theory]
    [InlineData("?seqs=")]
    [InlineData("?seqs=1,x")]
    [InlineData("?seqs=0")]
    [InlineData("?seqs=1&after=1")]
    [InlineData("?thread=0")]
    [InlineData("?thread=1&seqs=1")]
    public async Task A_place_that_is_none_is_refused(string query) =>
        (await node.GetAsync($"/conversations/d:1:2/messages{query}")).AssertProblem(HttpStatusCode.BadRequest, 4);

    [Fact]
    public async Task More_than_a_page_may_have_counts_as_a_page()
    {
        var (_, _, id) = await SendAsync("one", "two");
        Assert.Equal([1, 2], await SeqsAsync(id, "?limit=5000"));
        Assert.Equal([2], await SeqsAsync(id, "?limit=1"));
        (await node.GetAsync($"/conversations/{id}/messages?seqs={string.Join(',', Enumerable.Range(1, 101))}")).AssertProblem(HttpStatusCode.BadRequest, 4);
    }

    async Task<(int Alice, int Bob, string Conversation)> SendAsync(params string[] texts)
    {
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        foreach (var msg in texts)
            Assert.Equal(HttpStatusCode.OK, (await node.PostAsync("/messages", new { from = alice, to = bob, msg })).Status);
        return (alice, bob, $"d:{alice}:{bob}");
    }

    async Task ChangeAsync(string id, int seq, object change) =>
        Assert.Equal(HttpStatusCode.OK, (await node.AskAsync(HttpMethod.Patch, $"/conversations/{id}/messages/{seq}", change)).Status);

    async Task<List<JsonElement>> MessagesAsync(string id, string query = "") =>
        (await node.GetAsync($"/conversations/{id}/messages{query}")).Json.GetProperty("messages").EnumerateArray().ToList();

    async Task<List<int>> SeqsAsync(string id, string query) => (await MessagesAsync(id, query)).ConvertAll(message => message.GetProperty("seq").GetInt32());
}
