using System.Net;
using System.Text.Json;
using Chat.Node.Api;
using Chat.Node.Storage;
using Chat.Tests.Actors;
using Chat.Tests.Support;
using Dapper;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>What is done over the API is noted before it is done, with what has become of it.</summary>
[Collection(ApiCollection.Name)]
public sealed class AuditTests(ApiNode node)
{
    [Fact]
    public async Task What_is_changed_is_noted_with_the_key_that_did_it()
    {
        var id = await node.NewUserAsync();
        var key = await KeyAsync("read", "manage");
        Assert.Equal(HttpStatusCode.OK, (await node.AskAsync(HttpMethod.Patch, $"/users/{id}", new { disabled = true }, key.Secret)).Status);
        (await node.AskAsync(HttpMethod.Delete, $"/users/{id}/devices/nothing", key: key.Secret)).AssertProblem(HttpStatusCode.NotFound, 7);
        Assert.Equal(HttpStatusCode.OK, (await node.AskAsync(HttpMethod.Get, $"/users/{id}", key: key.Secret)).Status);
        var entries = await EntriesOfAsync($"users/{id}");
        Assert.Equal(
            [("revokeDevice", "devices/nothing", 404), ("changeUser", "disabled", 200)],
            entries.Select(entry => (entry.GetProperty("operation").GetString()!, entry.TryGetProperty("detail", out var detail) ? detail.GetString() : null, entry.GetProperty("result").GetInt32())));
        Assert.All(entries, entry => Assert.Equal(
            (key.Id, key.Name, "127.0.0.1", node.Service<NodeIdentity>().Name),
            (entry.GetProperty("key").GetInt32(), entry.GetProperty("name").GetString(), entry.GetProperty("address").GetString(), entry.GetProperty("node").GetString())));
        Assert.True(entries[0].GetProperty("id").GetInt64() > entries[1].GetProperty("id").GetInt64());
    }

