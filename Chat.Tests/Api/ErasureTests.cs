using System.Net;
using System.Text;
using System.Text.Json;
using Chat.Node.Storage;
using Chat.Tests.Support;
using Dapper;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>A user who is exported, and then erased: nothing that it has said or called itself is anywhere in the database, and numbers go on.</summary>
public sealed class ErasureTests
{
    /// <summary>In everything that is the user's own.</summary>
    const string Marker = "secret";

    sealed record Users(int Alice, int Bob, int Carol, string Name)
    {
        public string WithCarol => $"d:{Alice}:{Carol}";
    }

    [Fact]
    public async Task Nothing_of_the_user_is_left_and_others_go_on()
    {
        await using var started = await StartedNode.StartAsync($"--Chat:Api:Keys:0={ApiNode.Key}");
        var node = started.Node;
        var users = await MakeAsync(node);
        using var carol = await LogInAsync(node, users.Carol);
        using var alice = await LineClient.ConnectAsync(node.ChatPort, protocol: 3);
        var group = await SayAsync(node, users, alice, carol);
        Assert.NotEmpty(await MarkedAsync(node)); // it would be found

        Assert.Equal(HttpStatusCode.Accepted, (await node.PostAsync($"/users/{users.Alice}/erase", new { })).Status);
        Assert.Equal("banned", (await NextOfAsync(alice, 106)).GetProperty("reason").GetString());
        JsonElement told;
        do
            told = await NextOfAsync(carol, 132);
        while (told.GetProperty("conversation").GetString() != users.WithCarol || !told.TryGetProperty("recalled", out _));
        Assert.Equal(users.Alice, told.GetProperty("recalled").GetProperty("by").GetInt32());
        var done = await FinishedAsync(node, users.Alice);

        Assert.Equal((5, "done"), (done.Int("messages"), done.Text("step")));
        Assert.Equal([], await MarkedAsync(node));
        var history = await AskAsync(carol, new { msgid = 107, conversation = users.WithCarol, @ref = 20 });
        Assert.Equal(
            [(1, "", true), (2, "hello", false), (3, "", true)],
            history.GetProperty("messages").EnumerateArray().Select(each => (each.GetProperty("seq").GetInt32(), each.GetProperty("msg").GetString()!, each.TryGetProperty("recalled", out _))));
        Assert.DoesNotContain(history.GetProperty("messages").EnumerateArray(), each => each.TryGetProperty("reactions", out var reactions) && reactions.EnumerateObject().Any());
        Assert.Equal(7, Errno(await AskAsync(carol, new { msgid = 6, toid = users.Alice, msg = "are you there?", cmid = "late", @ref = 21 })));
        var members = (await node.GetAsync($"/groups/{group}/members")).Json.GetProperty("members").EnumerateArray().Select(each => (each.GetProperty("id").GetInt32(), each.GetProperty("role").GetString()!));
        Assert.Equal([(users.Bob, "creator"), (users.Carol, "normal")], members.Order());
        await AssertShutOutAsync(node, users);
    }

    [Fact]
    public async Task It_is_done_again_for_what_has_come_since_and_harms_nobody()
    {
        await using var started = await StartedNode.StartAsync($"--Chat:Api:Keys:0={ApiNode.Key}");
        var node = started.Node;
        var users = await MakeAsync(node);
        foreach (var _ in (int[])[1, 2])
        {
            Assert.Equal(HttpStatusCode.Accepted, (await node.AskAsync(HttpMethod.Delete, $"/users/{users.Alice}?erase=true")).Status);
            await FinishedAsync(node, users.Alice);
        }

        Assert.Equal($"erased-{users.Alice}", (await node.GetAsync($"/users/{users.Alice}")).Text("name"));
        Assert.False((await node.GetAsync($"/users/{users.Bob}")).Json.GetProperty("disabled").GetBoolean());
        (await node.PostAsync("/users/1000001/erase", new { })).AssertProblem(HttpStatusCode.NotFound, 7);
        (await node.GetAsync($"/users/{users.Bob}/erasure")).AssertProblem(HttpStatusCode.NotFound, 7);
    }

    [Fact]
    public async Task The_name_is_another_one_if_somebody_is_called_so()
    {
        await using var started = await StartedNode.StartAsync($"--Chat:Api:Keys:0={ApiNode.Key}");
        var id = await started.Node.NewUserAsync();
        await started.Node.NewUserAsync($"Erased-{id}");
        await started.Node.PostAsync($"/users/{id}/erase", new { });
        await FinishedAsync(started.Node, id);
        Assert.Equal($"erased-{id}-1", (await started.Node.GetAsync($"/users/{id}")).Text("name"));
    }

