using System.Net;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>Changes of messages, for the product's own servers.</summary>
[Collection(ApiCollection.Name)]
public sealed class ChangeApiTests(ApiNode node)
{
    [Fact]
    public async Task A_message_is_changed_in_a_users_name_by_the_rules_of_that_user()
    {
        var (alice, bob, path) = await SendAsync();
        for (var time = 0; time < 2; time++)
            Assert.Equal(1, (await ChangeAsync(path, new { by = alice, edit = "uno" })).Int("rev"));
        Assert.Equal("uno", await TextAsync(path));
        Assert.Equal(2, (await ChangeAsync(path, new { by = bob, react = "👍" })).Int("rev"));
        Assert.Equal(3, (await ChangeAsync(path, new { by = bob, unreact = "👍" })).Int("rev"));
        Assert.Equal(4, (await ChangeAsync(path, new { by = bob, pin = true })).Int("rev"));
        (await node.AskAsync(HttpMethod.Patch, path, new { by = bob, edit = "x" })).AssertProblem(HttpStatusCode.Forbidden, 13);
        (await node.AskAsync(HttpMethod.Patch, path, new { by = await node.NewUserAsync(), react = "👍" })).AssertProblem(HttpStatusCode.UnprocessableEntity, 6);
        Assert.Equal(5, (await ChangeAsync(path, new { by = alice, recall = true })).Int("rev"));
        Assert.Equal("", await TextAsync(path));
        (await node.AskAsync(HttpMethod.Patch, path, new { by = alice, edit = "x" })).AssertProblem(HttpStatusCode.Forbidden, 13);
    }

    [Fact]
    public async Task Without_a_user_the_product_changes_it_in_its_senders_name_also_in_a_group_and_from_a_muted_one()
    {
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        var group = await node.NewGroupAsync(alice, bob);
        Assert.Equal(HttpStatusCode.OK, (await node.PostAsync("/messages", new { from = bob, group, msg = "a word" })).Status);
        await node.AskAsync(HttpMethod.Patch, $"/groups/{group}/members/{bob}", new { mutedUntil = Chat.Protocol.MuteChange.Forever });
        var path = $"/conversations/g:{group}/messages/1";
        (await node.AskAsync(HttpMethod.Patch, path, new { by = bob, edit = "x" })).AssertProblem(HttpStatusCode.Forbidden, 13);
        (await node.AskAsync(HttpMethod.Patch, path, new { by = bob, pin = true })).AssertProblem(HttpStatusCode.Forbidden, 13);
        using var device = await LogInAsync(alice);
        Assert.Equal(1, (await ChangeAsync(path, new { edit = "*****" })).Int("rev"));
        Assert.Equal("*****", await TextAsync(path));
        var told = (await device.NextAsync())!.Value;
        while (told.GetProperty("msgid").GetInt32() != 132)
            told = (await device.NextAsync())!.Value; // the message itself was queued
        Assert.Equal(bob, told.GetProperty("by").GetInt32());
        Assert.Equal(2, (await ChangeAsync(path, new { pin = true })).Int("rev"));
        Assert.Equal(3, (await ChangeAsync(path, new { recall = true })).Int("rev"));
        Assert.Equal("", await TextAsync(path));
    }

    [Fact]
    public async Task A_key_that_only_sends_changes_in_the_name_of_users_only()
    {
        var (alice, _, path) = await SendAsync();
        var sender = (await node.PostAsync("/keys", new { name = "s", scopes = new[] { "send" } })).Text("key");
        Assert.Equal(HttpStatusCode.OK, (await node.AskAsync(HttpMethod.Patch, path, new { by = alice, edit = "x" }, sender)).Status);
        (await node.AskAsync(HttpMethod.Patch, path, new { recall = true }, sender)).AssertProblem(HttpStatusCode.Forbidden, 6);
        var reader = (await node.PostAsync("/keys", new { name = "r", scopes = new[] { "read" } })).Text("key");
        (await node.AskAsync(HttpMethod.Patch, path, new { by = alice, edit = "y" }, reader)).AssertProblem(HttpStatusCode.Forbidden, 6);
    }

    [Theory]
    [InlineData("{}", HttpStatusCode.BadRequest)]
    [InlineData("""{"edit":"x","pin":true}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"recall":false}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"react":"👍"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"by":1,"react":"words"}""", HttpStatusCode.UnprocessableEntity)]
    public async Task What_is_wrong_is_refused(string body, HttpStatusCode status) =>
        (await node.AskAsync(HttpMethod.Patch, (await SendAsync()).Path, body)).AssertProblem(status, 4);

    [Fact]
    public async Task What_is_not_there_is_refused()
    {
        var (alice, _, path) = await SendAsync();
        (await node.AskAsync(HttpMethod.Patch, "/conversations/x:1/messages/1", new { by = alice, recall = true })).AssertProblem(HttpStatusCode.BadRequest, 4);
        (await node.AskAsync(HttpMethod.Patch, path[..^1] + "9", new { by = alice, recall = true })).AssertProblem(HttpStatusCode.UnprocessableEntity, 6);
        (await node.AskAsync(HttpMethod.Patch, path[..^1] + "9", new { recall = true })).AssertProblem(HttpStatusCode.UnprocessableEntity, 6);
        (await node.AskAsync(HttpMethod.Patch, path, new { by = 1_000_001, recall = true })).AssertProblem(HttpStatusCode.UnprocessableEntity, 7);
        Assert.Equal(HttpStatusCode.NoContent, (await node.AskAsync(HttpMethod.Delete, $"/users/{alice}")).Status);
        (await node.AskAsync(HttpMethod.Patch, path, new { by = alice, recall = true })).AssertProblem(HttpStatusCode.UnprocessableEntity, 6);
    }

    async Task<(int Alice, int Bob, string Path)> SendAsync()
    {
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        Assert.Equal(HttpStatusCode.OK, (await node.PostAsync("/messages", new { from = alice, to = bob, msg = "one" })).Status);
        return (alice, bob, $"/conversations/d:{alice}:{bob}/messages/1");
    }

    async Task<Answer> ChangeAsync(string path, object body)
    {
        var answer = await node.AskAsync(HttpMethod.Patch, path, body);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Json.ToString());
        return answer;
    }

    async Task<string> TextAsync(string path) =>
        (await node.GetAsync(path[..path.LastIndexOf('/')])).Json.GetProperty("messages").EnumerateArray()
            .Where(each => each.GetProperty("id").GetInt32() > 0).Select(each => each.GetProperty("msg").GetString()!).Single();

    async Task<LineClient> LogInAsync(int user)
    {
        var token = (await node.PostAsync($"/users/{user}/tokens", new { })).Text("token");
        var device = await LineClient.ConnectAsync(node.ChatPort, protocol: 3);
        Assert.Equal(0, (await device.AskAsync(new { msgid = 1, token })).GetProperty("errno").GetInt32());
        return device;
    }
}