    [Fact]
    public async Task What_was_done_is_told_and_nothing_of_what_it_says()
    {
        var secret = $"secret-{Guid.NewGuid():n}";
        var (id, member) = (await node.NewUserAsync("a" + secret[8..20]), await node.NewUserAsync());
        foreach (var change in (object[])[new { disabled = true }, new { disabled = false }, new { password = secret }, new { display = secret, password = secret }])
            Assert.Equal(HttpStatusCode.OK, (await node.AskAsync(HttpMethod.Patch, $"/users/{id}", change)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await node.AskAsync(HttpMethod.Delete, $"/users/{id}")).Status);
        Assert.Equal(["disabled", "password,display", "password", "enabled", "disabled"], await DetailsOfAsync($"users/{id}"));
        var group = await node.NewGroupAsync(id, member);
        Assert.Equal(HttpStatusCode.OK, (await node.AskAsync(HttpMethod.Patch, $"/groups/{group}", new { desc = secret, keepDays = 30 })).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await node.AskAsync(HttpMethod.Patch, $"/groups/{group}/members/{member}", new { role = "admin", mutedUntil = 0 })).Status);
        Assert.Equal([$"members/{member} admin,unmuted", "desc,keepDays=30", ""], await DetailsOfAsync($"groups/{group}"));
        Assert.DoesNotContain(secret, await TextOfAllAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_settings_would_come_to_is_no_reload_and_who_looks_at_settings_or_a_message_is_noted()
    {
        await node.PostAsync("/node/reload?check=true", new { });
        Assert.Equal("check", (await DetailsOfAsync("node/reload"))[0]);
        await node.PostAsync("/node/reload", new { });
        Assert.Equal("", (await DetailsOfAsync("node/reload"))[0]);
        await node.GetAsync("/node/settings");
        Assert.Equal("listSettings", (await EntriesOfAsync("node/settings"))[0].GetProperty("operation").GetString());
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        var seq = (await node.PostAsync("/messages", new { from = alice, to = bob, msg = "hi" })).Int("seq");
        await node.GetAsync($"/conversations/d:{alice}:{bob}/messages/{seq}/trace");
        Assert.Equal("traceMessage", Assert.Single(await EntriesOfAsync($"conversations/d:{alice}:{bob}")).GetProperty("operation").GetString());
    }

    [Fact]
    public async Task Who_was_not_let_through_is_noted_with_how_often_and_a_flood_in_few_entries()
    {
        await using var started = await StartedNode.StartAsync($"--Chat:Api:Keys:0={ApiNode.Key}");
        var other = started.Node;
        var made = await other.PostAsync("/keys", new { name = "looker", scopes = new[] { "read" } });
        for (var i = 0; i < 3; i++)
            (await other.AskAsync(HttpMethod.Post, "/node/drain", key: made.Text("key"))).AssertProblem(HttpStatusCode.Forbidden, 6);
        (await other.AskAsync(HttpMethod.Get, "/users/7", key: "a-key-that-nobody-has-ever-made-here")).AssertProblem(HttpStatusCode.Unauthorized, 3);
        await other.Service<RefusedRequests>().WriteAsync();
        await other.Service<RefusedRequests>().WriteAsync(); // once
        var drain = Assert.Single(await EntriesOfAsync("node/drain", other));
        Assert.Equal(
            ("drainNode", 403, "looker", made.Int("id"), "refused 3 times within 60 s", "127.0.0.1"),
            (drain.GetProperty("operation").GetString(), drain.GetProperty("result").GetInt32(), drain.GetProperty("name").GetString(), drain.GetProperty("key").GetInt32(),
                drain.GetProperty("detail").GetString(), drain.GetProperty("address").GetString()));
        var all = (await other.GetAsync("/audit")).Json.GetProperty("entries").EnumerateArray().ToList();
        var stranger = Assert.Single(all, entry => entry.TryGetProperty("result", out var result) && result.GetInt32() == 401);
        Assert.Equal(("getUser", "", false), (stranger.GetProperty("operation").GetString(), stranger.GetProperty("subject").GetString(), stranger.TryGetProperty("key", out _)));

        for (var i = 0; i < 50; i++)
            other.Service<RefusedRequests>().Count(new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse($"10.0.0.{i}") } }, 401);
        await other.Service<RefusedRequests>().WriteAsync();
        var flood = (await other.GetAsync("/audit?limit=1000")).Json.GetProperty("entries").EnumerateArray().Take(RefusedRequests.MaxKinds + 1).ToList();
        Assert.Equal("refused 40 times within 60 s", flood[0].GetProperty("detail").GetString());
        Assert.Equal(all.Count + RefusedRequests.MaxKinds + 1, (await other.GetAsync("/audit?limit=1000")).Json.GetProperty("entries").GetArrayLength());
    }

    [Fact]
    public async Task What_is_made_is_noted_by_its_id_and_nothing_that_is_said_of_it()
    {
        var secret = $"secret-{Guid.NewGuid():n}";
        var made = await node.PostAsync("/users", new { name = secret[..20], password = secret, display = secret });
        var entry = Assert.Single(await EntriesOfAsync($"users/{made.Int("id")}"));
        Assert.Equal(("createUser", 201, 0, "settings"), (entry.GetProperty("operation").GetString(), entry.GetProperty("result").GetInt32(), entry.GetProperty("key").GetInt32(), entry.GetProperty("name").GetString()));
        Assert.DoesNotContain(secret[..20], await TextOfAllAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_is_changed_in_place_of_its_sender_is_noted_and_one_that_its_sender_changes_is_not()
    {
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        var seq = (await node.PostAsync("/messages", new { from = alice, to = bob, msg = "hi" })).Int("seq");
        var path = $"/conversations/d:{alice}:{bob}/messages/{seq}";
        Assert.Equal(HttpStatusCode.OK, (await node.AskAsync(HttpMethod.Patch, path, new { by = alice, edit = "ho" })).Status);
        Assert.Empty(await EntriesOfAsync($"conversations/d:{alice}:{bob}"));
        Assert.Equal(HttpStatusCode.OK, (await node.AskAsync(HttpMethod.Patch, path, new { recall = true })).Status);
        var entry = Assert.Single(await EntriesOfAsync($"conversations/d:{alice}:{bob}"));
        Assert.Equal(($"messages/{seq}", 200), (entry.GetProperty("detail").GetString(), entry.GetProperty("result").GetInt32()));
    }

    [Fact]
    public async Task What_ends_in_a_failure_is_noted_and_what_cannot_be_noted_is_not_done()
    {
        await using var started = await StartedNode.StartAsync($"--Chat:Api:Keys:0={ApiNode.Key}");
        var other = started.Node;
        var id = await other.NewUserAsync();
        other.Database.Reads = StatementFault.Refused;
        (await other.AskAsync(HttpMethod.Patch, $"/users/{id}", new { disabled = true })).AssertProblem(HttpStatusCode.ServiceUnavailable, 10, retry: true);
        other.Database.Reads = StatementFault.None;
        var entry = Assert.Single(await EntriesOfAsync($"users/{id}", other));
        Assert.Equal(503, entry.GetProperty("result").GetInt32());

        other.Database.Writes = StatementFault.Refused;
        (await other.AskAsync(HttpMethod.Post, "/node/drain")).AssertProblem(HttpStatusCode.ServiceUnavailable, 10, retry: true);
        other.Database.Writes = StatementFault.None;
        Assert.False(other.Service<Microsoft.Extensions.Hosting.IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
        Assert.Empty(await EntriesOfAsync("node/drain", other));
    }

    [Fact]
    public async Task An_outcome_that_cannot_be_written_is_said_in_the_log_and_the_entry_stays()
    {
        using var temporary = new Storage.TemporaryDatabase();
        var database = new FaultyDatabase(temporary.Chat);
        using var log = new CapturedLog();
        var trail = new AuditTrail(new AuditStore(database), temporary.Node, temporary.Clock, log.For<AuditTrail>());
        var context = new DefaultHttpContext { Items = { [typeof(ApiCaller)] = new ApiCaller(3, ApiScopes.All, "k") } };
        context.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(AuditRequirement.Instance), "x"));
        context.Request.Path = "/api/v1/users/7";
        await trail.BeginAsync(context);
        await trail.NoteAsync(context); // once is enough
        database.Writes = StatementFault.Refused;
        await trail.EndAsync(context, isAbandoned: true);
        Assert.Contains("answered with 499", Assert.Single(log.Of("OutcomeUnwritten")), StringComparison.Ordinal);
        var entry = Assert.Single(await new AuditStore(temporary.Chat).ListAsync(long.MaxValue, null, 10));
        Assert.Equal(("users/7", 3, null), (entry.Subject, entry.KeyId, entry.Result));
    }

    [Fact]
    public async Task The_list_comes_page_by_page_and_needs_the_scope_manage()
    {
        var id = await node.NewUserAsync();
        foreach (var display in (string[])["a", "b", "c"])
            await node.AskAsync(HttpMethod.Patch, $"/users/{id}", new { display });
        var first = (await node.GetAsync($"/audit?subject=users/{id}&limit=2")).Json;
        Assert.Equal((2, true), (first.GetProperty("entries").GetArrayLength(), first.GetProperty("more").GetBoolean()));
        var last = first.GetProperty("entries")[1].GetProperty("id").GetInt64();
        var rest = (await node.GetAsync($"/audit?subject=users/{id}&before={last}")).Json;
        Assert.Equal((1, false), (rest.GetProperty("entries").GetArrayLength(), rest.GetProperty("more").GetBoolean()));
        Assert.NotEmpty((await node.GetAsync("/audit?limit=1")).Json.GetProperty("entries").EnumerateArray());
        foreach (var wrong in (string[])["before=0", "limit=0", "limit=1001", "subject="])
            (await node.GetAsync($"/audit?{wrong}")).AssertProblem(HttpStatusCode.BadRequest, 4);
        var (_, secret, _) = await KeyAsync("read");
        (await node.AskAsync(HttpMethod.Get, "/audit", key: secret)).AssertProblem(HttpStatusCode.Forbidden, 6);
    }

    [Fact]
    public async Task What_is_too_old_goes_and_with_0_days_nothing_does()
    {
        using var temporary = new Storage.TemporaryDatabase();
        var store = new AuditStore(temporary.Chat);
        var now = temporary.Clock.Milliseconds;
        foreach (var days in (int[])[9, 8, 6])
            await store.AddAsync(new AuditEntry { At = now - (days * 86_400_000L), KeyName = "k", Operation = "o", Subject = $"users/{days}", Detail = new string('x', 500), Node = "n" });
        await new AuditPurge(store, 0, temporary.Clock, NullLogger<AuditPurge>.Instance).PurgeAsync();
        Assert.Equal(3, (await store.ListAsync(long.MaxValue, null, 10)).Count);
        await new AuditPurge(store, 7, temporary.Clock, NullLogger<AuditPurge>.Instance).PurgeAsync();
        var left = Assert.Single(await store.ListAsync(long.MaxValue, null, 10));
        Assert.Equal(("users/6", AuditStore.MaxDetail, null), (left.Subject, left.Detail.Length, left.Result));
    }

    [Theory]
    [InlineData("/api/v1/users/7", "users/7", "")]
    [InlineData("/api/v1/users/7/devices/4f9c", "users/7", "devices/4f9c")]
    [InlineData("/api/v1/conversations/d:1:3/messages/5", "conversations/d:1:3", "messages/5")]
    [InlineData("/api/v1/keys", "keys", "")]
    public void A_path_has_a_subject(string path, string subject, string detail) => Assert.Equal((subject, detail), AuditTrail.SubjectOf(path));

    async Task<List<JsonElement>> EntriesOfAsync(string subject, ApiNode? other = null) =>
        [.. (await (other ?? node).GetAsync($"/audit?subject={subject}")).Json.GetProperty("entries").EnumerateArray()];

    async Task<List<string>> DetailsOfAsync(string subject) =>
        [.. (await EntriesOfAsync(subject)).Select(entry => entry.TryGetProperty("detail", out var detail) ? detail.GetString()! : "")];

    async Task<(int Id, string Secret, string Name)> KeyAsync(params string[] scopes)
    {
        var name = ApiNode.NewName();
        var made = await node.PostAsync("/keys", new { name, scopes });
        return (made.Int("id"), made.Text("key"), name);
    }

    Task<string> TextOfAllAsync() => node.Service<IChatDatabase>().ReadAsync(async connection =>
        string.Join('\n', (await connection.QueryAsync("SELECT * FROM AuditLog")).SelectMany(row => ((IDictionary<string, object?>)row).Values)));
}
