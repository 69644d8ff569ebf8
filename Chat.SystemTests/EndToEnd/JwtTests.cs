using Chat.Node.Settings;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>The product's own users log in with its tokens (JWT).</summary>
[Collection(NodeCollection.Name)]
public abstract class JwtTests : IAsyncLifetime, IDisposable
{
    const string Secret = "a secret that is long enough: 0123456789";

    readonly TestFolder _folder;
    readonly TestIssuer _issuer = TestIssuer.WithSecret(Secret);
    readonly TestIssuer _other = TestIssuer.WithEc("k1");
    TestNode _node = null!;
    JwksServer _keys = null!;

    private protected JwtTests(StorageProvider provider) => _folder = new TestFolder(provider);

    public sealed class OnSqlite() : JwtTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : JwtTests(StorageProvider.MySql);

    public async Task InitializeAsync()
    {
        _keys = await JwksServer.StartAsync(_other);
        _node = await TestNode.StartAsync(
            _folder,
            $"--Chat:Auth:Issuers:0:Name={_issuer.Name}", $"--Chat:Auth:Issuers:0:Audience={TestIssuer.Audience}", $"--Chat:Auth:Issuers:0:Secret={Secret}",
            "--Chat:Auth:Issuers:1:Name=other", $"--Chat:Auth:Issuers:1:Audience={TestIssuer.Audience}", $"--Chat:Auth:Issuers:1:Jwks={_keys.Url}",
            "--Chat:Accounts:Registration=off");
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _keys.DisposeAsync();
    }

