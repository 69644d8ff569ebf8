using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Gateway;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>What a session says to the hub of presence, and asks it.</summary>
public sealed class SessionPresenceTests : SessionTest
{
    static readonly ConversationId Pair = ConversationId.Direct(Alice, Bob);

    readonly Pipe _socket = new();
    readonly StringBuilder _read = new();

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_user_comes_with_the_login_and_goes_once_with_the_session(int protocol)
    {
        var session = await LogInAsync(protocol);
        Assert.Equal(new UserCame(Alice), await Hub.ExpectMsgAsync<UserCame>(Patience));
        await WatchAsync(session);
        session.Tell(new ConnectionClosed(CanStillWrite: false));
        Assert.Equal(new UserWent(Alice, WasAway: false), await Hub.ExpectMsgAsync<UserWent>(Patience));
        await ExpectTerminatedAsync(session, Patience);
        await NothingElseAsync();
    }

    [Fact]
    public async Task A_session_that_fails_goes_too()
    {
        var session = await LogInAsync(3);
        await Hub.ExpectMsgAsync<UserCame>(Patience);
        Stop(session);
        Assert.Equal(new UserWent(Alice, WasAway: false), await Hub.ExpectMsgAsync<UserWent>(Patience));
        await NothingElseAsync();
    }

    [Fact]
    public async Task A_logout_takes_away_and_watch_with_it()
    {
        var session = await LogInAsync(3);
        await Hub.ExpectMsgAsync<UserCame>(Patience);
        session.Tell(Read("""{"msgid":117,"state":"away","ref":1}"""));
        Assert.Equal(new UserAway(Alice, IsAway: true), await Hub.ExpectMsgAsync<UserAway>(Patience));
        session.Tell(Read("""{"msgid":117,"state":"away","ref":2}""")); // no news
        session.Tell(Read("""{"msgid":115,"users":[2,3],"conversations":["d:1:2"],"ref":3}"""));
        var watch = await Hub.ExpectMsgAsync<Watch>(Patience);
        Assert.Equal((session, Alice), (watch.Session, watch.UserId));
        Assert.Equal([Bob, Carol], watch.Users);
        Assert.Equal([Pair], watch.Conversations);
        session.Tell(new SessionNotice(Alice, Encoding.UTF8.GetBytes("{\"from\":\"hub\"}\n")), ActorRefs.NoSender);
        Hub.Reply(new WatchAnswer(IsDone: true));
        await ReadUntilAsync("{\"from\":\"hub\"}");
        session.Tell(Read("""{"msgid":3,"ref":4}"""));
        Assert.Equal(new UserWent(Alice, WasAway: true), await Hub.ExpectMsgAsync<UserWent>(Patience));
        Assert.Equal(session, (await Hub.ExpectMsgAsync<Unwatch>(Patience)).Session);
        await ReadUntilAsync("\"ref\":4,\"errno\":0");
        Assert.DoesNotContain("\"ref\":3", _read.ToString(), StringComparison.Ordinal); // that answer is the hub's alone
    }

    [Fact]
    public async Task What_cannot_be_watched_is_refused_with_its_reason()
    {
        var session = await LogInAsync(3);
        var group = await ContactStore.CreateGroupAsync(Bob, "group", "");
        session.Tell(Read($$"""{"msgid":115,"conversations":["d:1:2","g:{{group}}"],"ref":1}"""));
        await ReadUntilAsync($"\"ref\":1,\"errno\":6,\"errmsg\":\"you take no part in g:{group}\"");
        session.Tell(Read("""{"msgid":115,"conversations":["d:2:3"],"ref":2}"""));
        await ReadUntilAsync("\"ref\":2,\"errno\":6");
        Assert.True(await Database.JoinGroupAsync(Alice, group!.Value));
        session.Tell(Read($$"""{"msgid":115,"conversations":["g:{{group}}"],"ref":3}"""));
        await Hub.FishForMessageAsync(message => message is Watch, Patience);
        Hub.Reply(new WatchAnswer(IsDone: false));
        await ReadUntilAsync("\"ref\":3,\"errno\":10");
        Database.Reads = StatementFault.Refused;
        session.Tell(Read($$"""{"msgid":115,"conversations":["g:{{group}}"],"ref":4}"""));
        await ReadUntilAsync("\"ref\":4,\"errno\":10");
    }

    [Fact]
    public async Task Typing_goes_out_at_its_pace_and_is_answered_if_somebody_asks()
    {
        Clock.Stop();
        var session = await LogInAsync(3);
        await Hub.ExpectMsgAsync<UserCame>(Patience);
        session.Tell(Read("""{"msgid":118,"conversation":"d:1:2","on":true}"""));
        var typed = await Hub.ExpectMsgAsync<Typed>(Patience);
        Assert.Equal((Pair, Alice, true), (typed.Conversation, typed.UserId, typed.IsOn));
        Assert.Equal([Alice, Bob], typed.Members);
        session.Tell(Read("""{"msgid":118,"conversation":"d:1:2","on":true,"ref":1}"""));
        await ReadUntilAsync("\"ref\":1,\"errno\":0");
        session.Tell(Read("""{"msgid":118,"conversation":"d:1:2","on":false,"ref":2}"""));
        Assert.False((await Hub.ExpectMsgAsync<Typed>(Patience)).IsOn);
        await ReadUntilAsync("\"ref\":2,\"errno\":0");
        Assert.Equal(3, _read.ToString().Split("\"msgid\":102").Length); // the first had no ref
    }

