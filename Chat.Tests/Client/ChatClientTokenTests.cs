using Chat.Protocol;
using ChatActors.Client;
using Xunit;

namespace Chat.Tests.Client;

/// <summary>A client whose application gives tokens (JWT); to the fake server <c>alice-1</c> is one of alice.</summary>
public sealed class ChatClientTokenTests : ClientScenario
{
    int _asked;
    Func<int, string?> _token = number => $"alice-{number}";

    [Fact]
    public async Task The_application_is_asked_for_a_token_and_a_lost_connection_needs_none()
    {
        await using var client = await LogInAsync();
        Assert.Equal(Alice, client.Client.UserId);
        Assert.Equal("alice-1", Logins()[0].Jwt);

        Server.DropConnections();
        await client.Events.FirstAsync<Reconnected>();
        Assert.Equal((null, "token-1"), (Logins()[1].Jwt, Logins()[1].Token));
        Assert.Equal(1, _asked);
    }

    [Fact]
    public async Task A_newer_token_is_brought_when_the_server_says_that_the_one_in_use_expires()
    {
        await using var client = await LogInAsync();
        Server.SendRaw(Alice, ModernFrames.TokenExpiring(30));
        var refresh = await Server.Requests.FirstAsync<RefreshTokenRequest>();
        Assert.Equal("alice-2", refresh.Jwt);
        Assert.Equal(1, Server.AcceptCount);
    }

    [Fact]
    public async Task A_token_that_the_server_has_seen_is_not_brought_again()
    {
        _token = number => number < 3 ? "alice-1" : "alice-2";
        await using var client = await LogInAsync();
        Server.SendRaw(Alice, ModernFrames.TokenExpiring(30));
        var refresh = await Server.Requests.FirstAsync<RefreshTokenRequest>();
        Assert.Equal("alice-2", refresh.Jwt);
        Assert.Equal(3, _asked);
    }

    [Fact]
    public async Task After_the_end_of_its_login_the_client_comes_back_with_a_new_token_only()
    {
        await using var client = await LogInAsync();
        await EndLoginAsync(client, "expired");
        var reconnected = await client.Events.FirstAsync<Reconnected>();
        Assert.Equal("alice", reconnected.Login!.Name);
        Assert.Equal(("alice-2", null), (Logins()[1].Jwt, Logins()[1].Token));

        _token = _ => "alice-2";
        await EndLoginAsync(client, "expired", times: 2);
        var loggedOut = await client.Events.FirstAsync<LoggedOut>();
        Assert.Equal((ErrorCode.Expired, "expired"), (loggedOut.Code, loggedOut.Reason));
        Assert.Equal(2, Logins().Count);
        Assert.Null(client.Client.UserId);
    }

    [Fact]
    public async Task A_password_is_no_way_back_after_a_logout_everywhere()
    {
        await using var client = await TestClient.LogInAsync(Server.Options(), "alice");
        await EndLoginAsync(client, "revoked");
        Assert.Equal("revoked", (await client.Events.FirstAsync<LoggedOut>()).Reason);
        Assert.Single(Logins());
    }

    [Fact]
    public async Task A_resume_token_that_is_refused_is_replaced_by_a_token_of_the_application_which_may_have_to_be_asked_twice()
    {
        await using var client = await LogInAsync();
        Server.RefuseTokens = true;
        _token = number => number == 2 ? throw new IOException("the back end is away") : $"alice-{number}";
        Server.DropConnections();
        await client.Events.FirstAsync<Reconnected>();
        Assert.Equal("alice-3", Logins()[^1].Jwt);
        Assert.Equal(Alice, client.Client.UserId);
    }

    [Fact]
    public async Task Without_a_token_any_more_the_client_is_logged_out()
    {
        await using var client = await LogInAsync();
        Server.RefuseTokens = true;
        _token = _ => null;
        Server.DropConnections();
        await client.Events.FirstAsync<LoggedOut>();
        Assert.Null(client.Client.UserId);
    }

    [Fact]
    public async Task Without_a_way_to_get_tokens_there_is_no_login_with_one()
    {
        await using var client = new ChatClient(Server.Options());
        await client.ConnectAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.LoginAsync());
    }

    async Task EndLoginAsync(TestClient client, string reason, int times = 1)
    {
        Server.SendRaw(Alice, ModernFrames.LoginIsOver(reason));
        await client.Events.TakeAsync<GoingAway>(times);
        Server.DropConnections();
    }

    List<LoginRequest> Logins() => [.. Server.Requests.Items.OfType<LoginRequest>()];

    Task<TestClient> LogInAsync() =>
        TestClient.LogInWithTokenAsync(Server.Options() with { GetToken = _ => Task.FromResult(_token(Interlocked.Increment(ref _asked))) });
}
