using System.Net;
using System.Text.Json;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>Users, their tokens and sessions.</summary>
[Collection(ApiCollection.Name)]
public sealed class UserTests(ApiNode node)
{
    [Fact]
    public async Task A_user_is_made_and_found_by_id_and_name()
    {
        var name = ApiNode.NewName();
        var made = await node.PostAsync("/users", new { name, display = "Alice A." });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Equal($"/api/v1/users/{made.Int("id")}", made.Location);
        foreach (var path in (string[])[$"/users/{made.Int("id")}", $"/users?name={name.ToUpperInvariant()}"])
        {
            var found = await node.GetAsync(path);
            Assert.Equal((made.Int("id"), name, "Alice A.", "offline", false), (found.Int("id"), found.Text("name"), found.Text("display"), found.Text("state"), found.Json.GetProperty("disabled").GetBoolean()));
        }
    }

    [Fact]
    public async Task A_user_of_an_issuer_is_made_once_and_brought_up_to_date()
    {
        var external = new { issuer = "shop", subject = ApiNode.NewName() };
        var first = await node.PostAsync("/users", new { name = ApiNode.NewName(), external });
        var second = await node.PostAsync("/users", new { name = ApiNode.NewName(), display = "New", external });
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (first.Status, second.Status));
        Assert.Equal((first.Int("id"), first.Text("name"), "New"), (second.Int("id"), second.Text("name"), second.Text("display")));
        var found = await node.GetAsync($"/users?issuer=shop&subject={external.subject}");
        Assert.Equal((first.Int("id"), external.subject), (found.Int("id"), found.Json.GetProperty("external").GetProperty("subject").GetString()));
        Assert.NotEqual(first.Int("id"), (await node.PostAsync("/users", new { name = ApiNode.NewName(), external = new { issuer = "blog", external.subject } })).Int("id"));
    }

    [Fact]
    public async Task A_user_of_an_issuer_needs_no_name()
    {
        var external = new { issuer = "shop", subject = ApiNode.NewName() };
        var made = await node.PostAsync("/users", new { external });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.NotEqual("", made.Text("name"));
        (await node.PostAsync("/users", new { name = made.Text("name"), external = new { issuer = "shop", subject = "another" } })).AssertProblem(HttpStatusCode.Conflict, 1);
    }

    [Fact]
    public async Task Many_who_ask_at_once_make_one_user()
    {
        var body = new { name = ApiNode.NewName(), external = new { issuer = "shop", subject = ApiNode.NewName() } };
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => node.PostAsync("/users", body)));
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.Single(answers.Select(answer => answer.Int("id")).Distinct());
    }

    [Fact]
    public async Task A_repetition_with_the_same_key_finds_the_user()
    {
        var body = new { name = ApiNode.NewName() };
        var key = Guid.NewGuid().ToString();
        var first = await node.PostAsync("/users", body, key);
        var second = await node.PostAsync("/users", body, key);
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK, first.Int("id")), (first.Status, second.Status, second.Int("id")));
        (await node.PostAsync("/users", body)).AssertProblem(HttpStatusCode.Conflict, 1);
        (await node.PostAsync("/users", new { name = ApiNode.NewName() }, key)).AssertProblem(HttpStatusCode.UnprocessableEntity, 4);
    }

    [Theory]
    [InlineData("""{}""", 400)]
    [InlineData("""{"name":"a\u200bb"}""", 422)]
    [InlineData("""{"name":""}""", 422)]
    [InlineData("""{"name":"x","password":""}""", 422)]
    [InlineData("""{"name":"x","display":""}""", 422)]
    [InlineData("""{"Name":"x"}""", 400)]
    [InlineData("""{"name":"x","display":"a\u202Eb"}""", 422)]
    [InlineData("""{"name":"x","external":{"issuer":"s","subject":7}}""", 400)]
    [InlineData("""{"name":"x","external":{}}""", 400)]
    [InlineData("""{"name":"x","external":{"issuer":"","subject":"s"}}""", 400)]
    [InlineData("""{"name":"x","password":"p","external":{"issuer":"i","subject":"s"}}""", 422)]
    public async Task A_wrong_user_is_refused(string body, int status) =>
        (await node.AskAsync(HttpMethod.Post, "/users", body)).AssertProblem((HttpStatusCode)status, 4);

    [Fact]
    public async Task A_user_who_does_not_exist_is_not_found()
    {
        foreach (var path in (string[])["/users/1000001", "/users?name=nobody-at-all", "/users?issuer=x&subject=y"])
            (await node.GetAsync(path)).AssertProblem(HttpStatusCode.NotFound, 7);
        (await node.AskAsync(HttpMethod.Patch, "/users/1000001", new { display = "x" })).AssertProblem(HttpStatusCode.NotFound, 7);
        (await node.AskAsync(HttpMethod.Delete, "/users/1000001")).AssertProblem(HttpStatusCode.NotFound, 7);
        (await node.PostAsync("/users/1000001/tokens", new { })).AssertProblem(HttpStatusCode.NotFound, 7);
        (await node.AskAsync(HttpMethod.Delete, "/users/1000001/sessions")).AssertProblem(HttpStatusCode.NotFound, 7);
        (await node.GetAsync("/users")).AssertProblem(HttpStatusCode.BadRequest, 4);
        (await node.GetAsync("/users?issuer=x")).AssertProblem(HttpStatusCode.BadRequest, 4);
    }

    [Fact]
    public async Task A_token_logs_in_as_often_as_it_likes()
    {
        var user = await node.NewUserAsync();
        var token = await TokenAsync(user);
        using var phone = await LineClient.ConnectAsync(node.ChatPort);
        using var desk = await LineClient.ConnectAsync(node.ChatPort);
        var (one, other) = (await LogInAsync(phone, token), await LogInAsync(desk, token));
        Assert.Equal((0, user, 0), (one.GetProperty("errno").GetInt32(), one.GetProperty("id").GetInt32(), other.GetProperty("errno").GetInt32()));
        Assert.Equal(105, (await phone.AskAsync(new { msgid = 104 })).GetProperty("msgid").GetInt32()); // the second login has not replaced the first
        Assert.NotEqual(one.GetProperty("token").GetString(), other.GetProperty("token").GetString()); // each device has a resume token of its own
    }

    [Fact]
    public async Task A_token_is_good_for_so_long()
    {
        var user = await node.NewUserAsync();
        foreach (var ttl in (int[])[0, -1, 2_592_001])
            (await node.PostAsync($"/users/{user}/tokens", new { ttl })).AssertProblem(HttpStatusCode.UnprocessableEntity, 4);
        var token = (await node.PostAsync($"/users/{user}/tokens", new { ttl = 1 })).Text("token");
        await Support.Eventually.EqualAsync(1, async () =>
        {
            using var device = await LineClient.ConnectAsync(node.ChatPort);
            return (await LogInAsync(device, token)).GetProperty("errno").GetInt32();
        });
    }

    [Fact]
    public async Task Ending_sessions_ends_connections_and_tokens()
    {
        var user = await node.NewUserAsync();
        var token = await TokenAsync(user);
        using var device = await LineClient.ConnectAsync(node.ChatPort);
        var resume = (await LogInAsync(device, token)).GetProperty("token").GetString()!;
        Assert.Equal(HttpStatusCode.NoContent, (await node.AskAsync(HttpMethod.Delete, $"/users/{user}/sessions")).Status);
        var goAway = (await device.NextAsync())!.Value;
        Assert.Equal((106, "revoked", false), (goAway.GetProperty("msgid").GetInt32(), goAway.GetProperty("reason").GetString(), goAway.GetProperty("reconnect").GetBoolean()));
        Assert.Null(await device.NextAsync());
        foreach (var old in (string[])[token, resume])
        {
            using var again = await LineClient.ConnectAsync(node.ChatPort);
            Assert.Equal(1, (await LogInAsync(again, old)).GetProperty("errno").GetInt32());
        }

        using var next = await LineClient.ConnectAsync(node.ChatPort);
        Assert.Equal(0, (await LogInAsync(next, await TokenAsync(user))).GetProperty("errno").GetInt32());
    }

    [Fact]
    public async Task A_disabled_user_is_shut_out_until_it_is_enabled()
    {
        var (name, other) = (ApiNode.NewName(), await node.NewUserAsync());
        var user = (await node.PostAsync("/users", new { name, password = "secret" })).Int("id");
        var token = await TokenAsync(user);
        using var online = await LineClient.ConnectAsync(node.ChatPort);
        Assert.Equal(0, (await online.AskAsync(new { msgid = 1, name, password = "secret" })).GetProperty("errno").GetInt32());
        Assert.Equal(HttpStatusCode.NoContent, (await node.AskAsync(HttpMethod.Delete, $"/users/{user}")).Status);
        Assert.Equal("""{"msgid":106,"reason":"banned","reconnect":false}""", (await online.NextAsync())!.Value.GetRawText());
        Assert.True((await node.GetAsync($"/users/{user}")).Json.GetProperty("disabled").GetBoolean());
        using var device = await LineClient.ConnectAsync(node.ChatPort);
        Assert.Equal(1, (await LogInAsync(device, token)).GetProperty("errno").GetInt32());
        Assert.Equal(1, (await device.AskAsync(new { msgid = 1, name, password = "secret" })).GetProperty("errno").GetInt32());
        (await node.PostAsync($"/users/{user}/tokens", new { })).AssertProblem(HttpStatusCode.UnprocessableEntity, 4);
        (await node.PostAsync("/messages", new { from = user, to = other, msg = "x" })).AssertProblem(HttpStatusCode.UnprocessableEntity, 4);
        Assert.Equal(HttpStatusCode.OK, (await node.PostAsync("/messages", new { from = other, to = user, msg = "for later" })).Status);
        Assert.Equal(HttpStatusCode.OK, (await node.AskAsync(HttpMethod.Patch, $"/users/{user}", new { disabled = false })).Status);
        Assert.Equal(0, (await device.AskAsync(new { msgid = 1, name, password = "secret" })).GetProperty("errno").GetInt32());
    }

    [Fact]
    public async Task A_password_and_a_display_name_are_changed()
    {
        var name = ApiNode.NewName();
        var user = (await node.PostAsync("/users", new { name })).Int("id");
        using var device = await LineClient.ConnectAsync(node.ChatPort);
        Assert.Equal(1, (await device.AskAsync(new { msgid = 1, name, password = "" })).GetProperty("errno").GetInt32());
        var changed = await node.AskAsync(HttpMethod.Patch, $"/users/{user}", new { display = "A.", password = "new" });
        Assert.Equal((HttpStatusCode.OK, "A."), (changed.Status, changed.Text("display")));
        Assert.Equal(0, (await device.AskAsync(new { msgid = 1, name, password = "new" })).GetProperty("errno").GetInt32());
        (await node.AskAsync(HttpMethod.Patch, $"/users/{user}", new { password = "" })).AssertProblem(HttpStatusCode.UnprocessableEntity, 4);
        foreach (var display in (string[])["", "*", " x", "a\u200Bb", "\u202Ea", "a\nb", new string('x', 51)])
            (await node.AskAsync(HttpMethod.Patch, $"/users/{user}", new { display })).AssertProblem(HttpStatusCode.UnprocessableEntity, 4);
    }

    async Task<string> TokenAsync(int user) => (await node.PostAsync($"/users/{user}/tokens", new { ttl = 60 })).Text("token");

    static Task<JsonElement> LogInAsync(LineClient device, string token) => device.AskAsync(new { msgid = 1, token });
}
