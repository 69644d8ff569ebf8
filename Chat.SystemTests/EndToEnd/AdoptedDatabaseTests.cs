using Chat.SystemTests.Storage;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>Users of a database that other servers left log in to a node of ours.</summary>
[Collection(NodeCollection.Name)]
public sealed class AdoptedDatabaseTests : IAsyncLifetime, IDisposable
{
    readonly TestFolder _folder = new();
    readonly CapturedLog _log = new();
    OldDatabase _old = null!;

    public async Task InitializeAsync() => _old = await OldDatabase.CreateAsync(OldStyle.InnoDb);

    public async Task DisposeAsync() => await _old.DisposeAsync();

    public void Dispose()
    {
        _folder.Dispose();
        _log.Dispose();
    }

    [Theory]
    [InlineData(1, "secret1")]
    [InlineData(2, "secret2")]
    [InlineData(3, "密码")]
    [InlineData(7, OldDatabase.LongPassword)]
    public async Task A_plain_password_is_good_once_and_from_then_on_there_is_a_hash(int id, string password)
    {
        await using var node = await StartAsync();
        await using var client = await node.ConnectAsync();
        Assert.Equal(1, await ErrorOfLoginAsync(client, id, $"{password}x"));
        Assert.Equal(0, await ErrorOfLoginAsync(client, id, password));

        var hash = await PasswordOfAsync(node, id);
        Assert.True(hash.Length > 60);
        Assert.DoesNotContain(password, hash, StringComparison.Ordinal);
        await using var legacy = await node.ConnectLegacyAsync();
        Assert.Equal(1, (await legacy.LogInAsync(id, hash)).Number("errno"));
        await using var again = await node.ConnectAsync();
        Assert.Equal(1, await ErrorOfLoginAsync(again, id, hash));
        Assert.Equal(0, await ErrorOfLoginAsync(again, id, password));
        Assert.Equal(hash, await PasswordOfAsync(node, id));
    }

    [Fact]
    public async Task Who_never_had_a_password_stays_outside()
    {
        await using var node = await StartAsync();
        await using var client = await node.ConnectAsync();
        foreach (var id in (int[])[4, 5])
        {
            Assert.NotEqual(0, await ErrorOfLoginAsync(client, id, ""));
            Assert.Equal(1, await ErrorOfLoginAsync(client, id, "NULL"));
        }
    }

    [Fact]
    public async Task Names_and_lists_are_as_they_were_typed()
    {
        await using var node = await StartAsync();
        await using var client = await node.ConnectAsync();
        var ack = await client.LogInAsync(new { msgid = 1, id = 1, password = "secret1" });
        Assert.Equal(
            """[{"id":3,"name":"你好","state":"offline"},{"id":4,"name":"dave","state":"offline"}]""", ack.GetProperty("friends").GetRawText());
        Assert.Equal(
            """[{"id":1,"groupname":"朋友","groupdesc":"","users":[{"id":1,"name":"alice","role":"creator","state":"online"},{"id":7,"name":"eve","role":"normal","state":"offline"}]},{"id":2,"groupname":"g2","groupdesc":"描述","users":[{"id":1,"name":"alice","role":"normal","state":"online"}]}]""",
            ack.GetProperty("groups").GetRawText());

        await using var legacy = await node.ConnectLegacyAsync();
        Assert.Equal("""{"errno":0,"id":3,"msgid":2,"name":"你好"}""", (await legacy.LogInAsync(3, "密码")).GetRawText());
        await legacy.SendChatAsync(3, "你好", 7, "还在吗");
        await node.EventuallyAsync(1L, "SELECT COUNT(*) FROM OfflineMessage WHERE userid = 7");
        await using var eve = await node.ConnectAsync();
        await eve.LogInAsync(new { msgid = 1, id = 7, password = OldDatabase.LongPassword });
        var push = await eve.NextAsync();
        Assert.Equal(("你好", "还在吗"), (push.Text("name"), push.Text("msg")));
    }

    [Fact]
    public async Task A_name_that_is_there_is_taken_and_leads_to_its_user()
    {
        await using var node = await StartAsync();
        await using var client = await node.ConnectAsync();
        foreach (var name in (string[])["你好", "Alice", "DAVE", "user5"])
            Assert.Equal(1, (await client.RequestAsync(new { msgid = 4, name, password = "x" })).Number("errno"));
        await client.LogInAsync(new { msgid = 1, name = "你好", password = "密码" });
        Assert.Equal((3, "你好"), (client.UserId, client.Name));
        Assert.Equal(1, (await client.RequestAsync(new { msgid = 8, groupname = "朋友" })).Number("errno"));

        await using var other = await node.ConnectAsync();
        await other.LogInAsync(new { msgid = 1, name = "ALICE", password = "secret2" });
        Assert.Equal((2, "ALICE"), (other.UserId, other.Name));
    }

