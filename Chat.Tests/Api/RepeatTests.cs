using System.Net;
using System.Security.Cryptography;
using Chat.Node.Storage;
using Chat.Tests.Support;
using Dapper;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>Requests that make something and come again.</summary>
[Collection(ApiCollection.Name)]
public sealed class RepeatTests(ApiNode node)
{
    [Fact]
    public async Task A_user_of_an_issuer_is_asked_for_with_a_key_once()
    {
        var (key, subject) = (ApiNode.NewName(), ApiNode.NewName());
        var first = await UpsertAsync(subject, "one", key);
        var second = await UpsertAsync(subject, "one", key);
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK, first.Int("id")), (first.Status, second.Status, second.Int("id")));
        (await UpsertAsync($"{subject}-2", "one", key)).AssertProblem(HttpStatusCode.UnprocessableEntity, 4);
        (await node.GetAsync($"/users?issuer=shop&subject={subject}-2")).AssertProblem(HttpStatusCode.NotFound, 7);
        var known = ApiNode.NewName(); // of one who is there already
        Assert.Equal("two", (await UpsertAsync(subject, "two", known)).Text("display"));
        Assert.Equal(HttpStatusCode.OK, (await UpsertAsync(subject, "two", known)).Status);
        (await UpsertAsync(subject, "three", known)).AssertProblem(HttpStatusCode.UnprocessableEntity, 4);
        Assert.Equal("two", (await node.GetAsync($"/users/{first.Int("id")}")).Text("display"));
    }

    [Fact]
    public async Task Many_with_the_same_key_make_one_user_of_an_issuer()
    {
        var (key, subject) = (ApiNode.NewName(), ApiNode.NewName());
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => UpsertAsync(subject, "one", key)));
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.Single(answers.Select(answer => answer.Int("id")).Distinct());
    }

    [Fact]
    public async Task A_token_that_is_asked_for_again_is_the_same_and_stored_nowhere()
    {
        var (user, key) = (await node.NewUserAsync(), ApiNode.NewName());
        var path = $"/users/{user}/tokens";
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => node.PostAsync(path, new { ttl = 60 }, key)));
        Assert.Equal(HttpStatusCode.Created, Assert.Single(answers, answer => answer.Status != HttpStatusCode.OK).Status);
        var token = Assert.Single(answers.Select(answer => answer.Text("token")).Distinct());
        Assert.Single(answers.Select(answer => answer.Json.GetProperty("expires").GetInt64()).Distinct());
        using var device = await LineClient.ConnectAsync(node.ChatPort);
        Assert.Equal(user, (await device.AskAsync(new { msgid = 1, token })).GetProperty("id").GetInt32());
        (await node.PostAsync(path, new { ttl = 61 }, key)).AssertProblem(HttpStatusCode.UnprocessableEntity, 4);
        Assert.NotEqual(token, (await node.PostAsync($"/users/{await node.NewUserAsync()}/tokens", new { ttl = 60 }, key)).Text("token"));
        Assert.NotEqual(token, (await node.PostAsync(path, new { ttl = 60 })).Text("token"));
    }

    [Fact]
    public async Task Keys_of_different_keys_of_the_api_do_not_meet()
    {
        var (user, key) = (await node.NewUserAsync(), ApiNode.NewName());
        var other = (await node.PostAsync("/keys", new { name = "other", scopes = new[] { "manage" } })).Text("key");
        var one = await node.PostAsync("/users", new { name = ApiNode.NewName() }, key);
        var two = await node.AskAsync(HttpMethod.Post, "/users", new { name = ApiNode.NewName() }, other, key);
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (one.Status, two.Status));
        var path = $"/users/{user}/tokens";
        Assert.NotEqual(
            (await node.PostAsync(path, new { ttl = 60 }, key)).Text("token"), (await node.AskAsync(HttpMethod.Post, path, new { ttl = 60 }, other, key)).Text("token"));
    }

    [Fact]
    public async Task A_file_that_is_announced_again_is_the_same()
    {
        using var folder = new TestFolder();
        await using var started = await StartedNode.StartAsync($"--Chat:Api:Keys:0={ApiNode.Key}", $"--Chat:Files:Folder={folder.Path}");
        var (user, key) = (await started.Node.NewUserAsync(), ApiNode.NewName());
        var file = new { user, name = "a.txt", size = 3, type = "text/plain", sha256 = Convert.ToHexStringLower(SHA256.HashData("abc"u8)) };
        var first = await started.Node.PostAsync("/files", file, key);
        Assert.True(first.Status == HttpStatusCode.Created, first.Json.GetRawText());
        for (var i = 0; i < 25; i++) // more than may be open
        {
            var again = await started.Node.PostAsync("/files", file, key);
            Assert.Equal((HttpStatusCode.OK, first.Text("attachment"), first.Text("put")), (again.Status, again.Text("attachment"), again.Text("put")));
        }

        (await started.Node.PostAsync("/files", file with { size = 4 }, key)).AssertProblem(HttpStatusCode.UnprocessableEntity, 4);
        Assert.NotEqual(first.Text("attachment"), (await started.Node.PostAsync("/files", file)).Text("attachment"));
    }

    [Fact]
    public async Task A_key_that_is_none_is_refused_everywhere()
    {
        var user = await node.NewUserAsync();
        var key = new string('k', 65);
        (await node.PostAsync($"/users/{user}/tokens", new { }, key)).AssertProblem(HttpStatusCode.BadRequest, 4);
        (await node.PostAsync("/files", new { user }, key)).AssertProblem(HttpStatusCode.BadRequest, 4);
        (await UpsertAsync(ApiNode.NewName(), "x", key)).AssertProblem(HttpStatusCode.BadRequest, 4);
    }

    /// <summary>Whoever reads the database could try out passwords as fast as a machine hashes.</summary>
    [Fact]
    public async Task Nothing_is_stored_of_a_request_by_which_its_password_could_be_tried_out()
    {
        var body = new { name = ApiNode.NewName(), password = "secret" };
        var made = await node.PostAsync("/users", body, ApiNode.NewName());
        Assert.Equal(HttpStatusCode.Created, made.Status);
        var stored = await node.Database.ReadAsync(connection => connection.QuerySingleAsync<RepeatedWrite>(
            "SELECT hash, fingerprint, made, created FROM ApiRequest WHERE made = @id ORDER BY created DESC LIMIT 1", new { id = made.Int("id") }));
        var known = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new { Name = body.name, Display = (string?)null, Password = body.password, External = (object?)null });
        Assert.NotEqual(SHA256.HashData(known), stored.Fingerprint);
        Assert.DoesNotContain(Convert.ToHexString(SHA256.HashData([.. stored.Fingerprint.AsSpan(0, 16), .. known]).AsSpan(0, 16)), Convert.ToHexString(stored.Fingerprint), StringComparison.Ordinal);
    }

    Task<Answer> UpsertAsync(string subject, string display, string key) => node.PostAsync("/users", new { display, external = new { issuer = "shop", subject } }, key);
}
