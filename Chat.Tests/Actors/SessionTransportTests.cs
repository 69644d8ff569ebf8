using System.IO.Pipelines;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Gateway;
using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>A session knows its transport as <see cref="ISessionTransport"/> only: here it is no socket.</summary>
public sealed class SessionTransportTests : SessionTest
{
    static readonly ConversationId Pair = ConversationId.Direct(Alice, Bob);

    readonly FakeTransport _transport = new();

    [Fact]
    public async Task A_modern_client_gets_one_object_with_each_write_and_each_request_gives_its_credit_back()
    {
        await Accounts.SaveTokenAsync(SHA256.HashData("token"u8), new Account { Id = Alice }, Clock.GetUtcNow().AddDays(1));
        var session = Start();
        session.Tell(new HelloRequest(2, "test"));
        session.Tell(new LoginRequest(null, null, null, "token"));
        await Users.ExpectMsgAsync<Attach>(Patience);
        Assert.Equal(Alice, _transport.UserId);
        Users.Reply(new Attached(Alice, [], HasMore: false));
        session.Tell(RequestReader.Read(Encoding.UTF8.GetBytes("""{"msgid":6,"toid":2,"msg":"one","cmid":"c1","ref":1}"""), isSpaced: false));
        var post = await Conversations.ExpectMsgAsync<Post>(Patience);
        Conversations.Send(session, new PostAccepted(Pair, post.Number, 1, 1));

        await AwaitAssertAsync(() => Assert.Equal(3, _transport.Credits), Patience);
        await AwaitAssertAsync(() => Assert.Equal([101, 2, 102], _transport.Frames.Select(KindOf)), Patience);
        Assert.True(_transport is { IsModern: true, IsLoggedIn: true, IsLoggingIn: false });
    }

    [Fact]
    public async Task A_session_that_is_sent_away_stops_the_reading_and_ends_its_transport_in_good_order()
    {
        var session = Start();
        await WatchAsync(session);
        session.Tell(new HelloRequest(2, "test"));
        session.Tell(new DrainSession(TimeSpan.Zero));
        await ExpectTerminatedAsync(session, Patience);
        Assert.Equal([101, 106], _transport.Frames.Select(KindOf));
        Assert.True(_transport.IsReadingStopped);
        Assert.Equal((true, CloseCode.GoingAway), (_transport.EndedGracefully, _transport.Code));
    }

    [Fact]
    public async Task A_transport_that_has_ended_ends_its_session()
    {
        var session = Start();
        await WatchAsync(session);
        _transport.IsOver = true;
        session.Tell(new HelloRequest(2, "test"));
        await ExpectTerminatedAsync(session, Patience);
        Assert.Equal(false, _transport.EndedGracefully);
    }

    [Fact]
    public async Task A_frame_for_a_legacy_client_that_is_gone_is_tried_once_also_while_its_login_is_under_way()
    {
        var peer = new GonePeer();
        _transport.Peer = peer;
        using var gate = new ManualResetEventSlim();
        _transport.Gate = gate;
        var session = Start();
        await WatchAsync(session);
        session.Tell(new PingRequest());
        session.Tell(new LoginRequest(Alice, null, "a password", null)); // both are there before the first flush
        gate.Set();
        await Users.ExpectMsgAsync<CheckLogin>(Patience);
        await AwaitAssertAsync(() => Assert.Equal(false, _transport.EndedGracefully), Patience);
        Users.Reply(new LoginChecked(IsAllowed: false));

        await ExpectTerminatedAsync(session, Patience);
        Assert.Equal(1, peer.Sends);
    }

    IActorRef Start()
    {
        var services = Services();
        return Sys.ActorOf(Props.Create(() => new SessionActor(_transport, services)));
    }

    static int KindOf(byte[] frame)
    {
        using var json = System.Text.Json.JsonDocument.Parse(frame); // one object, whole
        return json.RootElement.GetProperty("msgid").GetInt32();
    }

    sealed class FakeTransport : ISessionTransport
    {
        readonly Lock _lock = new();
        readonly List<byte[]> _frames = [];
        int _credits;

        public List<byte[]> Frames
        {
            get
            {
                lock (_lock)
                    return [.. _frames];
            }
        }

        public int Credits => Volatile.Read(ref _credits);

        public bool IsOver { get; set; }

        public bool IsReadingStopped { get; private set; }

        public bool? EndedGracefully { get; private set; }

        public string Id => "fake";

        public IPAddress? Address => null;

        public ITransportPeer? Peer { get; set; }

        /// <summary>The first answer waits for it.</summary>
        public ManualResetEventSlim? Gate { get; set; }

        public int MaxHeartbeatSeconds => int.MaxValue;

        public CloseCode? Code { get; private set; }

        public bool IsEnded => EndedGracefully is not null;

        public bool IsModern { get; set; }

        public bool IsLoggedIn { get; set; }

        public bool IsLoggingIn { get; set; }

        public int UserId { get; set; }

        public void Write(ReadOnlySpan<byte> bytes)
        {
            lock (_lock)
                _frames.Add(bytes.ToArray());
        }

        public ValueTask<FlushResult> FlushAsync() => new(new FlushResult(isCanceled: false, isCompleted: IsOver));

        public void RestartLoginDeadline()
        {
        }

        public void ReturnCredit()
        {
            Gate?.Wait(Patience);
            Interlocked.Increment(ref _credits);
        }

        public void StopReading() => IsReadingStopped = true;

        public void GiveReason(CloseCode code, string reason) => Code ??= code;

        public void End(bool isGraceful) => EndedGracefully ??= isGraceful;
    }

    sealed class GonePeer : ITransportPeer
    {
        int _sends;

        public int Sends => Volatile.Read(ref _sends);

        public bool IsPlain => true;

        public bool TryRead(out TcpInfo info)
        {
            info = default;
            return false;
        }

        public int Send(ReadOnlySpan<byte> frame)
        {
            Interlocked.Increment(ref _sends);
            throw new IOException("broken pipe");
        }

        public void ProbeOften()
        {
            // it is gone
        }

        public void ProbeSeldom()
        {
            // as above
        }
    }
}