    [Fact]
    public async Task Without_a_history_queues_are_looked_through()
    {
        await using var started = await StartedNode.StartAsync($"--Chat:Api:Keys:0={ApiNode.Key}", "--Chat:History:Enabled=false");
        var node = started.Node;
        var (alice, bob, carol) = (await node.NewUserAsync(), await node.NewUserAsync(), await node.NewUserAsync());
        using var device = await LogInAsync(node, alice, protocol: 2);
        Assert.Equal(0, Errno(await device.AskAsync(new { msgid = 6, toid = bob, msg = $"{Marker} word", cmid = "1", @ref = 1 })));
        using var other = await LogInAsync(node, carol, protocol: 2);
        Assert.Equal(0, Errno(await other.AskAsync(new { msgid = 6, toid = bob, msg = "hello", cmid = "1", @ref = 1 })));
        await Eventually.EqualAsync(2, () => CountAsync(node, "SELECT COUNT(*) FROM OfflineMessage"));
        await node.PostAsync($"/users/{alice}/erase", new { });
        await FinishedAsync(node, alice);
        Assert.Equal([], await MarkedAsync(node));
        Assert.Equal(1, await CountAsync(node, "SELECT COUNT(*) FROM OfflineMessage"));
    }

    [Fact]
    public async Task What_is_kept_of_a_user_is_exported_line_by_line()
    {
        await using var started = await StartedNode.StartAsync($"--Chat:Api:Keys:0={ApiNode.Key}");
        var node = started.Node;
        var users = await MakeAsync(node);
        using var carol = await LogInAsync(node, users.Carol);
        using var alice = await LineClient.ConnectAsync(node.ChatPort, protocol: 3);
        var group = await SayAsync(node, users, alice, carol);
        var other = await node.NewGroupAsync(users.Carol, users.Alice, users.Bob); // alice has left it
        await node.PostAsync("/messages", new { from = users.Alice, group = other, msg = $"{Marker} of before" });
        await node.PostAsync("/messages", new { from = users.Carol, group = other, msg = "not for alice" });
        Assert.True((await node.AskAsync(HttpMethod.Delete, $"/groups/{other}/members", new { ids = new[] { users.Alice } })).Status is HttpStatusCode.OK or HttpStatusCode.NoContent);

        var lines = await ExportedAsync(node, users.Alice);
        List<JsonElement> Of(string type) => lines.FindAll(line => line.GetProperty("type").GetString() == type);
        var user = Assert.Single(Of("user"));
        Assert.Equal((users.Name, "secret display"), (user.GetProperty("name").GetString(), user.GetProperty("display").GetString()));
        Assert.Equal([("asked", users.Bob), ("contact", users.Carol)], Of("contact").Select(each => (each.GetProperty("state").GetString()!, each.GetProperty("id").GetInt32())).Order());
        Assert.Equal(("creator", group), (Assert.Single(Of("group")).GetProperty("role").GetString(), Of("group")[0].GetProperty("id").GetInt32()));
        Assert.Equal("secret device", Assert.Single(Of("device")).GetProperty("name").GetString());
        Assert.Equal("secret.txt", Assert.Single(Of("file")).GetProperty("name").GetString());
        Assert.Contains(users.WithCarol, Of("conversation").Select(each => each.GetProperty("conversation").GetString()));
        var said = Of("message").Where(each => each.GetProperty("id").GetInt32() > 0).Select(each => (each.GetProperty("conversation").GetString()!, each.GetProperty("msg").GetString()!)).ToList();
        Assert.Contains((users.WithCarol, "hello"), said);
        Assert.Contains((users.WithCarol, "secret edit"), said);
        Assert.Equal([($"g:{other}", "secret of before")], said.Where(each => each.Item1 == $"g:{other}"));
        Assert.Equal(said.Count, said.Distinct().Count());
        Assert.DoesNotContain("secret token", string.Join('\n', lines), StringComparison.Ordinal);
        (await node.GetAsync($"/users/{users.Alice}/export?after=nonsense")).AssertProblem(HttpStatusCode.BadRequest, 4);
        Assert.Equal("exportUser", (await node.GetAsync($"/audit?subject=users/{users.Alice}")).Json.GetProperty("entries")[0].GetProperty("operation").GetString());
    }

