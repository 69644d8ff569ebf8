using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using Akka.Actor;
using Chat.Node.Auth;
using Chat.Node.Contracts;
using Chat.Node.Gateway;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>A session that was logged in with a token (JWT): the warning before its end, its refresh, and its end.</summary>
public sealed class SessionTokenTests : SessionTest
{
    const string Secret = "a secret that is long enough: 0123456789";

    readonly TestIssuer _issuer = TestIssuer.WithSecret(Secret);
    readonly Pipe _socket = new();
    readonly StringBuilder _read = new();
    int _userId;

    public SessionTokenTests()
    {
        Clock.Stop();
        Verifier = new TokenVerifier(
            [TokenIssuer.Of(new IssuerSettings(_issuer.Name, TestIssuer.Audience, IssuerKeySource.Secret, Secret, 24), JwksKeys.NewClient, Clock, NullLogger.Instance)], Clock);
    }

    [Fact]
    public async Task The_client_is_warned_30_seconds_before_and_sent_away_at_the_end()
    {
        var session = await LogInAsync(TimeSpan.FromMinutes(5));
        await WatchAsync(session);
        Clock.Advance(TimeSpan.FromSeconds(269));
        session.Tell(TokenDue.Instance);
        await FenceAsync(session);
        Assert.DoesNotContain("\"msgid\":142", _read.ToString(), StringComparison.Ordinal);

        Clock.Advance(TimeSpan.FromSeconds(1));
        session.Tell(TokenDue.Instance);
        await ReadUntilAsync("""{"msgid":142,"in":30}""");
        Clock.Advance(TimeSpan.FromSeconds(30));
        session.Tell(TokenDue.Instance);
        await ReadUntilAsync("""{"msgid":106,"reason":"expired","reconnect":false}""");
        await ExpectTerminatedAsync(session, Patience);
        await Users.FishForMessageAsync(message => message is Detach, Patience);
    }

    [Fact]
    public async Task A_token_that_ends_soon_is_warned_of_at_once_and_once()
    {
        var session = await LogInAsync(TimeSpan.FromSeconds(12));
        await ReadUntilAsync("""{"msgid":142,"in":12}""");
        session.Tell(TokenDue.Instance);
        await FenceAsync(session);
        Assert.Equal(1, _read.ToString().Split("\"msgid\":142").Length - 1);
    }

    [Fact]
    public async Task A_newer_token_keeps_the_session_and_is_warned_of_anew()
    {
        var session = await LogInAsync(TimeSpan.FromSeconds(20));
        await ReadUntilAsync("""{"msgid":142,"in":20}""");
        session.Tell(Refresh(_issuer.Token("7", Clock.GetUtcNow(), TimeSpan.FromHours(1))));
        await ReadUntilAsync("""{"msgid":102,"ref":9,"errno":0,"expires":""");
        Clock.Advance(TimeSpan.FromMinutes(59.5));
        session.Tell(TokenDue.Instance);
        await ReadUntilAsync("""{"msgid":142,"in":30}""");
        var ends = (Clock.GetUtcNow() + TimeSpan.FromSeconds(30)).ToUnixTimeMilliseconds();
        await EventuallyAsync(ends / 1000, $"SELECT MIN(ends, expires) / 1000 FROM ResumeToken WHERE userid = {_userId}");
    }

    [Fact]
    public async Task A_newer_token_that_is_refused_leaves_the_one_before_in_force()
    {
        var session = await LogInAsync(TimeSpan.FromSeconds(20));
        var (now, hour) = (Clock.GetUtcNow(), TimeSpan.FromHours(1));
        foreach (var (token, errno) in ((string, int)[])[
            (_issuer.Token("8", now, hour), 1), ("rubbish", 1), (_issuer.Token("7", now, hour, ("aud", "another")), 1), (_issuer.Token("7", now - hour - hour, hour), 14)])
        {
            _read.Clear();
            session.Tell(Refresh(token));
            await ReadUntilAsync($"\"ref\":9,\"errno\":{errno}");
        }

        Assert.Equal(1, await ScalarAsync<int>("SELECT COUNT(*) FROM ExternalIdentity"));
        Clock.Advance(TimeSpan.FromSeconds(20));
        session.Tell(TokenDue.Instance);
        await ReadUntilAsync("\"reason\":\"expired\"");
    }

