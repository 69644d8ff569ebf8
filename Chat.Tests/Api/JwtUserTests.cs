using System.Net;
using System.Text.Json;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>Users of the product who have tokens (JWT), and what its own servers say about them.</summary>
public sealed class JwtUserTests : IAsyncLifetime, IDisposable
{
    const string Secret = "a secret of the product that is long enough";

    readonly TestIssuer _issuer = TestIssuer.WithSecret(Secret);
    readonly ApiNode _node;

    public JwtUserTests() => _node = new ApiNode(
        $"--Chat:Api:Keys:0={ApiNode.Key}", $"--Chat:Auth:Issuers:0:Name={_issuer.Name}", $"--Chat:Auth:Issuers:0:Audience={TestIssuer.Audience}", $"--Chat:Auth:Issuers:0:Secret={Secret}");

    public Task InitializeAsync() => _node.InitializeAsync();

    public Task DisposeAsync() => _node.DisposeAsync();

    public void Dispose()
    {
        _node.Dispose();
        _issuer.Dispose();
    }

    /// <summary>Tokens say by the second when they were issued.</summary>
    [Fact]
    public async Task A_token_of_before_a_logout_is_refused_and_one_of_after_its_answer_is_taken()
    {
        for (var round = 0; round < 3; round++) // wherever in a second it falls
        {
            var user = (await LogInAsync("7")).GetProperty("id").GetInt32();
            var before = Token("7");
            Assert.Equal(HttpStatusCode.NoContent, (await _node.AskAsync(HttpMethod.Delete, $"/users/{user}/sessions")).Status);
            var after = Token("7");
            Assert.Equal(1, (await LogInWithAsync(before)).GetProperty("errno").GetInt32());
            Assert.Equal(0, (await LogInWithAsync(after)).GetProperty("errno").GetInt32());
        }
    }

    [Fact]
    public async Task A_token_changes_what_it_says_for_the_first_time_and_nothing_else()
    {
        var user = (await _node.PostAsync("/users", new { display = "Alice A.", external = new { issuer = _issuer.Name, subject = "8" } })).Int("id");
        await _node.AskAsync(HttpMethod.Patch, $"/users/{user}", new { avatar = "https://example.com/a.png" });
        await LogInAsync("8"); // says nothing
        Assert.Equal(("Alice A.", "https://example.com/a.png"), await ShownAsync(user));
        await LogInAsync("8", ("name", "Zoe"));
        Assert.Equal(("Zoe", "https://example.com/a.png"), await ShownAsync(user));
        await _node.AskAsync(HttpMethod.Patch, $"/users/{user}", new { display = "Alice" });
        await LogInAsync("8", ("name", "Zoe"), ("avatar", "https://example.com/z.png")); // the name is the same as before, the picture is not
        Assert.Equal(("Alice", "https://example.com/z.png"), await ShownAsync(user));
        await LogInAsync("8");
        Assert.Equal(("Alice", "https://example.com/z.png"), await ShownAsync(user));
        await LogInAsync("8", ("name", "Zoe B."));
        Assert.Equal(("Zoe B.", "https://example.com/z.png"), await ShownAsync(user));
    }

    async Task<(string?, string?)> ShownAsync(int user)
    {
        var shown = await _node.GetAsync($"/users/{user}");
        return (shown.Text("display"), shown.Text("avatar"));
    }

    async Task<JsonElement> LogInAsync(string subject, params (string, object?)[] claims)
    {
        var ack = await LogInWithAsync(Token(subject, claims));
        Assert.Equal(0, ack.GetProperty("errno").GetInt32());
        return ack;
    }

    async Task<JsonElement> LogInWithAsync(string jwt)
    {
        using var device = await LineClient.ConnectAsync(_node.ChatPort);
        return await device.AskAsync(new { msgid = 1, jwt });
    }

    string Token(string subject, params (string, object?)[] claims) => _issuer.Token(subject, DateTimeOffset.UtcNow, TimeSpan.FromHours(1), claims);
}