    /// <summary>Everything that a user can leave behind.</summary>
    static async Task<int> SayAsync(ApiNode node, Users users, LineClient alice, LineClient carol)
    {
        var login = new { msgid = 1, name = users.Name, password = "secret password", device = new { id = "d1", name = "secret device", platform = "ios" } };
        Assert.Equal(0, Errno(await AskAsync(alice, login)));
        Assert.Equal(0, Errno(await AskAsync(alice, new { msgid = 140, device = "d1", push = new { provider = "fcm", token = "secret token" }, @ref = 1 })));
        Assert.Equal(0, Errno(await AskAsync(alice, new { msgid = 123, about = "secret about", avatar = "https://a.example/secret.png", @ref = 2 })));
        Assert.Equal(0, Errno(await AskAsync(alice, new { msgid = 120, id = users.Bob, @do = "request", note = "secret note", @ref = 3 })));
        Assert.Equal(0, Errno(await AskAsync(alice, new { msgid = 120, id = users.Carol, @do = "add", alias = "secret alias", @ref = 4 })));
        var group = await node.NewGroupAsync(users.Alice, users.Bob);
        Assert.Equal(0, Errno(await AskAsync(alice, new { msgid = 127, groupid = group, add = new[] { users.Carol }, @ref = 5 }))); // "secret… added …"
        Assert.Equal(0, Errno(await AskAsync(alice, new { msgid = 10, groupid = group, msg = "secret in a group", mentions = new[] { users.Bob }, cmid = "g1", @ref = 6 })));
        Assert.Equal(0, Errno(await AskAsync(alice, new { msgid = 6, toid = users.Bob, msg = "secret for the queue", cmid = "b1", @ref = 7 })));
        Assert.Equal(0, Errno(await AskAsync(alice, new { msgid = 6, toid = users.Alice, msg = "secret to myself", cmid = "a1", @ref = 8 })));
        Assert.Equal(0, Errno(await AskAsync(alice, new { msgid = 6, toid = users.Carol, msg = "secret one", cmid = "c1", @ref = 9 })));
        Assert.Equal(0, Errno(await AskAsync(carol, new { msgid = 6, toid = users.Alice, msg = "hello", cmid = "c1", @ref = 10 })));
        Assert.Equal(0, Errno(await AskAsync(alice, new { msgid = 6, toid = users.Carol, msg = "secret two", cmid = "c2", @ref = 11 })));
        Assert.Equal(0, Errno(await AskAsync(alice, new { msgid = 131, conversation = users.WithCarol, seq = 3, edit = new { msg = "secret edit" }, @ref = 12 })));
        Assert.Equal(0, Errno(await AskAsync(alice, new { msgid = 131, conversation = users.WithCarol, seq = 2, react = "👍", @ref = 13 })));
        Assert.Equal(0, Errno(await AskAsync(alice, new { msgid = 135, conversation = users.WithCarol, draft = "secret draft", @ref = 14 })));
        Assert.Equal(0, Errno(await AskAsync(alice, new { msgid = 143, conversation = users.WithCarol, seq = 2, reason = "secret reason", @ref = 15 })));
        Assert.Equal(0, Errno(await AskAsync(carol, new { msgid = 143, conversation = users.WithCarol, seq = 1, reason = "rude", @ref = 16 })));
        Assert.Equal(0, Errno(await AskAsync(alice, new { msgid = 111, mute = users.WithCarol, @ref = 17 })));
        var file = new StoredFile { Id = $"a_{new string('7', 32)}", Owner = users.Alice, Name = "secret.txt", Type = "text/plain", Size = 1, Sha256 = new byte[32], Until = long.MaxValue / 2 };
        Assert.Null(await node.Service<FileStore>().AnnounceAsync(file, long.MaxValue / 2));
        await Eventually.EqualAsync(true, async () => await CountAsync(node, $"SELECT COUNT(*) FROM OfflineMessage WHERE userid = {users.Bob}") >= 2);
        await Eventually.EqualAsync(true, async () => await CountAsync(node, $"SELECT COUNT(*) FROM MessageLog WHERE a = 0 AND b = {group} AND sender = 0") >= 1);
        return group;
    }

