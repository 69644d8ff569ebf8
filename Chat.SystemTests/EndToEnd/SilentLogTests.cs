using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Chat.Node.Settings;
using Chat.SystemTests.Support;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>
/// Whatever is said to a node, and however it fails, no line of its log has a text, a password, a token or a key in it: at the level Debug, from every
/// source, Akka and the web server included.
/// </summary>
[Collection(NodeCollection.Name)]
public sealed class SilentLogTests : IDisposable
{
    /// <summary>In every text and secret.</summary>
    internal const string Marker = "zq7marker";

    const string IssuerSecret = $"{Marker} secret of the issuer 0123456789";
    const string ApiKey = $"{Marker}-key-of-the-settings-that-is-long-enough";

    static readonly string HookSecret = Convert.ToBase64String(Encoding.ASCII.GetBytes($"{Marker}-of-the-hook-01234567"));

    readonly TestIssuer _issuer = TestIssuer.WithSecret(IssuerSecret);

    /// <summary>What the node itself has made.</summary>
    readonly List<string> _secrets = [HookSecret];

    TestFolder _folder = null!;
    AllLines _log = null!;

    public void Dispose() => _folder.Dispose();

    /// <summary>On a server of its own, with the bridge and in JSON, and without.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_that_is_said_to_a_node_is_in_its_log(bool isBridged)
    {
        (_folder, _log) = (new TestFolder(isBridged ? StorageProvider.MySql : StorageProvider.Sqlite), new AllLines(isJson: isBridged));
        await using var redis = isBridged ? await RedisServer.StartNewAsync() : null;
        await using (var node = await StartAsync(redis))
        {
            await using var alice = await LogInAsync(node, "alice");
            await using var bob = await LogInAsync(node, "bob");
            await LogInWronglyAsync(node, alice);
            await SendAsync(alice, bob);
            await AskAsync(alice, bob);
            await SayBrokenThingsAsync(node);
            await SpeakLegacyAsync(node, bob);
            await SpeakOverTheWebAsync(node, alice);
            await UseTheApiAsync(node, alice, bob);
            await RepeatAsync(alice, bob);
            if (redis is not null)
                await MarkedBridge.CrossAsync(node, redis, _log, alice, bob);
            await FailAsync(node, alice, bob);
        }

        var lines = _log.Lines.ToList();
        Assert.Contains(lines, line => line.Contains("Debug Akka", StringComparison.Ordinal) || line.Contains("Debug akka", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("login failed", StringComparison.Ordinal));
        Assert.Equal(isBridged, lines.Exists(line => line.StartsWith("{\"time\":", StringComparison.Ordinal)));
        Assert.True(_secrets.Count >= 8, $"{_secrets.Count} secrets"); // else the steps have not come far
        Assert.Equal([], lines.Where(line => line.Contains(Marker, StringComparison.OrdinalIgnoreCase) || _secrets.Exists(secret => line.Contains(secret, StringComparison.Ordinal))));
    }

    Task<TestNode> StartAsync(RedisServer? redis) => TestNode.StartAsync(
        _folder, services => services.AddLogging(logging => logging.AddProvider(_log)), "akka.loglevel = DEBUG",
        [
            "--Logging:LogLevel:Default=Debug", "--Logging:LogLevel:Chat.Node=Debug", "--Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host=Debug",
            $"--Chat:Auth:Issuers:0:Name={_issuer.Name}", $"--Chat:Auth:Issuers:0:Audience={TestIssuer.Audience}", $"--Chat:Auth:Issuers:0:Secret={IssuerSecret}",
            $"--Chat:Api:Keys:0={ApiKey}", "--Chat:Webhooks:AllowPrivate=true", "--Chat:Webhooks:PushPreview=true", "--Chat:Limits:FramesPerSecond=0",
            "--Chat:Hooks:BeforeMessage=http://127.0.0.1:9/hook", "--Chat:Hooks:OnFailure=allow", $"--Chat:Hooks:Secret={HookSecret}",
            $"--Chat:Files:Folder={Path.Combine(_folder.Path, "files")}",
            .. redis is null ? (string[])[] : [$"--Chat:Redis:ConnectionString={redis.ConnectionString}", "--Chat:Bridge:LegacyPasswords=true"],
        ]);

    async Task<ModernTestClient> LogInAsync(TestNode node, string name)
    {
        var client = await ModernTestClient.ConnectAsync(node.Port, protocol: 3);
        Assert.Equal(0, (await client.RequestAsync(new { msgid = 4, name, password = $"{Marker}-password" })).Number("errno"));
        await client.LogInAsync(new { msgid = 1, name, password = $"{Marker}-password", device = new { id = $"{Marker}-device", name = $"{Marker} phone" } });
        _secrets.Add(client.Token);
        var again = await ModernTestClient.ConnectAsync(node.Port, protocol: 3); // takes the place of the first
        await again.LogInAsync(new { msgid = 1, token = client.Token });
        await client.DisposeAsync();
        return again;
    }

    async Task LogInWronglyAsync(TestNode node, ModernTestClient alice)
    {
        var jwt = _issuer.Token($"{Marker}-subject", DateTimeOffset.UtcNow, TimeSpan.FromHours(1), ("name", "carol"));
        _secrets.Add(jwt.Split('.')[2]);
        var asked = 0;
        foreach (var login in new object[]
        {
            new { msgid = 1, name = "alice", password = $"{Marker}-wrong" }, new { msgid = 1, name = $"{Marker}-nobody", password = $"{Marker}-wrong" }, new { msgid = 1, token = $"{Marker}-token" },
            new { msgid = 1, jwt = $"{Marker}.{Marker}.{Marker}" }, new { msgid = 1, jwt = jwt[..^4] + "AAAA" }, new { msgid = 1, token = alice.Token, id = 99 },
            new { msgid = 1, name = "alice", password = $"{Marker}-password", token = alice.Token }, new { msgid = 4, name = "alice", password = $"{Marker}-again" }, new { msgid = 4, name = "dave\n", password = $"{Marker}-again" },
        })
        {
            await using var client = await ModernTestClient.ConnectAsync(node.Port, protocol: 3);
            Assert.NotEqual(0, (await client.RequestAsync(login)).Number("errno"));
            asked++;
        }

        Assert.Equal(9, asked);
        await using var carol = await ModernTestClient.ConnectAsync(node.Port, protocol: 3);
        await carol.LogInAsync(new { msgid = 1, jwt });
        _secrets.Add(carol.Token);
        Assert.Equal(0, (await carol.RequestAsync(new { msgid = 141, jwt })).Number("errno"));
        Assert.NotEqual(0, (await carol.RequestAsync(new { msgid = 141, jwt = $"{jwt}{Marker}" })).Number("errno"));
        Assert.Equal(0, (await carol.RequestAsync(new { msgid = 3 })).Number("errno"));
    }

    static async Task SendAsync(ModernTestClient alice, ModernTestClient bob)
    {
        var sent = await alice.SendToAsync(bob.UserId, $"{Marker} text", $"{Marker}-cmid");
        Assert.Equal(0, sent.Number("errno"));
        var (conversation, seq) = (sent.Text("conversation"), sent.Number("seq"));
        Assert.Equal($"{Marker} text", (await bob.NextButReceiptsAsync()).Text("msg"));
        Assert.NotEqual(0, (await alice.SendToAsync(99_999, $"{Marker} to nobody")).Number("errno"));
        Assert.NotEqual(0, (await alice.SendToGroupAsync(99_999, $"{Marker} to no group")).Number("errno"));
        Assert.NotEqual(0, (await alice.SendToAsync(bob.UserId, Marker + new string('x', 30_000))).Number("errno"));
        Assert.NotEqual(0, (await alice.RequestAsync(new { @ref = 0, msgid = 6, toid = bob.UserId, msg = Marker + new string('x', 200_000) })).Number("errno")); // its ref is looked for at its beginning
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 131, conversation, seq, edit = new { msg = $"{Marker} edited" } })).Number("errno"));
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 131, conversation, seq, react = "👍" })).Number("errno"));
        Assert.NotEqual(0, (await bob.RequestAsync(new { msgid = 131, conversation, seq, edit = new { msg = $"{Marker} not mine" } })).Number("errno"));
        Assert.NotEqual(0, (await bob.RequestAsync(new { msgid = 131, conversation = "d:1:99999", seq, edit = new { msg = $"{Marker} nowhere" } })).Number("errno"));
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 143, conversation, seq, reason = $"{Marker} reason" })).Number("errno"));
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 131, conversation, seq, recall = true })).Number("errno"));
    }

    static async Task AskAsync(ModernTestClient alice, ModernTestClient bob)
    {
        var conversation = $"d:{Math.Min(alice.UserId, bob.UserId)}:{Math.Max(alice.UserId, bob.UserId)}";
        var group = await alice.RequestAsync(new { msgid = 8, groupname = "group", groupdesc = $"{Marker} what for" });
        Assert.Equal(0, group.Number("errno"));
        var answers = new List<JsonElement>();
        foreach (var request in new object[]
        {
            new { msgid = 135, conversation, draft = $"{Marker} draft" }, new { msgid = 137, text = $"{Marker} words" }, new { msgid = 123, display = $"{Marker} A", about = $"{Marker} about" }, new { msgid = 122, prefix = Marker },
            new { msgid = 140, device = $"{Marker}-device", name = $"{Marker} phone", push = new { provider = "fcm", token = $"{Marker}-push" } }, new { msgid = 108, since = $"{Marker}" }, new { msgid = 134, after = $"{Marker}" },
            new { msgid = 107, conversation, after = 0, limit = 50 }, new { msgid = 110, about = Marker }, new { msgid = 111, presence = Marker }, new { msgid = 139 }, new { msgid = 777, text = Marker },
            new { msgid = 10, groupid = group.Number("groupid"), msg = $"{Marker} group" }, new { msgid = 107, conversation = Marker },
        })
            answers.Add(await alice.RequestAsync(request));
        Assert.Equal(14, answers.Count);
    }

    static async Task SayBrokenThingsAsync(TestNode node)
    {
        string[] broken =
        [
            $$"""{"msgid":6,"toid":"{{Marker}}","msg":"{{Marker}}"}""", $$"""{"msgid":6,"toid":1,"msg":"{{Marker}}\ud800"}""", $$"""{"msgid":1,"password":"{{Marker}}""", $"{Marker} garbage",
            $$"""{"msgid":1,"id":"{{Marker}}","password":"{{Marker}}"}""", $$"""{"{{Marker}}":1e999}""", $$"""{"msgid":6,"msg":"{{Marker}}","a":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]}""",
        ];
        foreach (var each in broken)
        {
            await using var client = await ModernTestClient.ConnectAsync(node.Port, protocol: 3);
            await client.SendAsync(each);
            Assert.NotEqual(0, (await client.NextAsync()).Number("errno"));
        }
    }

    static async Task SpeakLegacyAsync(TestNode node, ModernTestClient bob)
    {
        await using var legacy = await node.ConnectLegacyAsync();
        var id = await legacy.RegisterAsync("legacy");
        await legacy.LogInAsync(id);
        await legacy.SendChatAsync(id, "legacy", bob.UserId, $"{Marker} legacy");
        Assert.Equal($"{Marker} legacy", (await NextMessageAsync(bob)).Text("msg")); // behind what has become of alice's
        await legacy.SendChatAsync(id, "legacy", 99_999, $"{Marker} dropped");
        await legacy.FenceAsync();
        await legacy.SendAsync($"{Marker}");
        await legacy.Closed.WaitAsync(TestNode.Patience);
    }

    internal static async Task<JsonElement> NextMessageAsync(ModernTestClient client)
    {
        while (true)
        {
            var next = await client.NextAsync();
            if (next.Number("msgid") == 6)
                return next;
        }
    }

    async Task SpeakOverTheWebAsync(TestNode node, ModernTestClient alice)
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{node.WebPort}/ws?token={Marker}"), CancellationToken.None);
        await socket.SendAsync(Encoding.UTF8.GetBytes("""{"msgid":100,"protocol":3}"""), WebSocketMessageType.Text, true, CancellationToken.None);
        await socket.SendAsync(Encoding.UTF8.GetBytes($$"""{"msgid":1,"name":"alice","password":"{{Marker}}-ws"}"""), WebSocketMessageType.Text, true, CancellationToken.None);
        await socket.SendAsync(Encoding.UTF8.GetBytes(Marker), WebSocketMessageType.Binary, true, CancellationToken.None);
        var buffer = new byte[4096];
        while ((await socket.ReceiveAsync(buffer, CancellationToken.None).WaitAsync(TestNode.Patience)).MessageType != WebSocketMessageType.Close)
        {
            // to the end
        }

        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{node.WebPort}") };
        var bytes = Encoding.UTF8.GetBytes($"{Marker} content");
        var start = await alice.RequestAsync(new { msgid = 138, name = $"{Marker}.txt", size = bytes.Length, type = "text/plain", sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)) });
        Assert.Equal(0, start.Number("errno"));
        var put = start.Text("put");
        _secrets.Add(put[(put.IndexOf("&s=", StringComparison.Ordinal) + 3)..]);
        using var wrong = await http.PutAsync(new Uri(put, UriKind.Relative), new ByteArrayContent(Encoding.UTF8.GetBytes($"{Marker} CONTENT")));
        using var right = await http.PutAsync(new Uri(put, UriKind.Relative), new ByteArrayContent(bytes));
        Assert.Equal((false, true), (wrong.IsSuccessStatusCode, right.IsSuccessStatusCode));
        using var none = await http.GetAsync(new Uri($"{put.Replace("&s=", $"&s={Marker}", StringComparison.Ordinal)}", UriKind.Relative));
        Assert.False(none.IsSuccessStatusCode);
    }

    async Task UseTheApiAsync(TestNode node, ModernTestClient alice, ModernTestClient bob)
    {
        using var api = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{node.HttpPort}/api/v1/") };
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", $"{Marker}-wrong-key");
        Assert.Equal(401, (int)(await api.GetAsync(new Uri("users/1", UriKind.Relative))).StatusCode);
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ApiKey);
        await PostAsync("messages", new { from = alice.UserId, to = bob.UserId, msg = $"{Marker} by the API", cmid = $"{Marker}-1" }, isGood: true);
        await PostAsync("messages", new { from = alice.UserId, to = Marker, msg = $"{Marker} nonsense" }, isGood: false);
        await PostAsync("users", new { name = "erin", password = $"{Marker}-api" }, isGood: true);
        await PostAsync("users", new { name = "erin", password = $"{Marker}-api" }, isGood: false);
        _secrets.Add((await PostAsync($"users/{alice.UserId}/tokens", new { }, isGood: true)).Text("token"));
        _secrets.Add((await PostAsync("keys", new { name = "k", scopes = new[] { "read" } }, isGood: true)).Text("key"));
        var hook = await PostAsync("webhooks", new { url = $"http://127.0.0.1:9/{Marker}?key={Marker}", types = new[] { "message.created", "push.required" } }, isGood: true);
        _secrets.Add(hook.GetProperty("secrets")[0].GetString()!);
        await alice.SendToAsync(bob.UserId, $"{Marker} to the webhook");
        await PostAsync("messages/batch", new { messages = new[] { new { from = alice.UserId, to = bob.UserId, msg = $"{Marker} in a batch", cmid = $"{Marker}-b1" }, new { from = alice.UserId, to = 99_999, msg = $"{Marker} to nobody", cmid = $"{Marker}-b2" } } }, isGood: true);
        Assert.Contains($"{Marker} in a batch", await api.GetStringAsync(new Uri($"users/{alice.UserId}/export", UriKind.Relative)), StringComparison.Ordinal);
        Assert.Contains(Marker, await api.GetStringAsync(new Uri($"conversations/d:{Math.Min(alice.UserId, bob.UserId)}:{Math.Max(alice.UserId, bob.UserId)}/messages", UriKind.Relative)), StringComparison.Ordinal);
        await EraseAsync();
        await PostAsync("node/reload", new { }, isGood: true);
        using var broken = await api.PostAsync(new Uri("messages", UriKind.Relative), new StringContent($"{{\"text\":\"{Marker}", Encoding.UTF8, "application/json"));
        Assert.False(broken.IsSuccessStatusCode);
        await Eventually.TrueAsync(() => _log.Lines.Any(line => line.Contains("webhook", StringComparison.OrdinalIgnoreCase) && line.StartsWith("Warning", StringComparison.Ordinal)));

        async Task EraseAsync()
        {
            await using var grace = await LogInAsync(node, "grace");
            Assert.Equal(0, (await grace.SendToAsync(bob.UserId, $"{Marker} to be erased")).Number("errno"));
            await PostAsync($"users/{grace.UserId}/erase", new { }, isGood: true);
            await Eventually.EqualAsync(1L, async () => JsonDocument.Parse(await api.GetStringAsync(new Uri($"users/{grace.UserId}/erasure", UriKind.Relative))).RootElement.Number("messages"));
        }

        async Task<JsonElement> PostAsync(string path, object body, bool isGood)
        {
            using var answer = await api.PostAsJsonAsync(new Uri(path, UriKind.Relative), body);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.IsSuccessStatusCode == isGood, $"{path}: {answer.StatusCode} {text}");
            return JsonDocument.Parse(text).RootElement;
        }
    }

    /// <summary>More than a conversation remembers (<c>ConversationState.RememberedWithHistory</c>): it is the log's key that finds the repetition, and the database's own words for that have the cmid in them.</summary>
    static async Task RepeatAsync(ModernTestClient alice, ModernTestClient bob)
    {
        var first = await alice.SendToAsync(bob.UserId, $"{Marker} first", $"{Marker}-first");
        for (var i = 0; i <= 128; i++)
            Assert.Equal(0, (await alice.SendToAsync(bob.UserId, $"{Marker} {i}", $"{Marker}-many-{i}")).Number("errno"));
        Assert.Equal(first.Number("seq"), (await alice.SendToAsync(bob.UserId, $"{Marker} first", $"{Marker}-first")).Number("seq"));
    }

    /// <summary>The tables are gone: every statement fails, and is told with its exception.</summary>
    static async Task FailAsync(TestNode node, ModernTestClient alice, ModernTestClient bob)
    {
        foreach (var table in (string[])["MessageLog", "ResumeToken", "Users", "Draft", "ProfileText"])
            await node.ExecuteAsync($"ALTER TABLE {table} RENAME TO {table}Gone");
        var posting = alice.StartRequestAsync(new { msgid = 6, toid = bob.UserId, msg = $"{Marker} that cannot be logged", cmid = $"{Marker}-2" });
        await using var client = await ModernTestClient.ConnectAsync(node.Port, protocol: 3);
        Assert.NotEqual(0, (await client.RequestAsync(new { msgid = 1, name = "alice", password = $"{Marker}-password" })).Number("errno"));
        Assert.NotEqual(0, (await client.RequestAsync(new { msgid = 1, token = $"{Marker}-token" })).Number("errno"));
        Assert.NotEqual(0, (await client.RequestAsync(new { msgid = 4, name = "frank", password = $"{Marker}-new" })).Number("errno"));
        Assert.NotEqual(0, (await bob.RequestAsync(new { msgid = 135, conversation = $"d:{alice.UserId}:{bob.UserId}", draft = $"{Marker} draft" })).Number("errno"));
        Assert.NotEqual(0, (await bob.RequestAsync(new { msgid = 123, about = $"{Marker} about" })).Number("errno"));
        foreach (var table in (string[])["MessageLog", "ResumeToken", "Users", "Draft", "ProfileText"])
            await node.ExecuteAsync($"ALTER TABLE {table}Gone RENAME TO {table}");
        await posting.WaitAsync(TestNode.Patience);
    }
}