    public void Dispose()
    {
        _folder.Dispose();
        _other.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task The_first_login_of_a_subject_makes_a_user_and_later_ones_find_it()
    {
        await using var alice = await _node.ConnectAsync();
        var login = await alice.LogInAsync(new { msgid = 1, jwt = Token("7", ("name", "Ålice")) });
        Assert.Equal("Ålice", alice.Name);
        Assert.NotEmpty(alice.Token);
        Assert.Equal(0, login.GetProperty("friends").GetArrayLength());

        await using var again = await _node.ConnectAsync();
        await again.LogInAsync(new { msgid = 1, id = alice.UserId, jwt = Token("7", ("name", "Another name now")) });
        Assert.Equal((alice.UserId, "Ålice"), (again.UserId, again.Name));
        Assert.Equal(0, (await again.SendToAsync(alice.UserId, "to myself")).Number("errno"));
        Assert.Equal("to myself", (await alice.NextAsync()).Text("msg"));
    }

    [Fact]
    public async Task Subjects_of_two_issuers_are_two_users_and_of_two_with_one_name_the_second_one_gets_another()
    {
        await using var one = await LogInAsync(Token("7", ("name", "Zoe")));
        await using var two = await LogInAsync(_other.Token("7", DateTimeOffset.UtcNow, TimeSpan.FromHours(1), ("iss", "other"), ("name", "zoe")));
        Assert.NotEqual(one.UserId, two.UserId);
        Assert.Equal("Zoe", one.Name);
        Assert.Matches("^zoe-[0-9a-f]{6}$", two.Name);
        await using var nameless = await LogInAsync(Token("8"));
        Assert.Matches("^user-[0-9a-f]{6}$", nameless.Name);
    }

    [Fact]
    public async Task Such_a_user_has_no_password_and_nobody_registers()
    {
        await using var alice = await LogInAsync(Token("7", ("name", "Alice")));
        await using var client = await _node.ConnectAsync();
        foreach (var password in (string[])["", "!", "Alice", await _node.ScalarAsync<string>($"SELECT SUBSTR(password, 1, 10) FROM Users WHERE id = {alice.UserId}") ?? ""])
        {
            Assert.Equal(1, (await client.RequestAsync(new { msgid = 1, id = alice.UserId, password })).Number("errno"));
            Assert.Equal(1, (await client.RequestAsync(new { msgid = 1, name = "alice", password })).Number("errno"));
        }

        await using var legacy = await _node.ConnectLegacyAsync();
        await legacy.SendAsync($$"""{"id":{{alice.UserId}},"msgid":1,"password":""}""");
        Assert.Equal(1, (await legacy.NextAsync()).Number("errno"));
        var refused = await client.RequestAsync(new { msgid = 4, name = "Bob", password = "secret" });
        Assert.Equal((5, 13, false), (refused.Number("msgid"), refused.Number("errno"), refused.GetProperty("retry").GetBoolean()));
    }

    [Fact]
    public async Task A_token_that_is_not_good_is_refused_and_the_connection_stays_usable()
    {
        await using var client = await _node.ConnectAsync();
        var now = DateTimeOffset.UtcNow;
        foreach (var (request, errno) in ((object, int)[])[
            (new { msgid = 1, jwt = "rubbish" }, 1), (new { msgid = 1, jwt = Token("7", ("aud", "another")) }, 1), (new { msgid = 1, jwt = Token("7", ("iss", "other")) }, 1),
            (new { msgid = 1, jwt = _issuer.Token("7", now, TimeSpan.FromHours(25)) }, 1), (new { msgid = 1, jwt = _issuer.Token("7", now - TimeSpan.FromHours(2), TimeSpan.FromHours(1)) }, 14),
            (new { msgid = 1, jwt = Token("7"), password = "x", id = 1 }, 4), (new { msgid = 1, jwt = Token("7"), token = "x" }, 4), (new { msgid = 1, jwt = Token("7"), id = 99999 }, 4),
            (new { msgid = 141, jwt = Token("7") }, 3)])
        {
            var refused = await client.RequestAsync(request);
            Assert.True(refused.Number("errno") == errno && !refused.GetProperty("retry").GetBoolean(), refused.ToString());
        }

        await client.LogInAsync(new { msgid = 1, jwt = Token("7") });
    }

    [Fact]
    public async Task Keys_that_are_not_to_be_had_are_a_reason_to_try_again()
    {
        await _keys.DownAsync();
        await using var client = await _node.ConnectAsync();
        var refused = await client.RequestAsync(new { msgid = 1, jwt = _other.Token("7", DateTimeOffset.UtcNow, TimeSpan.FromHours(1), ("iss", "other")) });
        Assert.Equal((10, true), (refused.Number("errno"), refused.GetProperty("retry").GetBoolean()));
    }

    [Fact]
    public async Task The_session_ends_with_its_token_and_its_resume_token_too()
    {
        await using var client = await _node.ConnectAsync();
        await client.LogInAsync(new { msgid = 1, jwt = _issuer.Token("7", DateTimeOffset.UtcNow, TimeSpan.FromSeconds(4)) });
        var warning = await client.NextAsync();
        Assert.Equal(142, warning.Number("msgid"));
        Assert.InRange(warning.Number("in"), 1, 4);

        Assert.Equal("""{"msgid":106,"reason":"expired","reconnect":false}""", (await client.NextAsync()).GetRawText());
        await client.Closed.WaitAsync(TestNode.Patience);
        await using var again = await _node.ConnectAsync();
        Assert.Equal(1, (await again.RequestAsync(new { msgid = 1, token = client.Token })).Number("errno"));
    }

    [Fact]
    public async Task A_newer_token_keeps_the_session_and_a_resumed_session_ends_with_the_newest()
    {
        await using var client = await _node.ConnectAsync();
        await client.LogInAsync(new { msgid = 1, jwt = _issuer.Token("7", DateTimeOffset.UtcNow, TimeSpan.FromSeconds(20)) });
        Assert.Equal(142, (await client.NextAsync()).Number("msgid"));
        Assert.Equal(1, (await client.RequestAsync(new { msgid = 141, jwt = Token("8") })).Number("errno"));
        var refreshed = await client.RequestAsync(new { msgid = 141, jwt = _issuer.Token("7", DateTimeOffset.UtcNow, TimeSpan.FromSeconds(6)) });
        Assert.Equal(0, refreshed.Number("errno"));
        Assert.InRange(refreshed.Number("expires"), DateTimeOffset.UtcNow.AddMinutes(-2).ToUnixTimeMilliseconds(), DateTimeOffset.UtcNow.AddSeconds(7).ToUnixTimeMilliseconds());
        Assert.InRange((await client.NextAsync()).Number("in"), 1, 6);

        await using var resumed = await _node.ConnectAsync();
        await resumed.LogInAsync(new { msgid = 1, token = client.Token });
        Assert.Equal(142, (await resumed.NextAsync()).Number("msgid"));
        Assert.Equal("expired", (await resumed.NextAsync()).Text("reason"));
    }

    [Fact]
    public async Task Who_is_logged_out_everywhere_needs_a_newer_token()
    {
        var before = _issuer.Token("7", DateTimeOffset.UtcNow.AddSeconds(-5), TimeSpan.FromHours(1));
        await using var first = await LogInAsync(before);
        await using var second = await LogInAsync(before);
        await using var other = await LogInAsync(Token("8"));
        Assert.True(await _node.EndSessionsAsync(first.UserId));
        Assert.False(await _node.EndSessionsAsync(99999));

        foreach (var client in (ModernTestClient[])[first, second])
        {
            Assert.Equal("""{"msgid":106,"reason":"revoked","reconnect":false}""", (await client.NextAsync()).GetRawText());
            await client.Closed.WaitAsync(TestNode.Patience);
        }

        await using var again = await _node.ConnectAsync();
        Assert.Equal(1, (await again.RequestAsync(new { msgid = 1, token = first.Token })).Number("errno"));
        Assert.Equal(1, (await again.RequestAsync(new { msgid = 1, jwt = before })).Number("errno"));
        Assert.Equal(1, (await again.RequestAsync(new { msgid = 1, jwt = Token("7", ("iat", null)) })).Number("errno"));
        await again.LogInAsync(new { msgid = 1, jwt = Token("7") });
        await again.FenceAsync();
        await other.FenceAsync();
        await using var resumed = await _node.ConnectAsync();
        await resumed.LogInAsync(new { msgid = 1, token = again.Token });
        Assert.Equal(first.UserId, resumed.UserId);
    }

    async Task<ModernTestClient> LogInAsync(string token)
    {
        var client = await _node.ConnectAsync();
        await client.LogInAsync(new { msgid = 1, jwt = token });
        return client;
    }

    string Token(string subject, params (string Claim, object? Value)[] change) => _issuer.Token(subject, DateTimeOffset.UtcNow, TimeSpan.FromHours(1), change);
}