    static async Task AssertShutOutAsync(ApiNode node, Users users)
    {
        using var again = await LineClient.ConnectAsync(node.ChatPort);
        Assert.Equal(1, Errno(await again.AskAsync(new { msgid = 1, name = users.Name, password = "secret password" })));
        Assert.Equal(1, Errno(await again.AskAsync(new { msgid = 1, id = users.Alice, password = "secret password" })));
        (await node.AskAsync(HttpMethod.Patch, $"/users/{users.Alice}", new { disabled = false })).AssertProblem(HttpStatusCode.UnprocessableEntity, 4);
        (await node.AskAsync(HttpMethod.Patch, $"/users/{users.Alice}", new { display = "x" })).AssertProblem(HttpStatusCode.UnprocessableEntity, 4);
        var heir = await node.PostAsync("/users", new { name = users.Name }); // the name is free
        Assert.Equal((HttpStatusCode.Created, true), (heir.Status, heir.Int("id") != users.Alice));
    }

    static async Task<Users> MakeAsync(ApiNode node)
    {
        var name = $"{Marker}{Guid.NewGuid():n}"[..20];
        var alice = (await node.PostAsync("/users", new { name, display = "secret display", password = "secret password" })).Int("id");
        return new Users(alice, await node.NewUserAsync(), await node.NewUserAsync(), name);
    }

    static async Task<LineClient> LogInAsync(ApiNode node, int user, int protocol = 3)
    {
        var token = (await node.PostAsync($"/users/{user}/tokens", new { })).Text("token");
        var device = await LineClient.ConnectAsync(node.ChatPort, protocol);
        Assert.Equal(0, Errno(await device.AskAsync(new { msgid = 1, token })));
        return device;
    }

    /// <summary>What is pushed meanwhile is passed over.</summary>
    static async Task<JsonElement> AskAsync(LineClient client, object request)
    {
        await client.SendAsync(request);
        while (true)
        {
            var next = (await client.NextAsync())!.Value;
            if (next.TryGetProperty("errno", out _))
                return next;
        }
    }

    static async Task<JsonElement> NextOfAsync(LineClient client, int kind)
    {
        while (true)
        {
            var next = (await client.NextAsync())!.Value;
            if (next.GetProperty("msgid").GetInt32() == kind)
                return next;
        }
    }

    /// <summary>When the job waits for what is under way, the time for that is over at once.</summary>
    static async Task<Answer> FinishedAsync(ApiNode node, int user)
    {
        Answer? answer = null;
        await Eventually.EqualAsync(true, async () =>
        {
            await node.Service<IChatDatabase>().WriteAsync((connection, transaction) => connection.ExecuteAsync(
                "UPDATE UserErasure SET held_until = 0 WHERE userid = @user AND step = @late AND holder = 0", new { user, late = (int)ErasureStep.Late }, transaction));
            answer = await node.GetAsync($"/users/{user}/erasure");
            return answer.Json.TryGetProperty("done", out _);
        });
        return answer!;
    }

    static async Task<List<JsonElement>> ExportedAsync(ApiNode node, int user)
    {
        var (lines, after) = (new List<JsonElement>(), "");
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/users/{user}/export{after}");
            request.Headers.Authorization = new("Bearer", ApiNode.Key);
            using var response = await node.Http.SendAsync(request);
            Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.MediaType);
            lines.AddRange((await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement));
            var last = lines[^1];
            lines.RemoveAt(lines.Count - 1);
            if (last.GetProperty("type").GetString() == "end")
                return lines;
            after = $"?after={last.GetProperty("after").GetString()}";
        }
    }

    static Task<int> CountAsync(ApiNode node, string sql) => node.Service<IChatDatabase>().ReadAsync(connection => connection.ExecuteScalarAsync<int>(sql));

    /// <summary>Every value of the database in which the marker is, but for the pages of the search's index: SQLite keeps words there that no row has, until it merges them.</summary>
    static Task<List<string>> MarkedAsync(ApiNode node) => node.Service<IChatDatabase>().ReadAsync(async connection =>
    {
        var found = new List<string>();
        foreach (var table in await connection.QueryAsync<string>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'MessageText%' ORDER BY name"))
        {
            foreach (IDictionary<string, object?> row in await connection.QueryAsync($"SELECT * FROM {table}"))
            {
                found.AddRange(row.Select(value => (value.Key, Text: value.Value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : value.Value?.ToString() ?? ""))
                    .Where(value => value.Text.Contains(Marker, StringComparison.OrdinalIgnoreCase)).Select(value => $"{table}.{value.Key}: {value.Text}"));
            }
        }

        return found;
    });

    static int Errno(JsonElement reply) => reply.GetProperty("errno").GetInt32();
}
