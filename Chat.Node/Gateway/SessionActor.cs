using Akka.Actor;
using Chat.Node.Conversations;
using Chat.Node.Telemetry;
using Chat.Node.Users;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>Reader to session: the client has closed its side (or the connection broke).</summary>
sealed record ConnectionClosed(bool CanStillWrite) : INoSerializationVerificationNeeded;

/// <summary>Gateway to session: end with this reason.</summary>
sealed record CloseSession(string Reason) : INoSerializationVerificationNeeded;

/// <summary>Gateway to session: the node is going down; send the client elsewhere, within this time if it is a modern one, else after it.</summary>
sealed record DrainSession(TimeSpan Spread) : INoSerializationVerificationNeeded;

/// <summary>
/// One TCP connection: login state, the outbox of the socket, the posts without an answer. Dies with the connection
/// (after its posts are answered); what it had not flushed goes back to the user, what it had not got answered the
/// client sends again, or, for a documented client, the session itself.
/// </summary>
sealed partial class SessionActor : ReceiveActor, IWithTimers
{
    const string Disconnected = "disconnected";
    static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan LingerLimit = TimeSpan.FromSeconds(60);

    sealed class Tick : INoSerializationVerificationNeeded
    {
        public static readonly Tick Instance = new();
    }

    sealed class PauseEnded : INoSerializationVerificationNeeded
    {
        public static readonly PauseEnded Instance = new();
    }

    sealed class DrainNow : INoSerializationVerificationNeeded
    {
        public static readonly DrainNow Instance = new();
    }

    sealed class Continue : INoSerializationVerificationNeeded
    {
        public static readonly Continue Instance = new();
    }

    sealed record FlushEnded(bool IsOver) : INoSerializationVerificationNeeded;

    readonly ActorCell _cell = (ActorCell)Context;
    readonly SessionConnection _connection;
    readonly GatewayServices _services;
    readonly Outbox _outbox;
    readonly TokenBucket _frames;
    readonly long _sessionId = Random.Shared.NextInt64(1, long.MaxValue);
    readonly Queue<Request> _requests = new();
    ChatSender? _user;
    bool _isModern;
    bool _isBusy;
    bool _isPausing;
    bool _isTicking;
    bool _isEnding;
    bool _isClosed;
    bool _closesWhenFlushed;
    bool _isDrainDue;
    long _endingSince;

