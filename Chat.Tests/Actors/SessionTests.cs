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

/// <summary>A session between probes; its socket is a pipe.</summary>
public sealed partial class SessionTests : SessionTest
{
    static readonly ConversationId Pair = ConversationId.Direct(Alice, Bob);

    readonly Pipe _socket = new();
    readonly StringBuilder _read = new();
    AckCoalescer _round = new();

    [Fact]
    public async Task After_a_refusal_with_retry_nothing_passes_until_that_message_comes_again()
    {
        var session = await LogInAsync(isModern: true);
        session.Tell(Message("""{"msgid":6,"toid":2,"msg":"one","cmid":"c1","ref":11}"""));
        var post = await Conversations.ExpectMsgAsync<Post>();
        Conversations.Reply(new PostRefused(Pair, post.Number, ErrorCode.Unavailable, "not now"));
        await ReadUntilAsync("\"ref\":11,\"errno\":10");

        session.Tell(Message("""{"msgid":6,"toid":2,"msg":"two","cmid":"c2","ref":12}"""));
        await ReadUntilAsync("\"ref\":12,\"errno\":10");
        session.Tell(Message("""{"msgid":6,"toid":2,"msg":"one","cmid":"c1","ref":13}"""));

        // What came in between never left the session.
        var again = await Conversations.ExpectMsgAsync<Post>();
        Assert.Equal("c1", again.Cmid);
        Assert.True(again.Epoch > post.Epoch);
    }

    [Fact]
    public async Task A_legacy_client_need_not_repeat_and_may_leave_before_its_message_is_accepted()
    {
        var session = await LogInAsync(isModern: false);
        await WatchAsync(session);
        session.Tell(Message("""{"id":1,"msg":"hi","msgid":6,"name":"alice","time":"t","toid":2}"""));
        var post = await Conversations.ExpectMsgAsync<Post>();
        session.Tell(new ConnectionClosed(CanStillWrite: false));
        await Users.FishForMessageAsync(message => message is Detach, Patience);

        Conversations.Send(session, new PostRefused(Pair, post.Number, ErrorCode.Unavailable, "not now"));
        var again = await Conversations.ExpectMsgAsync<Post>();
        Assert.Equal(post.Cmid, again.Cmid);
        Conversations.Send(session, new PostAccepted(Pair, again.Number, 1, 1));

        await ExpectTerminatedAsync(session);
    }

    [Fact]
    public async Task A_message_without_a_cmid_gets_one_of_the_time_and_of_its_session()
    {
        Clock.Stop();
        var session = await LogInAsync(isModern: false);
        session.Tell(Message("""{"id":1,"msg":"one","msgid":6,"name":"alice","time":"t","toid":2}"""));
        session.Tell(Message("""{"id":1,"msg":"two","msgid":6,"name":"alice","time":"t","toid":2}"""));
        var (first, second) = (await Conversations.ExpectMsgAsync<Post>(), await Conversations.ExpectMsgAsync<Post>());

        var now = Clock.GetUtcNow().ToUnixTimeMilliseconds() << 12;
        Assert.Equal($"~{now:x14}-{first.SessionId:x16}", first.Cmid);
        Assert.Equal($"~{now + 1:x14}-{first.SessionId:x16}", second.Cmid);
    }