    [Fact]
    public async Task A_refresh_that_is_under_way_when_the_token_ends_decides()
    {
        var session = await LogInAsync(TimeSpan.FromSeconds(20));
        var stall = Database.StallWrites();
        session.Tell(Refresh(_issuer.Token("7", Clock.GetUtcNow(), TimeSpan.FromHours(1))));
        await stall.Reached;
        Clock.Advance(TimeSpan.FromSeconds(21));
        session.Tell(TokenDue.Instance);
        stall.Release();
        await ReadUntilAsync("""{"msgid":102,"ref":9,"errno":0,"expires":""");
        await FenceAsync(session);
        Assert.DoesNotContain("\"msgid\":106", _read.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_sent_before_the_end_is_still_answered()
    {
        var session = await LogInAsync(TimeSpan.FromSeconds(20));
        await WatchAsync(session);
        session.Tell(RequestReader.Read("""{"msgid":6,"toid":2,"msg":"one","cmid":"c1","ref":11}"""u8.ToArray(), isSpaced: false));
        var post = await Conversations.ExpectMsgAsync<Post>(Patience);
        Clock.Advance(TimeSpan.FromSeconds(20));
        session.Tell(TokenDue.Instance);
        await ReadUntilAsync("\"reason\":\"expired\"");
        Conversations.Send(session, new PostAccepted(ConversationId.Direct(_userId, Bob), post.Number, 1, 1));
        await ReadUntilAsync("\"ref\":11,\"errno\":0");
        await ExpectTerminatedAsync(session, Patience);
    }

    [Fact]
    public async Task After_a_logout_the_token_is_nothing_to_the_connection()
    {
        var session = await LogInAsync(TimeSpan.FromSeconds(20));
        session.Tell(new LogoutRequest { Ref = new RequestRef("5"u8.ToArray()) });
        await ReadUntilAsync("\"ref\":5,\"errno\":0");
        Clock.Advance(TimeSpan.FromSeconds(30));
        session.Tell(TokenDue.Instance);
        session.Tell(new EndSession(_userId, 1));
        await FenceAsync(session);
        Assert.DoesNotContain("\"msgid\":106", _read.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_of_an_earlier_generation_is_sent_away_and_of_a_newer_one_is_not()
    {
        var session = await LogInAsync(TimeSpan.FromHours(1));
        session.Tell(new EndSession(_userId, 0));
        session.Tell(new EndSession(_userId + 1, 1));
        await FenceAsync(session);
        Assert.DoesNotContain("\"msgid\":106", _read.ToString(), StringComparison.Ordinal);
        session.Tell(new EndSession(_userId, 1));
        await ReadUntilAsync("""{"msgid":106,"reason":"revoked","reconnect":false}""");
    }

    [Fact]
    public async Task A_session_of_a_user_who_is_shut_out_is_told_so_once()
    {
        var session = await LogInAsync(TimeSpan.FromHours(1));
        session.Tell(new BanSession(_userId, 0));
        session.Tell(new BanSession(_userId + 1, 1));
        await FenceAsync(session);
        Assert.DoesNotContain("\"msgid\":106", _read.ToString(), StringComparison.Ordinal);
        session.Tell(new BanSession(_userId, 1));
        session.Tell(new EndSession(_userId, 1));
        await ReadUntilAsync("""{"msgid":106,"reason":"banned","reconnect":false}""");
        Assert.DoesNotContain("revoked", _read.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_that_began_before_its_user_was_logged_out_everywhere_is_refused()
    {
        var session = await BeginAsync(TimeSpan.FromHours(1));
        session.Tell(new EndSession(_userId, 1), Users.Ref);
        session.Tell(new Attached(_userId, [], HasMore: false), Users.Ref);
        await ReadUntilAsync("\"msgid\":2,\"errno\":1");
        await FenceAsync(session);
        Assert.DoesNotContain("\"errno\":0", _read.ToString(), StringComparison.Ordinal);
        await Users.FishForMessageAsync(message => message is Detach, Patience);
    }

    [Fact]
    public async Task A_session_without_a_token_has_none_to_refresh()
    {
        await Accounts.SaveTokenAsync(SHA256.HashData("token"u8), new Account { Id = Alice }, Clock.GetUtcNow().AddDays(1));
        var session = Start();
        session.Tell(new LoginRequest(null, null, null, "token"));
        await Users.ExpectMsgAsync<Attach>(Patience);
        Users.Reply(new Attached(Alice, [], HasMore: false));
        await ReadUntilAsync("\"errno\":0");
        session.Tell(Refresh(_issuer.Token("7", Clock.GetUtcNow(), TimeSpan.FromHours(1))));
        await ReadUntilAsync("\"ref\":9,\"errno\":1");
    }

    async Task<IActorRef> LogInAsync(TimeSpan lifetime)
    {
        var session = await BeginAsync(lifetime);
        Users.Reply(new Attached(_userId, [], HasMore: false));
        await ReadUntilAsync("\"errno\":0");
        Assert.Contains("\"name\":\"Zoe\"", _read.ToString(), StringComparison.Ordinal);
        return session;
    }

    /// <summary>It waits for its user.</summary>
    async Task<IActorRef> BeginAsync(TimeSpan lifetime)
    {
        var session = Start();
        session.Tell(new LoginRequest(null, null, null, null) { Jwt = _issuer.Token("7", Clock.GetUtcNow(), lifetime, ("name", "Zoe")) });
        _userId = (await Users.ExpectMsgAsync<Attach>(Patience)).UserId;
        return session;
    }

    IActorRef Start()
    {
        var connection = new TcpConnection(new PipeConnection("c1", _socket.Writer), Clock);
        var services = Services();
        var session = Sys.ActorOf(Props.Create(() => new SessionActor(connection, services)));
        session.Tell(new HelloRequest(2, "test"));
        return session;
    }

    static RefreshTokenRequest Refresh(string token) => new(token) { Ref = new RequestRef("9"u8.ToArray()) };

    /// <summary>Everything before has been handled.</summary>
    async Task FenceAsync(IActorRef session)
    {
        session.Tell(new PingRequest { Ref = new RequestRef("77"u8.ToArray()) });
        await ReadUntilAsync("""{"msgid":105,"ref":77}""");
    }

    async Task ReadUntilAsync(string text)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (!_read.ToString().Contains(text, StringComparison.Ordinal))
        {
            var read = await _socket.Reader.ReadAsync(deadline.Token);
            _read.Append(Encoding.UTF8.GetString(read.Buffer));
            _socket.Reader.AdvanceTo(read.Buffer.End);
        }
    }
}
