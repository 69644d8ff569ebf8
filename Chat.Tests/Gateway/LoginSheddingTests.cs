using System.IO.Pipelines;
using System.Text;
using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Gateway;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Actors;
using Chat.Tests.Protocol;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Gateway;

/// <summary>A node that has more to do than it can lets nobody new in, and goes on for those who are in.</summary>
public sealed class LoginSheddingTests : SessionTest
{
    bool _isOverloaded;

    [Fact]
    public async Task Logins_and_registrations_are_refused_with_retry_while_posts_go_on()
    {
        await Accounts.SaveTokenAsync(System.Security.Cryptography.SHA256.HashData("token"u8), new Account { Id = Alice }, Clock.GetUtcNow().AddDays(1));
        var inside = Start("in");
        inside.Session.Tell(new LoginRequest(null, null, null, "token"));
        await Users.ExpectMsgAsync<Attach>(Patience);
        Users.Reply(new Attached(Alice, [], HasMore: false));
        await inside.ReadUntilAsync("\"errno\":0");

        _isOverloaded = true;
        inside.Session.Tell(Requests.Read("""{"msgid":6,"toid":2,"msg":"hi","cmid":"c"}"""));
        await Conversations.ExpectMsgAsync<Post>(Patience);
        var stranger = Start("out");
        stranger.Session.Tell(new LoginRequest(null, null, null, "token") { Ref = new RequestRef("1"u8.ToArray()) });
        await stranger.ReadUntilAsync("\"ref\":1,\"errno\":10");
        stranger.Session.Tell(new RegisterRequest("zoe", "secret") { Ref = new RequestRef("2"u8.ToArray()) });
        var answers = await stranger.ReadUntilAsync("\"ref\":2,\"errno\":10");
        Assert.Equal(2, answers.Split("\"retry\":true").Length - 1);

        _isOverloaded = false;
        stranger.Session.Tell(new RegisterRequest("zoe", "secret") { Ref = new RequestRef("3"u8.ToArray()) });
        await stranger.ReadUntilAsync("\"ref\":3,\"errno\":0");
    }

    /// <summary>With the log that sessions of a node ask: a quarter of its queue is full when logins are refused, all of it when messages are.</summary>
    [Fact]
    public async Task Logins_are_refused_long_before_messages_are()
    {
        await Accounts.SaveTokenAsync(System.Security.Cryptography.SHA256.HashData("token"u8), new Account { Id = Alice }, Clock.GetUtcNow().AddDays(1));
        var (stall, receiver, taken) = (Database.StallWrites(), new AppendReceiver((_, _, _) => { }), 0);
        while (taken < MessageLog.LoginsWaitAbove)
            Assert.True(TryAppend());
        Assert.False(MessageLog.IsOverloaded);

        // The batches that have left the queue do not count.
        while (taken < MessageLog.LoginsWaitAbove + (3 * MessageLog.BatchSize))
            Assert.True(TryAppend());
        Assert.True(MessageLog.IsOverloaded);
        var stranger = Start("out", () => MessageLog.IsOverloaded);
        Ask("1");
        await stranger.ReadUntilAsync("\"ref\":1,\"errno\":10");

        while (TryAppend())
            Assert.InRange(taken, 0, MessageLog.QueueLength + (3 * MessageLog.BatchSize));
        Assert.InRange(taken, MessageLog.QueueLength, int.MaxValue); // until here each message had its place

        receiver.Stop(); // what waits is passed over
        stall.Release();
        await Eventually.TrueAsync(() => !MessageLog.IsOverloaded);
        Ask("2");
        await Users.ExpectMsgAsync<Attach>(Patience);
        Users.Reply(new Attached(Alice, [], HasMore: false));
        await stranger.ReadUntilAsync("\"ref\":2,\"errno\":0");

        bool TryAppend()
        {
            var row = new LogRow(ConversationId.Direct(Alice, Bob), taken + 1, Alice, $"c{taken}", 1, "{}"u8.ToArray());
            return MessageLog.TryAppend(row, receiver) && ++taken > 0;
        }

        void Ask(string number) => stranger.Session.Tell(new LoginRequest(null, null, null, "token") { Ref = new RequestRef(Encoding.ASCII.GetBytes(number)) });
    }

    Client Start(string id, Func<bool>? isOverloaded = null)
    {
        var socket = new Pipe();
        var connection = new TcpConnection(new PipeConnection(id, socket.Writer), Clock);
        var services = Services() with { IsOverloaded = isOverloaded ?? (() => _isOverloaded) };
        var session = Sys.ActorOf(Props.Create(() => new SessionActor(connection, services)));
        session.Tell(new HelloRequest(2, "test"));
        return new Client(session, socket.Reader);
    }

    sealed class Client(IActorRef session, PipeReader socket)
    {
        readonly StringBuilder _read = new();

        public IActorRef Session => session;

        /// <summary>All that has come.</summary>
        public async Task<string> ReadUntilAsync(string text)
        {
            using var deadline = new CancellationTokenSource(Patience);
            while (!_read.ToString().Contains(text, StringComparison.Ordinal))
            {
                var read = await socket.ReadAsync(deadline.Token);
                _read.Append(Encoding.UTF8.GetString(read.Buffer));
                socket.AdvanceTo(read.Buffer.End);
            }

            return _read.ToString();
        }
    }
}