    [Fact]
    public async Task A_session_that_drains_writes_the_acknowledgement_it_waited_for_before_it_ends()
    {
        var session = await LogInAsync(isModern: true);
        await WatchAsync(session);
        session.Tell(Message("""{"msgid":6,"toid":2,"msg":"one","cmid":"c1","ref":11}"""));
        var post = await Conversations.ExpectMsgAsync<Post>();
        session.Tell(new DrainSession(TimeSpan.Zero));
        await ReadUntilAsync("\"msgid\":106");
        Conversations.Send(session, new PostAccepted(Pair, post.Number, 7, 1));

        await ReadUntilAsync("\"seq\":7");
        await ExpectTerminatedAsync(session);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_whose_user_does_not_answer_its_login_ends_all_the_same_and_what_came_behind_it_counts(bool isDrained)
    {
        var session = await StartLogInAsync(isModern: false);
        await WatchAsync(session);
        session.Tell(Message("""{"id":1,"msg":"hi","msgid":6,"name":"alice","time":"t","toid":2}"""));
        session.Tell(isDrained ? new DrainSession(TimeSpan.Zero) : new ConnectionClosed(CanStillWrite: true));
        await Users.FishForMessageAsync(message => message is Detach, Patience);

        var post = await Conversations.ExpectMsgAsync<Post>();
        Users.Send(session, new Attached(Alice, [], HasMore: false)); // too late, and without effect
        Conversations.Send(session, new PostAccepted(Pair, post.Number, 1, 1));

        await ReadUntilAsync("\"msgid\":2");
        await ExpectTerminatedAsync(session);
        Assert.Equal(2, _read.ToString().Split("\"msgid\":2").Length);
    }

    [Fact]
    public async Task A_connection_that_ends_under_a_write_leaves_the_posts_of_a_legacy_client_to_their_session()
    {
        var session = await LogInAsync(isModern: false);
        await WatchAsync(session);
        session.Tell(Message("""{"id":1,"msg":"hi","msgid":6,"name":"alice","time":"t","toid":2}"""));
        var post = await Conversations.ExpectMsgAsync<Post>();
        await _socket.Writer.CompleteAsync(); // as the web server does, before anybody has told the session
        Users.Send(session, new Push(0, 1, new AcceptedMessage(Pair, 1, Bob, "c", 1, BodyOf(Bob, "hello", Alice), 0)));
        await Users.FishForMessageAsync(message => message is Detach, Patience);

        Conversations.Send(session, new PostRefused(Pair, post.Number, ErrorCode.Unavailable, "not now"));
        var again = await Conversations.ExpectMsgAsync<Post>();
        Conversations.Send(session, new PostAccepted(Pair, again.Number, 1, 1));

        await ExpectTerminatedAsync(session);
    }

    [Fact]
    public async Task A_repeated_push_is_written_once_and_confirmed_twice()
    {
        var session = await LogInAsync(isModern: true);
        var push = new Push(0, 1, new AcceptedMessage(Pair, 1, Bob, "c", 1, BodyOf(Bob, "hello", Alice), 0));
        Users.Send(session, push);
        Assert.Equal(1, (await Users.ExpectMsgAsync<Pushed>()).UpTo);

        Users.Send(session, push);
        Assert.Equal(1, (await Users.ExpectMsgAsync<Pushed>()).UpTo);

        session.Tell(Message("""{"msgid":104,"ref":99}"""));
        await ReadUntilAsync("\"ref\":99");
        Assert.Equal(2, _read.ToString().Split("hello").Length);
    }

    [Fact]
    public async Task What_left_soon_after_a_report_is_told_before_a_detach()
    {
        Clock.Stop(); // no time passes: only the detach can bring the second report
        var session = await LogInAsync(isModern: true);
        Users.Send(session, PushOf(1));
        Assert.Equal(1, (await Users.ExpectMsgAsync<Pushed>()).UpTo);
        Users.Send(session, PushOf(2));
        Users.Send(session, PushOf(3));
        await ReadUntilAsync("hello 3");
        session.Tell(new ConnectionClosed(CanStillWrite: false));

        Assert.Equal(3, (await Users.ExpectMsgAsync<Pushed>()).UpTo);
        await Users.ExpectMsgAsync<Detach>();
    }

    [Fact]
    public async Task Reports_of_what_has_left_come_together_when_it_is_time()
    {
        Clock.Stop();
        var session = await LogInAsync(isModern: true);
        Users.Send(session, PushOf(1));
        Assert.Equal(1, (await Users.ExpectMsgAsync<Pushed>()).UpTo);
        Users.Send(session, PushOf(2));
        await ReadUntilAsync("hello 2");
        Users.Send(session, PushOf(3));
        await ReadUntilAsync("hello 3");
        session.Tell(ReportDue.Instance);

        Assert.Equal(3, (await Users.ExpectMsgAsync<Pushed>()).UpTo);
    }

    [Fact]
    public async Task Many_numbers_of_one_conversation_are_told_without_waiting()
    {
        Clock.Stop();
        var session = await LogInAsync(isModern: true);
        Users.Send(session, PushOf(1));
        Assert.Equal(1, (await Users.ExpectMsgAsync<Pushed>()).UpTo);
        Users.Send(session, PushOf(65));

        Assert.Equal(65, (await Users.ExpectMsgAsync<Pushed>()).UpTo);
    }

    [Fact]
    public async Task What_has_left_to_a_legacy_client_is_told_at_once()
    {
        Clock.Stop();
        var session = await LogInAsync(isModern: false);
        for (var seq = 1; seq <= 2; seq++)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(60)); // less than a report waits, more than such a client is left alone
            Users.Send(session, PushOf(seq));
            Assert.Equal(seq, (await Users.ExpectMsgAsync<Pushed>()).UpTo);
        }
    }

    [Fact]
    public async Task Without_a_history_every_report_is_told_at_once()
    {
        Clock.Stop();
        var session = await LogInAsync(isModern: true);
        for (var number = 1; number <= 2; number++)
        {
            Users.Send(session, new Push(77, number, new AcceptedMessage(Pair, 0, Bob, $"c{number}", 1, BodyOf(Bob, "hello", Alice), 0)));
            Assert.Equal(number, (await Users.ExpectMsgAsync<Pushed>()).UpTo);
        }
    }

    static Push PushOf(long seq) => new(0, seq, new AcceptedMessage(Pair, seq, Bob, $"c{seq}", 1, BodyOf(Bob, $"hello {seq}", Alice), 0));

    [Fact]
    public async Task When_a_conversation_dies_what_it_had_not_answered_goes_through_the_region_again()
    {
        var session = await LogInAsync(isModern: true);
        var entity = NewProbe();
        session.Tell(Message("""{"msgid":6,"toid":2,"msg":"one","cmid":"c1","ref":1}"""));
        var first = await Conversations.ExpectMsgAsync<Post>();
        entity.Send(session, new PostAccepted(Pair, first.Number, 1, 1)); // from now on the session speaks to it directly
        session.Tell(Message("""{"msgid":6,"toid":2,"msg":"two","cmid":"c2","ref":2}"""));
        Assert.Equal("c2", (await entity.ExpectMsgAsync<Post>()).Cmid);

        Stop(entity.Ref);

        Assert.Equal("c2", (await Conversations.ExpectMsgAsync<Post>()).Cmid);
    }

    async Task<IActorRef> LogInAsync(bool isModern)
    {
        var session = await StartLogInAsync(isModern);
        Users.Reply(new Attached(Alice, [], HasMore: false));
        await ReadUntilAsync("\"errno\":0");
        return session;
    }

    /// <summary>A session that waits for its user.</summary>
    async Task<IActorRef> StartLogInAsync(bool isModern)
    {
        await Accounts.SaveTokenAsync(SHA256.HashData("token"u8), new Account { Id = Alice }, Clock.GetUtcNow().AddDays(1));
        var connection = new TcpConnection(new PipeConnection("c1", _socket.Writer), Clock);
        var services = Services(_round);
        var session = Sys.ActorOf(Props.Create(() => new SessionActor(connection, services)));
        if (isModern)
            session.Tell(new HelloRequest(2, "test"));
        session.Tell(new LoginRequest(null, null, null, "token"));
        await Users.ExpectMsgAsync<Attach>();
        return session;
    }

    static Request Message(string json) => RequestReader.Read(Encoding.UTF8.GetBytes(json), isSpaced: false);

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
