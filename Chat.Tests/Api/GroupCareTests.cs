using System.Net;
using System.Text.Json;
using Chat.Node.People;
using Chat.Node.Storage;
using Chat.Tests.Support;
using Dapper;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>Roles, mutes, bans, join requests and policies of groups, for the product's own servers.</summary>
[Collection(ApiCollection.Name)]
public sealed class GroupCareTests(ApiNode node)
{
    [Fact]
    public async Task Members_get_roles_and_a_new_creator_makes_the_one_before_an_admin()
    {
        var (alice, bob, carol) = (await node.NewUserAsync(), await node.NewUserAsync(), await node.NewUserAsync());
        var group = await node.NewGroupAsync(alice, bob, carol);
        for (var time = 0; time < 2; time++) // what is so already is a success
            await DoneAsync(HttpMethod.Patch, $"/groups/{group}/members/{bob}", new { role = "admin" });
        Assert.Equal(["creator", "admin", "normal"], await RolesAsync(group));
        for (var time = 0; time < 2; time++)
            await DoneAsync(HttpMethod.Patch, $"/groups/{group}/members/{carol}", new { role = "creator" });
        Assert.Equal(["admin", "admin", "creator"], await RolesAsync(group));
        (await node.AskAsync(HttpMethod.Patch, $"/groups/{group}/members/{carol}", new { role = "normal" })).AssertProblem(HttpStatusCode.Forbidden, 13);
        (await node.AskAsync(HttpMethod.Patch, $"/groups/{group}/members/{await node.NewUserAsync()}", new { role = "admin" })).AssertProblem(HttpStatusCode.NotFound, 7);
    }

    [Fact]
    public async Task Who_is_muted_sends_nothing_until_that_is_over()
    {
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        var group = await node.NewGroupAsync(alice, bob);
        await DoneAsync(HttpMethod.Patch, $"/groups/{group}/members/{bob}", new { mutedUntil = Chat.Protocol.MuteChange.Forever });
        (await node.PostAsync("/messages", new { from = bob, group, msg = "x" })).AssertProblem(HttpStatusCode.Forbidden, 13);
        await DoneAsync(HttpMethod.Patch, $"/groups/{group}/members/{bob}", new { mutedUntil = 0 });
        Assert.Equal(HttpStatusCode.OK, (await node.PostAsync("/messages", new { from = bob, group, msg = "x" })).Status);
    }

    [Fact]
    public async Task Who_is_banned_is_out_listed_and_comes_in_again_when_that_is_over()
    {
        var (alice, bob, carol) = (await node.NewUserAsync(), await node.NewUserAsync(), await node.NewUserAsync());
        var group = await node.NewGroupAsync(alice, bob);
        await DoneAsync(HttpMethod.Post, $"/groups/{group}/bans", new { ids = new[] { bob, carol } });
        Assert.Equal(["creator"], await RolesAsync(group));
        Assert.Equal([bob, carol], await UsersAsync($"/groups/{group}/bans"));
        Assert.Equal([carol], await UsersAsync($"/groups/{group}/bans?after={bob}"));
        Assert.True((await node.GetAsync($"/groups/{group}/bans?limit=1")).Json.GetProperty("more").GetBoolean());
        Assert.Equal(Chat.Protocol.ErrorCode.Forbidden, (await node.Service<Groups>().JoinAsync(bob, group)).Refusal?.Error);
        for (var time = 0; time < 2; time++)
            await DoneAsync(HttpMethod.Delete, $"/groups/{group}/bans", new { ids = new[] { bob, carol } });
        Assert.Empty(await UsersAsync($"/groups/{group}/bans"));
        Assert.Null((await node.Service<Groups>().JoinAsync(bob, group)).Refusal);
    }

    [Fact]
    public async Task Who_asks_is_listed_let_in_or_declined()
    {
        var (alice, bob, carol) = (await node.NewUserAsync(), await node.NewUserAsync(), await node.NewUserAsync());
        var group = await node.NewGroupAsync(alice);
        var changed = await node.AskAsync(HttpMethod.Patch, $"/groups/{group}", new { joining = "ask", sending = "admins", avatar = "https://example.com/a.png" });
        Assert.Equal(("ask", "admins", "https://example.com/a.png"), (changed.Text("joining"), changed.Text("sending"), changed.Text("avatar")));
        foreach (var user in (int[])[bob, carol])
            Assert.True((await node.Service<Groups>().JoinAsync(user, group)).HasAsked);
        Assert.Equal([bob, carol], await UsersAsync($"/groups/{group}/requests"));
        for (var time = 0; time < 2; time++)
        {
            await DoneAsync(HttpMethod.Post, $"/groups/{group}/requests/accept", new { ids = new[] { bob } });
            await DoneAsync(HttpMethod.Post, $"/groups/{group}/requests/decline", new { ids = new[] { carol } });
        }

        Assert.Empty(await UsersAsync($"/groups/{group}/requests"));
        Assert.Equal(["creator", "normal"], await RolesAsync(group));
        (await node.PostAsync($"/groups/{group}/requests/accept", new { ids = new[] { carol } })).AssertProblem(HttpStatusCode.NotFound, 7);
        (await node.PostAsync("/messages", new { from = bob, group, msg = "x" })).AssertProblem(HttpStatusCode.Forbidden, 13);
    }

