using System.Net;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>Groups and their members.</summary>
[Collection(ApiCollection.Name)]
public sealed class GroupTests(ApiNode node)
{
    [Fact]
    public async Task A_group_is_made_with_its_members_and_found_again()
    {
        var (alice, bob, name) = (await node.NewUserAsync(), await node.NewUserAsync(), ApiNode.NewName());
        var made = await node.PostAsync("/groups", new { name, desc = "all", creator = alice, members = new[] { bob, bob, alice } });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Equal($"/api/v1/groups/{made.Int("id")}", made.Location);
        var found = await node.GetAsync($"/groups/{made.Int("id")}");
        Assert.Equal((name, "all", 2), (found.Text("name"), found.Text("desc"), found.Int("members")));
        Assert.Equal([$"{alice} creator", $"{bob} normal"], await MembersAsync(made.Int("id")));
    }

    [Fact]
    public async Task A_group_is_made_once_however_often_it_is_asked_for()
    {
        var body = new { name = ApiNode.NewName(), creator = await node.NewUserAsync() };
        var key = Guid.NewGuid().ToString();
        var first = await node.PostAsync("/groups", body, key);
        var second = await node.PostAsync("/groups", body, key);
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (first.Status, second.Status));
        Assert.Equal(first.Int("id"), second.Int("id"));
        (await node.PostAsync("/groups", body)).AssertProblem(HttpStatusCode.Conflict, 1);
        (await node.PostAsync("/groups", new { name = ApiNode.NewName(), body.creator }, key)).AssertProblem(HttpStatusCode.UnprocessableEntity, 4);
    }

    [Fact]
    public async Task Many_who_ask_at_once_make_one_group()
    {
        var body = new { name = ApiNode.NewName(), creator = await node.NewUserAsync() };
        var key = Guid.NewGuid().ToString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => node.PostAsync("/groups", body, key)));
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.Single(answers.Select(answer => answer.Int("id")).Distinct());
    }

    [Fact]
    public async Task A_group_needs_a_name_a_creator_and_users_that_exist()
    {
        var alice = await node.NewUserAsync();
        (await node.PostAsync("/groups", new { creator = alice })).AssertProblem(HttpStatusCode.BadRequest, 4);
        (await node.PostAsync("/groups", new { name = "x" })).AssertProblem(HttpStatusCode.BadRequest, 4);
        (await node.PostAsync("/groups", new { name = "a\u200bb", creator = alice })).AssertProblem(HttpStatusCode.UnprocessableEntity, 4);
        (await node.PostAsync("/groups", new { name = ApiNode.NewName(), creator = alice, members = Enumerable.Range(1, 1001) })).AssertProblem(HttpStatusCode.BadRequest, 4);
        var missing = await node.PostAsync("/groups", new { name = ApiNode.NewName(), creator = alice, members = new[] { 1_000_001 } });
        missing.AssertProblem(HttpStatusCode.UnprocessableEntity, 7);
        Assert.Contains("1000001", missing.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Members_come_and_go_and_the_conversation_knows_at_once()
    {
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        var group = await node.NewGroupAsync(alice);
        (await SendAsync(bob, group)).AssertProblem(HttpStatusCode.UnprocessableEntity, 6); // the conversation lives, and does not know him
        Assert.Equal(HttpStatusCode.NoContent, (await node.PostAsync($"/groups/{group}/members", new { ids = new[] { bob } })).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(bob, group)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await node.AskAsync(HttpMethod.Delete, $"/groups/{group}/members", new { ids = new[] { bob } })).Status);
        (await SendAsync(bob, group)).AssertProblem(HttpStatusCode.UnprocessableEntity, 6);
        Assert.Equal([$"{alice} creator"], await MembersAsync(group));
    }

    [Fact]
    public async Task Changing_members_again_changes_nothing()
    {
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        var group = await node.NewGroupAsync(alice, bob);
        Assert.Equal(HttpStatusCode.NoContent, (await node.PostAsync($"/groups/{group}/members", new { ids = new[] { alice, bob } })).Status);
        Assert.Equal([$"{alice} creator", $"{bob} normal"], await MembersAsync(group));
        Assert.Equal(HttpStatusCode.NoContent, (await node.AskAsync(HttpMethod.Delete, $"/groups/{group}/members", new { ids = new[] { 1_000_001 } })).Status);
    }

    [Fact]
    public async Task Members_are_listed_page_by_page()
    {
        var alice = await node.NewUserAsync();
        int[] others = [await node.NewUserAsync(), await node.NewUserAsync(), await node.NewUserAsync()];
        var group = await node.NewGroupAsync(alice, others);
        var first = await node.GetAsync($"/groups/{group}/members?limit=2");
        Assert.True(first.Json.GetProperty("more").GetBoolean());
        var rest = await node.GetAsync($"/groups/{group}/members?limit=2&after={others[0]}");
        Assert.False(rest.Json.GetProperty("more").GetBoolean());
        Assert.Equal([others[1], others[2]], rest.Json.GetProperty("members").EnumerateArray().Select(member => member.GetProperty("id").GetInt32()));
        (await node.GetAsync($"/groups/{group}/members?limit=0")).AssertProblem(HttpStatusCode.BadRequest, 4);
        (await node.GetAsync($"/groups/{group}/members?after=x")).AssertProblem(HttpStatusCode.BadRequest, 4);
    }

    [Fact]
    public async Task A_group_gets_another_name_that_is_free()
    {
        var alice = await node.NewUserAsync();
        var (group, other, name) = (await node.NewGroupAsync(alice), await node.NewGroupAsync(alice), ApiNode.NewName());
        var changed = await node.AskAsync(HttpMethod.Patch, $"/groups/{group}", new { name, desc = "new" });
        Assert.Equal((HttpStatusCode.OK, name, "new"), (changed.Status, changed.Text("name"), changed.Text("desc")));
        (await node.AskAsync(HttpMethod.Patch, $"/groups/{other}", new { name = name.ToUpperInvariant() })).AssertProblem(HttpStatusCode.Conflict, 1);
        Assert.Equal(HttpStatusCode.OK, (await node.AskAsync(HttpMethod.Patch, $"/groups/{group}", new { name })).Status); // its own is no conflict
        (await node.AskAsync(HttpMethod.Patch, $"/groups/{group}", new { desc = "a\u0007" })).AssertProblem(HttpStatusCode.UnprocessableEntity, 4);
    }

    [Fact]
    public async Task Nobody_sends_to_a_group_that_was_deleted()
    {
        var alice = await node.NewUserAsync();
        var group = await node.NewGroupAsync(alice);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(alice, group)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await node.AskAsync(HttpMethod.Delete, $"/groups/{group}")).Status);
        (await SendAsync(alice, group)).AssertProblem(HttpStatusCode.NotFound, 7);
        foreach (var path in (string[])["messages", "changes", "messages/1/receipts"])
            (await node.GetAsync($"/conversations/g:{group}/{path}")).AssertProblem(HttpStatusCode.NotFound, 7);
        (await node.AskAsync(HttpMethod.Patch, $"/conversations/g:{group}/messages/1", new { edit = "late" })).AssertProblem(HttpStatusCode.NotFound, 7);
        Assert.NotEqual(group, await node.NewGroupAsync(alice)); // or it would have the old one's messages
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("PATCH", "")]
    [InlineData("GET", "/members")]
    [InlineData("POST", "/members")]
    [InlineData("DELETE", "/members")]
    public async Task A_group_that_does_not_exist_is_not_found(string method, string path)
    {
        object? body = method switch { "GET" => null, "PATCH" => new { desc = "x" }, _ => new { ids = new[] { 1 } } };
        (await node.AskAsync(new HttpMethod(method), $"/groups/1000001{path}", body)).AssertProblem(HttpStatusCode.NotFound, 7);
    }

    Task<Answer> SendAsync(int from, int group) => node.PostAsync("/messages", new { from, group, msg = "hi" });

    async Task<List<string>> MembersAsync(int group) => (await node.GetAsync($"/groups/{group}/members")).Json.GetProperty("members").EnumerateArray()
        .Select(member => $"{member.GetProperty("id").GetInt32()} {member.GetProperty("role").GetString()}").ToList();
}