    public SessionActor(SessionConnection connection, GatewayServices services)
    {
        _connection = connection;
        _services = services;
        _outbox = new Outbox(connection.Output, services.Limits.OutboxFrames, () => SteadyMilliseconds);
        _frames = new TokenBucket(services.Limits.FramesPerSecond);

        Receive<PauseEnded>(_ => _isPausing = false);
        Receive<FlushEnded>(ended => OnFlushEnded(ended.IsOver));
        Receive<PostRefused>(OnPostRefused);
        Receive<ResendPosts>(OnResendPosts);
        Receive<RetryPosts>(retry => OnRetryPosts(retry.Conversation));
        Receive<Registered>(OnRegistered);
        Receive<LoginPrepared>(OnLoginPrepared);
        Receive<LoggedOut>(OnLoggedOut);
        Receive<Attached>(OnAttached);
        Receive<AttachRefused>(_ => OnAttachRefused());
        Receive<AttachAgain>(_ => OnAttachAgain());
        Receive<Replied>(OnReplied);
        Receive<OfflinePage>(page => PushOffline(page.Offline));
        Receive<SiblingsChanged>(changed => _hasSiblings = changed.HasSiblings);
        Receive<SettingsChanged>(OnSettingsChanged);
        Receive<SessionReplaced>(_ => Close("replaced by another connection with the same token"));
        Receive<Terminated>(OnTerminated);
        Receive<Tick>(_ => OnTick());
        Receive<ReportDue>(_ => OnReportDue());
        Receive<Continue>(_ => HandleRequests());
        Receive<ConnectionClosed>(OnConnectionClosed);
        Receive<CloseSession>(close => Close(close.Reason));
        Receive<DrainSession>(OnDrain);
        Receive<DrainNow>(_ => OnDrainNow());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>
    /// The messages of the hot path go past the long list of handlers. Behind the last message that waits comes the
    /// flush: one for everything that these messages brought.
    /// </summary>
    protected override bool AroundReceive(Receive receive, object message)
    {
        if (message is Push push)
            OnPush(push);
        else if (message is PostAccepted accepted)
            OnPostAccepted(accepted);
        else if (message is Request request)
            OnRequest(request);
        else if (!base.AroundReceive(receive, message))
            return false;
        FlushWhenIdle();
        return true;
    }

    long SteadyMilliseconds => _services.Clock.SteadyMilliseconds();

    void OnRequest(Request request)
    {
        _requests.Enqueue(request);
        HandleRequests();
    }

    /// <summary>Requests are handled one after the other; posts do not wait for the answers of posts before them.</summary>
    void HandleRequests()
    {
        while (!_isBusy && !_isClosed && !_closesWhenFlushed && _requests.TryPeek(out var request))
        {
            if (!_frames.TryTake(SteadyMilliseconds))
            {
                if (!_isModern)
                {
                    // A documented client cannot be told: it is read more slowly instead.
                    Timers.StartSingleTimer("rate", Continue.Instance, TimeSpan.FromMilliseconds(20));
                    return;
                }

                _requests.Dequeue();
                RefuseTooFast(request);
                continue;
            }

            _requests.Dequeue();
            Handle(request);
        }

        if (_isEnding)
            EndWhenDone();
    }

    void Handle(Request request)
    {
        switch (request)
        {
            case SendMessageRequest message when _user is not null:
                HandleSendMessage(message, _user);
                break;
            case ReceivedRequest received when _isModern && _user is not null:
                HandleReceived(received);
                break;
            case ReceivedRequest or ReadRequest or FetchHistoryRequest or SyncRequest or GetSettingsRequest or ChangeSettingsRequest
                or InvalidRequest { Kind: >= MessageKind.Hello } when !_isModern && _user is not null:
                Finish(); // numbers that a documented client may use for something of its own
                break;
            case HelloRequest hello:
                HandleHello(hello);
                break;
            case PingRequest:
                Send(_isModern ? ModernFrames.Pong(request.Ref) : LegacyPong);
                Finish();
                break;
            case LoginRequest login:
                HandleLogin(login);
                break;
            case RegisterRequest register:
                HandleRegister(register);
                break;
            case InvalidRequest invalid:
                Fail(request, invalid.Error, invalid.Reason);
                break;
            case UnknownRequest unknown when _isModern || _user is null:
                Fail(request, ErrorCode.UnknownRequest, $"\"msgid\" {unknown.Kind} is no request");
                break;
            case UnknownRequest:
                Finish(); // documented servers ignore it, and forks use numbers of their own
                break;
            case not null when _user is null:
                Fail(request, ErrorCode.NotLoggedIn, "log in first");
                break;
            case LogoutRequest logout:
                HandleLogout(logout, _user!);
                break;
            case ReadRequest read:
                HandleRead(read);
                break;
            default:
                HandleOther(request!, _user!);
                break;
        }
    }

    /// <summary>A request has its answer (or needs none): its place is free.</summary>
    void Finish() => _connection.ReturnCredit();

    /// <summary>Bad input: an error for a modern client; a documented one would not understand it and is disconnected.</summary>
    void Fail(Request request, ErrorCode error, string reason)
    {
        if (!_isModern)
        {
            Close($"{request.GetType().Name}: {reason}");
            return;
        }

        var kind = request switch
        {
            LoginRequest => MessageKind.LoginAck,
            RegisterRequest => MessageKind.RegisterAck,
            _ => MessageKind.Reply,
        };
        Send(ModernFrames.Failure(kind, request.Ref, error, reason));
        Finish();
        if (request is InvalidRequest { IsFatal: true })
            CloseWhenFlushed();
    }

    void OnTick()
    {
        _isTicking = false;
        CheckPosts();
        if (_isEnding)
        {
            EndWhenDone();
            if (!_isClosed && SteadyMilliseconds - _endingSince > LingerLimit.TotalMilliseconds)
                Close("ended with unanswered posts");
        }

        ArmTick();
    }

    void ArmTick()
    {
        if (_isTicking || (_unanswered == 0 && !_isEnding) || _isClosed)
            return;
        _isTicking = true;
        Timers.StartSingleTimer("tick", Tick.Instance, TickInterval);
    }

    void OnTerminated(Terminated terminated)
    {
        if (terminated.ActorRef.Equals(_userActor))
        {
            _userActor = null;
            if (_user is not null && !_isEnding)
                OnAttachAgain();
            return;
        }

        OnConversationGone(terminated.ActorRef);
    }
}