    [Fact]
    public async Task Who_waits_to_be_let_in_is_told_of_a_ban()
    {
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        var group = await node.NewGroupAsync(alice);
        await node.AskAsync(HttpMethod.Patch, $"/groups/{group}", new { joining = "ask" });
        var token = (await node.PostAsync($"/users/{bob}/tokens", new { })).Text("token");
        using var device = await LineClient.ConnectAsync(node.ChatPort, protocol: 3);
        Assert.Equal(0, (await device.AskAsync(new { msgid = 1, token })).GetProperty("errno").GetInt32());
        Assert.True((await device.AskAsync(new { msgid = 9, groupid = group, @ref = 1 })).GetProperty("asked").GetBoolean());
        await DoneAsync(HttpMethod.Post, $"/groups/{group}/bans", new { ids = new[] { bob } });
        var told = (await device.NextAsync())!.Value;
        Assert.Equal((130, "banned"), (told.GetProperty("msgid").GetInt32(), told.GetProperty("change").GetString()));
    }

    [Fact]
    public async Task A_group_is_found_by_its_name_by_who_could_come_in_and_by_nobody_else()
    {
        var (alice, bob, name) = (await node.NewUserAsync(), await node.NewUserAsync(), ApiNode.NewName());
        var group = (await node.PostAsync("/groups", new { name, creator = alice })).Int("id");
        var token = (await node.PostAsync($"/users/{bob}/tokens", new { })).Text("token");
        using var device = await LineClient.ConnectAsync(node.ChatPort, protocol: 3);
        Assert.Equal(0, (await device.AskAsync(new { msgid = 1, token })).GetProperty("errno").GetInt32());
        var found = await device.AskAsync(new { msgid = 124, name = name.ToUpperInvariant(), @ref = 1 });
        Assert.Equal((group, name), (found.GetProperty("groupid").GetInt32(), found.GetProperty("name").GetString()));
        Assert.Equal(7, (await device.AskAsync(new { msgid = 124, name = ApiNode.NewName(), @ref = 2 })).GetProperty("errno").GetInt32());
        await node.AskAsync(HttpMethod.Patch, $"/groups/{group}", new { joining = "invite" });
        Assert.Equal(7, (await device.AskAsync(new { msgid = 124, name, @ref = 3 })).GetProperty("errno").GetInt32());
    }

    [Fact]
    public async Task What_is_queued_of_a_deleted_group_comes_no_more_and_deleting_twice_is_a_success()
    {
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        var group = await node.NewGroupAsync(alice, bob);
        Assert.Equal(HttpStatusCode.OK, (await node.PostAsync("/messages", new { from = alice, group, msg = "x" })).Status);
        var queue = node.Service<OfflineStore>();
        await Eventually.EqualAsync(1, async () => (await queue.ReadAsync(bob, 0, 10)).Count);
        for (var time = 0; time < 2; time++)
            Assert.Equal(HttpStatusCode.NoContent, (await node.AskAsync(HttpMethod.Delete, $"/groups/{group}")).Status);
        Assert.Empty(await queue.ReadAsync(bob, 0, 10));
        Assert.Equal(0, await node.Service<IChatDatabase>().ReadAsync(connection => connection.ExecuteScalarAsync<long>($"SELECT COUNT(*) FROM OfflineMessage WHERE userid = {bob}")));
    }

    [Theory]
    [InlineData("PATCH", "/members/1", """{"role":"king"}""")]
    [InlineData("PATCH", "/members/1", "{}")]
    [InlineData("PATCH", "/members/1", """{"mutedUntil":-1}""")]
    [InlineData("PATCH", "", """{"joining":"maybe"}""")]
    [InlineData("PATCH", "", """{"sending":"nobody"}""")]
    [InlineData("POST", "/bans", """{"ids":[]}""")]
    [InlineData("POST", "/requests/decline", """{"ids":[0]}""")]
    public async Task What_is_wrong_is_refused_by_its_name(string method, string path, string body)
    {
        var group = await node.NewGroupAsync(await node.NewUserAsync());
        (await node.AskAsync(new HttpMethod(method), $"/groups/{group}{path}", body)).AssertProblem(HttpStatusCode.BadRequest, 4);
    }

    [Theory]
    [InlineData("GET", "/bans", null)]
    [InlineData("GET", "/requests", null)]
    [InlineData("POST", "/bans", """{"ids":[1]}""")]
    [InlineData("POST", "/requests/accept", """{"ids":[1]}""")]
    [InlineData("PATCH", "/members/1", """{"role":"admin"}""")]
    public async Task A_group_that_is_not_there_is_named(string method, string path, string? body) =>
        (await node.AskAsync(new HttpMethod(method), $"/groups/1000001{path}", body)).AssertProblem(HttpStatusCode.NotFound, 7);

    async Task DoneAsync(HttpMethod method, string path, object body)
    {
        var answer = await node.AskAsync(method, path, body);
        Assert.True(answer.Status == HttpStatusCode.NoContent, answer.Json.ToString());
    }

    async Task<List<string>> RolesAsync(int group) =>
        [.. (await node.GetAsync($"/groups/{group}/members")).Json.GetProperty("members").EnumerateArray().Select(member => member.GetProperty("role").GetString()!)];

    async Task<List<int>> UsersAsync(string path) =>
        [.. (await node.GetAsync(path)).Json.GetProperty("users").EnumerateArray().Select((JsonElement user) => user.GetProperty("id").GetInt32())];
}
