using System.Net;
using System.Text.Json;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>What backends need to know beside messages: lists, receipts, changes, search, profiles, what newcomers see.</summary>
[Collection(ApiCollection.Name)]
public sealed class InsightTests(ApiNode node)
{
    [Fact]
    public async Task A_conversation_is_listed_as_the_users_devices_list_it()
    {
        var (name, bob) = (ApiNode.NewName(), await node.NewUserAsync());
        var alice = (await node.PostAsync("/users", new { name, password = "secret" })).Int("id");
        var group = await node.NewGroupAsync(bob, alice);
        await node.PostAsync("/messages", new { from = bob, to = alice, msg = "first" });
        await node.PostAsync("/messages", new { from = bob, group, msg = "you there", mentions = new[] { alice } });
        await node.AskAsync(HttpMethod.Patch, $"/conversations/g:{group}/messages/1", new { by = bob, edit = "you there?" });
        using var device = await LineClient.ConnectAsync(node.ChatPort, protocol: 3);
        Assert.Equal(0, (await device.AskAsync(new { msgid = 1, name, password = "secret" })).GetProperty("errno").GetInt32());
        var direct = $"d:{bob}:{alice}";
        await Support.Eventually.EqualAsync(0, async () => (await device.AskAsync(new { msgid = 111, pin = direct, mute = $"g:{group}", @ref = 1 })).GetProperty("errno").GetInt32());
        Assert.Equal(0, (await device.AskAsync(new { msgid = 135, conversation = direct, unread = true, archive = true, draft = "not yet", @ref = 2 })).GetProperty("errno").GetInt32());

        var listed = (await node.GetAsync($"/users/{alice}/conversations")).Json.GetProperty("conversations").EnumerateArray().ToList();
        Assert.Equal([$"g:{group}", direct], listed.Select(each => each.GetProperty("conversation").GetString()));
        var (first, second) = (listed[0], listed[1]);
        Assert.Equal((1, 1, "you there?", 1), (first.GetProperty("mentions").GetInt32(), first.GetProperty("rev").GetInt32(), first.GetProperty("last").GetProperty("msg").GetString(), first.GetProperty("last").GetProperty("rev").GetInt32()));
        Assert.True(first.GetProperty("muted").GetBoolean());
        Assert.All((string[])["pinned", "archived", "marked", "peer", "floor"], key => Assert.False(first.TryGetProperty(key, out _), key));
        Assert.All((string[])["pinned", "archived", "marked"], key => Assert.True(second.GetProperty(key).GetBoolean(), key));
        Assert.Equal(0, second.GetProperty("peer").GetProperty("read").GetInt32()); // the product has sent it, bob has read nothing
        Assert.False(second.TryGetProperty("draft", out _)); // nobody has said it yet

        Assert.Equal(0, (await device.AskAsync(new { msgid = 135, conversation = direct, clear_to = 1, @ref = 3 })).GetProperty("errno").GetInt32());
        second = (await node.GetAsync($"/users/{alice}/conversations")).Json.GetProperty("conversations")[1];
        Assert.Equal((2, false), (second.GetProperty("floor").GetInt32(), second.TryGetProperty("last", out _)));
    }

    [Fact]
    public async Task Who_has_a_message_is_told()
    {
        var (name, bob) = (ApiNode.NewName(), await node.NewUserAsync());
        var alice = (await node.PostAsync("/users", new { name, password = "secret" })).Int("id");
        var id = (await node.PostAsync("/messages", new { from = bob, to = alice, msg = "first" })).Text("conversation");
        var path = $"/conversations/{id}/messages/1/receipts";
        Assert.Equal(0, (await node.GetAsync(path)).Int("read"));
        using var device = await LineClient.ConnectAsync(node.ChatPort, protocol: 3);
        Assert.Equal(0, (await device.AskAsync(new { msgid = 1, name, password = "secret" })).GetProperty("errno").GetInt32());
        Assert.Equal(0, (await device.AskAsync(new { msgid = 109, conversation = id, seq = 1, @ref = 1 })).GetProperty("errno").GetInt32());
        var told = (await node.GetAsync(path)).Json;
        Assert.Equal((1, 1, 1, false), (told.GetProperty("members").GetInt32(), told.GetProperty("received").GetInt32(), told.GetProperty("read").GetInt32(), told.GetProperty("more").GetBoolean()));
        Assert.Equal((alice, 1), (told.GetProperty("who")[0].GetProperty("id").GetInt32(), told.GetProperty("who")[0].GetProperty("read").GetInt32()));
        Assert.Empty((await node.GetAsync($"{path}?after={alice}")).Json.GetProperty("who").EnumerateArray());
        (await node.GetAsync($"/conversations/{id}/messages/9/receipts")).AssertProblem(HttpStatusCode.NotFound, 7);
        (await node.GetAsync($"{path}?limit=1001")).AssertProblem(HttpStatusCode.BadRequest, 4);
    }