    [Fact]
    public async Task A_legacy_client_gets_what_was_queued_in_order_and_once()
    {
        await using var node = await StartAsync();
        await using (var client = await node.ConnectLegacyAsync())
        {
            var ack = await client.LogInAsync(1, "secret1");
            Assert.Equal((0L, false), (ack.Number("errno"), ack.Has("offlinemsg"))); // they do not fit
            foreach (var text in _old.Texts)
                Assert.Equal(text, (await client.NextAsync()).Text("msg"));
            await node.EventuallyAsync(0L, "SELECT COUNT(*) FROM OfflineMessage WHERE userid = 1");
            Assert.Empty(await client.FenceAsync());
        }

        await AssertNothingIsLeftAsync(node);
    }

    [Fact]
    public async Task A_modern_client_gets_what_was_queued_until_it_acknowledges()
    {
        await using var node = await StartAsync();
        List<long> rows;
        await using (var first = await node.ConnectAsync())
        {
            await first.LogInAsync(new { msgid = 1, id = 1, password = "secret1" });
            rows = await ReadQueuedAsync(first);
        }

        await node.EventuallyAsync("offline", "SELECT state FROM Users WHERE id = 1");
        await using (var second = await node.ConnectAsync())
        {
            await second.LogInAsync(new { msgid = 1, id = 1, password = "secret1" });
            Assert.Equal(rows, await ReadQueuedAsync(second));
            foreach (var row in rows)
                await second.SendAsync($$"""{"msgid":103,"offline":{{row}}}""");
            await node.EventuallyAsync(0L, "SELECT COUNT(*) FROM OfflineMessage WHERE userid = 1");
        }

        await AssertNothingIsLeftAsync(node);
    }

    [Fact]
    public async Task Beside_legacy_servers_passwords_and_names_stay_as_they_read_them()
    {
        await using var node = await StartAsync("--Chat:Bridge:LegacyPasswords=true");
        await using var client = await node.ConnectAsync();
        Assert.Equal(0, await ErrorOfLoginAsync(client, 1, "secret1"));
        Assert.Equal("secret1", await PasswordOfAsync(node, 1));
        await using var third = await node.ConnectAsync();
        await third.LogInAsync(new { msgid = 1, name = "你好", password = "密码" });

        await using var visitor = await node.ConnectAsync();
        Assert.Equal(1, (await visitor.RequestAsync(new { msgid = 4, name = "你好", password = "x" })).Number("errno"));
        Assert.Equal(4, (await visitor.RequestAsync(new { msgid = 4, name = "你", password = "x" })).Number("errno"));
        Assert.Equal(4, (await visitor.RequestAsync(new { msgid = 4, name = "new", password = "密" })).Number("errno"));
        Assert.Equal(4, (await third.RequestAsync(new { msgid = 8, groupname = "群" })).Number("errno"));
        var id = (await visitor.RequestAsync(new { msgid = 4, name = "新人", password = "密钥" })).Number("id");
        await visitor.LogInAsync(new { msgid = 1, name = "新人", password = "密钥" });

        await using var legacy = await _old.OpenAsLegacyAsync();
        await Eventually.EqualAsync(("新人", "密钥", "online"), ReadAsync); // the login does not wait for the presence

        async Task<(string Name, string Password, string State)> ReadAsync()
        {
            await using var command = legacy.CreateCommand();
            command.CommandText = $"select * from Users where id = {id}";
            await using var reader = await command.ExecuteReaderAsync();
            Assert.True(await reader.ReadAsync());
            return (reader.GetString(1), reader.GetString(2), reader.GetString(3));
        }
    }

    Task<TestNode> StartAsync(params string[] settings) => TestNode.StartAsync(
        _folder, services => services.AddSingleton<ILoggerProvider>(_log),
        [
            "--Chat:Storage:Provider=MySql", $"--Chat:Storage:ConnectionString={_old.ConnectionString}", "--Logging:LogLevel:Chat.Node=Warning",
            .. settings,
        ]);

    static async Task<long> ErrorOfLoginAsync(ModernTestClient client, int id, string password) =>
        (await client.RequestAsync(new { msgid = 1, id, password })).Number("errno");

    static async Task<string> PasswordOfAsync(TestNode node, int id) => (await node.ScalarAsync<string>($"SELECT password FROM Users WHERE id = {id}"))!;

    async Task<List<long>> ReadQueuedAsync(ModernTestClient client)
    {
        var rows = new List<long>();
        foreach (var text in _old.Texts)
        {
            var push = await client.NextAsync();
            Assert.Equal((text, false), (push.Text("msg"), push.Has("seq")));
            rows.Add(push.Number("offline"));
        }

        Assert.Equal(rows.Order(), rows);
        return rows;
    }

    /// <summary>Neither for the client nor unexplained: what it did not get is in quarantine, with a line in the log for each.</summary>
    async Task AssertNothingIsLeftAsync(TestNode node)
    {
        Assert.Equal(_old.BadMessages, await node.ScalarAsync<long>("SELECT COUNT(*) FROM QuarantinedMessage WHERE userid = 1 AND reason <> ''"));
        Assert.Equal(_old.BadMessages, _log.Of("MessageQuarantined").Count);
        await node.EventuallyAsync("offline", "SELECT state FROM Users WHERE id = 1");
        await using var client = await node.ConnectLegacyAsync();
        var ack = await client.LogInAsync(1, "secret1");
        Assert.Equal((0L, false), (ack.Number("errno"), ack.Has("offlinemsg")));
        Assert.Empty(await client.FenceAsync());
    }
}
