using Chat.Protocol;
using Chat.Tests.Client;
using Chat.Tests.Support;
using ChatActors.Client;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>The client library with tokens (JWT) that end soon, against a real node.</summary>
[Collection(NodeCollection.Name)]
public sealed class JwtClientTests : IAsyncLifetime, IDisposable
{
    const string Secret = "a secret that is long enough: 0123456789";

    readonly TestFolder _folder = new();
    readonly TestIssuer _issuer = TestIssuer.WithSecret(Secret);
    TestNode _node = null!;

    public async Task InitializeAsync() => _node = await TestNode.StartAsync(
        _folder, $"--Chat:Auth:Issuers:0:Name={_issuer.Name}", $"--Chat:Auth:Issuers:0:Audience={TestIssuer.Audience}", $"--Chat:Auth:Issuers:0:Secret={Secret}");

    public async Task DisposeAsync() => await _node.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_session_goes_on_over_many_tokens_and_nothing_is_lost()
    {
        var tokens = 0;
        await using var client = await TestClient.LogInWithTokenAsync(Options(() =>
        {
            Interlocked.Increment(ref tokens);
            return _issuer.Token("7", DateTimeOffset.UtcNow, TimeSpan.FromSeconds(3));
        }));
        var sent = 0;
        while (Volatile.Read(ref tokens) < 4)
        {
            await client.Client.SendToUserAsync(client.Client.UserId!.Value, $"message {++sent}");
            await Task.Delay(50); // the pace of somebody who writes while tokens come and go
        }

        Assert.Equal(Enumerable.Range(1, sent).Select(number => $"message {number}"), await client.ReceiveAsync(sent));
        Assert.Empty(client.Events.Items.OfType<LoggedOut>());
        Assert.Equal(1, await _node.ScalarAsync<int>("SELECT COUNT(*) FROM Users"));
    }

    [Fact]
    public async Task A_client_whose_application_has_no_newer_token_is_logged_out_when_the_token_ends()
    {
        var token = _issuer.Token("7", DateTimeOffset.UtcNow, TimeSpan.FromSeconds(3));
        await using var client = await TestClient.LogInWithTokenAsync(Options(() => token));
        Assert.Equal(ErrorCode.Expired, (await client.Events.FirstAsync<LoggedOut>()).Code);
    }

    [Fact]
    public async Task Who_is_logged_out_everywhere_comes_back_with_a_token_that_was_issued_later_only()
    {
        var issued = DateTimeOffset.UtcNow.AddSeconds(-5);
        await using var client = await TestClient.LogInWithTokenAsync(Options(() => _issuer.Token("7", issued, TimeSpan.FromHours(1))));
        issued = DateTimeOffset.UtcNow.AddSeconds(5);
        await _node.EndSessionsAsync(client.Client.UserId!.Value);
        Assert.NotNull((await client.Events.FirstAsync<Reconnected>()).Login);

        issued = issued.AddSeconds(-30);
        await _node.EndSessionsAsync(client.Client.UserId!.Value);
        Assert.Equal(ErrorCode.Rejected, (await client.Events.FirstAsync<LoggedOut>()).Code);
    }

    ChatClientOptions Options(Func<string?> token) => new() { Endpoints = [new("127.0.0.1", _node.Port)], GetToken = _ => Task.FromResult(token()) };
}
