using System.Net.WebSockets;
using Akka.Actor;
using Chat.Node.Auth;
using Chat.Node.Contracts;
using Chat.Node.Gateway;
using Chat.Node.Settings;
using Chat.Protocol;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Tests.Gateway;

/// <summary>Tokens (JWT) of the product over a WebSocket.</summary>
public sealed class WebSocketTokenTests : WebSocketTest
{
    const string Secret = "a secret that is long enough: 0123456789";

    readonly TestIssuer _issuer = TestIssuer.WithSecret(Secret);
    List<string> _next = [];

    public WebSocketTokenTests()
    {
        Clock.Stop();
        Verifier = new TokenVerifier(
            [TokenIssuer.Of(new IssuerSettings(_issuer.Name, TestIssuer.Audience, IssuerKeySource.Secret, Secret, 24), JwksKeys.NewClient, Clock, NullLogger.Instance)], Clock);
    }

    [Fact]
    public async Task A_login_with_a_token_has_a_resume_token_that_is_good_for_another_connection()
    {
        var port = await ListenAsync(clock: Clock);
        using var socket = await SayHelloAsync(port);
        var ack = await LogInAsync(socket, $$"""{"msgid":1,"jwt":"{{TokenOf(TimeSpan.FromHours(1))}}","ref":1}""");
        var token = ack.GetProperty("token").GetString();
        using var other = await SayHelloAsync(port);
        Assert.Equal(ack.GetProperty("id").GetInt32(), (await LogInAsync(other, $$"""{"msgid":1,"token":"{{token}}","ref":1}""")).GetProperty("id").GetInt32());
    }

    [Fact]
    public async Task A_token_that_has_expired_is_refused_and_the_connection_stays()
    {
        using var socket = await SayHelloAsync(await ListenAsync(clock: Clock));
        var expired = _issuer.Token("7", Clock.GetUtcNow().AddHours(-2), TimeSpan.FromHours(1));
        await SendAsync(socket, $$"""{"msgid":1,"jwt":"{{expired}}","ref":1}""");
        Assert.Contains("\"msgid\":2,\"ref\":1,\"errno\":14", await ReceiveAsync(socket), StringComparison.Ordinal);
        await SendAsync(socket, """{"msgid":104}""");
        Assert.Equal(105, KindOf(await ReceiveAsync(socket)));
    }

    [Fact]
    public async Task A_session_whose_token_ends_is_told_and_closed_with_4008()
    {
        using var socket = await SayHelloAsync(await ListenAsync(clock: Clock));
        await LogInAsync(socket, $$"""{"msgid":1,"jwt":"{{TokenOf(TimeSpan.FromSeconds(20))}}","ref":1}""");
        Assert.Equal("""{"msgid":142,"in":20}""", _next.Count > 0 ? _next[0] : LinesOf(await ReceiveAsync(socket)).Single());
        Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Single(Sessions.All).Actor.Tell(TokenDue.Instance);
        Assert.Equal("""{"msgid":106,"reason":"expired","reconnect":false}""" + "\n", await ReceiveAsync(socket));
        Assert.Equal(((int)CloseCode.LoginOver, "expired"), await CloseOfAsync(socket));
    }

    string TokenOf(TimeSpan lifetime) => _issuer.Token("7", Clock.GetUtcNow(), lifetime);

    async Task<System.Text.Json.JsonElement> LogInAsync(WebSocket socket, string login)
    {
        await SendAsync(socket, login);
        var attach = (Attach)await Users.FishForMessageAsync(message => message is Attach, Patience);
        Users.Reply(new Attached(attach.UserId, [], HasMore: false));
        var lines = LinesOf(await ReceiveAsync(socket)); // what follows may have come with it
        _next = lines.Skip(1).ToList();
        return System.Text.Json.JsonDocument.Parse(lines[0]).RootElement;
    }
}