    [Fact]
    public async Task Typing_is_for_members_of_groups_that_are_not_large()
    {
        var session = await LogInAsync(3);
        await Hub.ExpectMsgAsync<UserCame>(Patience);
        var group = (await ContactStore.CreateGroupAsync(Bob, "group", ""))!.Value;
        var typing = $$"""{"msgid":118,"conversation":"g:{{group}}","on":true""";
        session.Tell(Read(typing + "}"));
        await ReadUntilAsync("\"errno\":6"); // a failure is told without a ref too
        await AddMembersAsync(group, WatchRequests.MaxMembers - 2);
        Assert.True(await Database.JoinGroupAsync(Alice, group));
        Clock.Advance(TimeSpan.FromMilliseconds(WatchRequests.MembersLastMilliseconds));
        session.Tell(Read(typing + ",\"ref\":2}"));
        Assert.Equal(WatchRequests.MaxMembers, (await Hub.ExpectMsgAsync<Typed>(Patience)).Members.Count);
        await ReadUntilAsync("\"ref\":2,\"errno\":0");
        Assert.True(await Database.JoinGroupAsync(Carol, group));
        Clock.Advance(TimeSpan.FromMilliseconds(WatchRequests.MembersLastMilliseconds));
        session.Tell(Read(typing + ",\"ref\":3}"));
        await ReadUntilAsync("\"ref\":3,\"errno\":17");
        await NothingElseAsync();
    }

    [Fact]
    public async Task The_beginning_of_a_name_is_looked_for_at_its_pace()
    {
        Clock.Stop();
        var session = await LogInAsync(3);
        for (var i = 1; i <= SearchPace.PerSecond + 1; i++)
            session.Tell(Read($$"""{"msgid":122,"prefix":"b","ref":{{i}}}"""));
        await ReadUntilAsync($"\"ref\":{SearchPace.PerSecond + 1},\"errno\":9,\"errmsg\":\"more than {SearchPace.PerSecond} searches");
        Assert.Contains($"\"ref\":{SearchPace.PerSecond},\"errno\":0", _read.ToString(), StringComparison.Ordinal);
        session.Tell(Read("""{"msgid":122,"name":"bob","ref":7}"""));
        await ReadUntilAsync("\"ref\":7,\"errno\":0"); // that is not counted
        Clock.Advance(TimeSpan.FromSeconds(1));
        session.Tell(Read("""{"msgid":122,"prefix":"b","ref":8}"""));
        await ReadUntilAsync("\"ref\":8,\"errno\":0");
    }

    [Theory]
    [InlineData("""{"msgid":115,"users":[2]}""")]
    [InlineData("""{"msgid":117,"state":"away"}""")]
    [InlineData("""{"msgid":118,"conversation":"d:1:2","on":true}""")]
    [InlineData("""{"msgid":122,"name":"bob"}""")]
    [InlineData("""{"msgid":123,"about":"x"}""")]
    [InlineData("""{"msgid":119}""")]
    [InlineData("""{"msgid":120,"id":2,"do":"block"}""")]
    public async Task Version_2_is_told_and_a_legacy_client_is_not(string request)
    {
        var session = await LogInAsync(2);
        await Hub.ExpectMsgAsync<UserCame>(Patience);
        session.Tell(Read(request));
        await ReadUntilAsync("\"errno\":5,\"errmsg\":\"this request is of version 3");
        await NothingElseAsync();
    }

    [Fact]
    public async Task To_a_legacy_client_they_are_numbers_like_any_other()
    {
        var session = await LogInAsync(0);
        await Hub.ExpectMsgAsync<UserCame>(Patience);
        foreach (var request in (string[])["""{"msgid":115,"users":[2]}""", """{"msgid":115}""", """{"msgid":117,"state":"away"}""", """{"msgid":118,"conversation":"d:1:2","on":true}""", """{"msgid":122,"name":"bob"}""", """{"msgid":123}""", """{"msgid":119}""", """{"msgid":120,"id":2,"do":"add"}"""])
            session.Tell(Read(request));
        session.Tell(Read("""{"msgid":104}"""));
        await ReadUntilAsync("{\"msgid\":105}");
        await NothingElseAsync();
    }

    /// <summary>Whatever else had been said would stand in front of this.</summary>
    async Task NothingElseAsync()
    {
        Hub.Ref.Tell(new UserCame(int.MaxValue));
        Assert.Equal(new UserCame(int.MaxValue), await Hub.ExpectMsgAsync<object>(Patience));
    }

    async Task AddMembersAsync(int group, int count)
    {
        for (var i = 0; i < count; i++)
            Assert.True(await Database.JoinGroupAsync((await Accounts.RegisterAsync($"member-{i}", "no hash"))!.Value, group));
    }

    async Task<IActorRef> LogInAsync(int protocol)
    {
        await Accounts.SaveTokenAsync(SHA256.HashData("token"u8), new Account { Id = Alice }, Clock.GetUtcNow().AddDays(1));
        var connection = new TcpConnection(new PipeConnection("c1", _socket.Writer), Clock);
        var services = Services();
        var session = Sys.ActorOf(Props.Create(() => new SessionActor(connection, services)));
        if (protocol > 0)
            session.Tell(new HelloRequest(protocol, "test"));
        session.Tell(new LoginRequest(null, null, null, "token"));
        await Users.ExpectMsgAsync<Attach>();
        Users.Reply(new Attached(Alice, [], HasMore: false));
        await ReadUntilAsync("\"errno\":0");
        return session;
    }

    static Request Read(string json) => RequestReader.Read(Encoding.UTF8.GetBytes(json), isSpaced: false);

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