    [Fact]
    public async Task What_has_changed_since_is_told()
    {
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        var id = $"d:{alice}:{bob}";
        foreach (var msg in (string[])["one", "two"])
            await node.PostAsync("/messages", new { from = alice, to = bob, msg });
        await node.AskAsync(HttpMethod.Patch, $"/conversations/{id}/messages/1", new { by = alice, edit = "uno" });
        await node.AskAsync(HttpMethod.Patch, $"/conversations/{id}/messages/2", new { by = bob, react = "👍" });
        var first = (await node.GetAsync($"/conversations/{id}/changes?limit=1")).Json;
        Assert.Equal((1, true, "uno"), (first.GetProperty("rev").GetInt32(), first.GetProperty("more").GetBoolean(), first.GetProperty("changes")[0].GetProperty("edit").GetProperty("msg").GetString()));
        var rest = (await node.GetAsync($"/conversations/{id}/changes?since=1")).Json;
        Assert.Equal((2, false, 1), (rest.GetProperty("rev").GetInt32(), rest.GetProperty("more").GetBoolean(), rest.GetProperty("changes")[0].GetProperty("reactions").GetProperty("👍").GetInt32()));
        foreach (var query in (string[])["since=-1", "limit=0", "since=x"])
            (await node.GetAsync($"/conversations/{id}/changes?{query}")).AssertProblem(HttpStatusCode.BadRequest, 4);
    }

    [Fact]
    public async Task Messages_are_found_in_what_a_user_sees()
    {
        var (alice, bob, carol) = (await node.NewUserAsync(), await node.NewUserAsync(), await node.NewUserAsync());
        var word = $"w{Guid.NewGuid():n}"[..12];
        var id = (await node.PostAsync("/messages", new { from = alice, to = bob, msg = $"the {word} is here" })).Text("conversation");
        await Support.Eventually.EqualAsync(1, async () => (await HitsAsync(bob, $"text={word}")).Count);
        var hit = (await HitsAsync(bob, $"text={word}&conversation={id}&from={alice}")).Single();
        Assert.Equal((id, 1, alice), (hit.GetProperty("conversation").GetString(), hit.GetProperty("seq").GetInt32(), hit.GetProperty("id").GetInt32()));
        Assert.Empty(await HitsAsync(carol, $"text={word}"));
        (await node.GetAsync($"/users/{bob}/search")).AssertProblem(HttpStatusCode.BadRequest, 4);
        (await node.GetAsync($"/users/{bob}/search?text=x&conversation=x")).AssertProblem(HttpStatusCode.BadRequest, 4);
        (await node.GetAsync($"/users/{carol}/search?text=x&conversation={id}")).AssertProblem(HttpStatusCode.UnprocessableEntity, 6);
        (await node.GetAsync($"/users/1000001/search?text={word}")).AssertProblem(HttpStatusCode.NotFound, 7);
    }

    [Fact]
    public async Task A_user_has_a_picture_and_a_word_about_itself()
    {
        var user = await node.NewUserAsync();
        const string Avatar = "https://example.com/a.png";
        var changed = await node.AskAsync(HttpMethod.Patch, $"/users/{user}", new { avatar = Avatar, about = "hello\nworld" });
        Assert.Equal((HttpStatusCode.OK, Avatar, "hello\nworld"), (changed.Status, changed.Text("avatar"), changed.Text("about")));
        Assert.Equal((Avatar, "A."), ((await node.AskAsync(HttpMethod.Patch, $"/users/{user}", new { display = "A." })).Text("avatar"), (await node.GetAsync($"/users/{user}")).Text("display")));
        (await node.AskAsync(HttpMethod.Patch, $"/users/{user}", new { avatar = "javascript:alert(1)" })).AssertProblem(HttpStatusCode.UnprocessableEntity, 4);
        var without = await node.AskAsync(HttpMethod.Patch, $"/users/{user}", new { avatar = "", about = "" });
        Assert.All((string[])["avatar", "about"], key => Assert.False(without.Json.TryGetProperty(key, out _)));
    }

    [Fact]
    public async Task A_group_says_what_newcomers_see()
    {
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        var all = await node.NewGroupAsync(alice);
        Assert.Equal("all", (await node.GetAsync($"/groups/{all}")).Text("history"));
        Assert.Equal("joined", (await node.AskAsync(HttpMethod.Patch, $"/groups/{all}", new { history = "joined" })).Text("history"));
        (await node.AskAsync(HttpMethod.Patch, $"/groups/{all}", new { history = "some" })).AssertProblem(HttpStatusCode.BadRequest, 4);
        (await node.PostAsync("/groups", new { name = ApiNode.NewName(), creator = alice, history = "some" })).AssertProblem(HttpStatusCode.BadRequest, 4);
        var made = await node.PostAsync("/groups", new { name = ApiNode.NewName(), creator = alice, history = "joined" }, ApiNode.NewName());
        Assert.Equal((HttpStatusCode.Created, "joined"), (made.Status, made.Text("history")));
        var word = $"w{Guid.NewGuid():n}"[..12];
        await node.PostAsync("/messages", new { from = alice, group = made.Int("id"), msg = $"before {word}" });
        await node.AskAsync(HttpMethod.Post, $"/groups/{made.Int("id")}/members", new { ids = new[] { bob } });
        await Support.Eventually.EqualAsync(1, async () => (await HitsAsync(alice, $"text={word}")).Count);
        Assert.Empty(await HitsAsync(bob, $"text={word}"));
    }

    async Task<List<JsonElement>> HitsAsync(int user, string query)
    {
        var answer = await node.GetAsync($"/users/{user}/search?{query}");
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Json.GetRawText());
        return answer.Json.GetProperty("hits").EnumerateArray().ToList();
    }
}
