using System.Net;
using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>Stored keys and what they may do.</summary>
[Collection(ApiCollection.Name)]
public sealed class KeyTests(ApiNode node)
{
    [Fact]
    public async Task A_stored_key_opens_what_its_scopes_say()
    {
        var key = await MakeAsync("read");
        Assert.Equal(HttpStatusCode.NotFound, (await node.AskAsync(HttpMethod.Get, "/groups/1000000", key: key)).Status);
        (await node.AskAsync(HttpMethod.Post, "/messages", new { from = 1, to = 2, msg = "x" }, key)).AssertProblem(HttpStatusCode.Forbidden, 6);
        (await node.AskAsync(HttpMethod.Get, "/keys", key: key)).AssertProblem(HttpStatusCode.Forbidden, 6);
    }

    [Fact]
    public async Task A_key_that_is_asked_for_twice_is_made_once_and_shown_once()
    {
        var (body, key) = (new { name = "once", scopes = new[] { "read" } }, Guid.NewGuid().ToString());
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => node.PostAsync("/keys", body, key)));
        Assert.Equal(HttpStatusCode.Created, Assert.Single(answers, answer => answer.Json.TryGetProperty("key", out _)).Status);
        Assert.Equal(4, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.Single(answers.Select(answer => answer.Int("id")).Distinct());
        Assert.Single(await node.Service<ApiKeyStore>().ListAsync(), row => row.Name == "once");
        (await node.PostAsync("/keys", new { name = "another", scopes = new[] { "read" } }, key)).AssertProblem(HttpStatusCode.UnprocessableEntity, 4);
        await node.AskAsync(HttpMethod.Delete, $"/keys/{answers[0].Int("id")}");
        (await node.PostAsync("/keys", body, key)).AssertProblem(HttpStatusCode.NotFound, 7);
    }

    [Fact]
    public async Task A_deleted_key_opens_nothing()
    {
        var made = await node.PostAsync("/keys", new { name = "short-lived", scopes = new[] { "read" } });
        Assert.Equal(HttpStatusCode.NoContent, (await node.AskAsync(HttpMethod.Delete, $"/keys/{made.Int("id")}")).Status);
        (await node.AskAsync(HttpMethod.Get, "/groups/1", key: made.Text("key"))).AssertProblem(HttpStatusCode.Unauthorized, 3);
        (await node.AskAsync(HttpMethod.Delete, $"/keys/{made.Int("id")}")).AssertProblem(HttpStatusCode.NotFound, 7);
    }

    [Fact]
    public async Task Only_a_hash_is_stored_and_a_list_does_not_tell_the_key()
    {
        var key = await MakeAsync("send", "manage");
        var stored = await node.Service<ApiKeyStore>().ListAsync();
        Assert.All(stored, row => Assert.Equal(32, row.Hash.Length));
        var listed = (await node.GetAsync("/keys")).Json.GetProperty("keys").EnumerateArray().ToList();
        Assert.NotEmpty(listed);
        Assert.All(listed, entry => Assert.False(entry.TryGetProperty("key", out _)));
        Assert.DoesNotContain(key, listed[^1].GetRawText(), StringComparison.Ordinal);
        Assert.Equal(["send", "manage"], listed[^1].GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()));
    }

    [Theory]
    [InlineData("""{"name":"x","scopes":[]}""", 422)]
    [InlineData("""{"name":"x"}""", 400)]
    [InlineData("""{"scopes":["read"]}""", 400)]
    [InlineData("""{"name":"x","scopes":["root"]}""", 422)]
    [InlineData("""{"name":"x","scopes":[null]}""", 422)]
    [InlineData("""{"name":"","scopes":["read"]}""", 422)]
    public async Task A_key_needs_a_name_and_scopes(string body, int status) =>
        (await node.AskAsync(HttpMethod.Post, "/keys", body)).AssertProblem((HttpStatusCode)status, 4);

    [Fact]
    public async Task A_key_is_found_where_its_making_says()
    {
        var made = await node.PostAsync("/keys", new { name = "found", scopes = new[] { "read" } });
        var found = await node.GetAsync(made.Location!["/api/v1".Length..]);
        Assert.Equal((HttpStatusCode.OK, made.Int("id"), "found"), (found.Status, found.Int("id"), found.Text("name")));
        Assert.False(found.Json.TryGetProperty("key", out _));
        (await node.GetAsync("/keys/1000001")).AssertProblem(HttpStatusCode.NotFound, 7);
    }

    async Task<string> MakeAsync(params string[] scopes)
    {
        var made = await node.PostAsync("/keys", new { name = "test", scopes });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        return made.Text("key");
    }
}
