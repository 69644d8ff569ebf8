using Akka.Actor;
using Chat.Node.Actors;
using Chat.Node.Contracts;
using Chat.Node.Links;
using Chat.Node.Telemetry;
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
sealed partial class SessionActor : FastReceiveActor
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
    readonly NodeLinks _nodes = NodeLinks.Of(Context.System);
    readonly SessionConnection _connection;
    readonly GatewayServices _services;
    readonly Outbox _outbox;
    TokenBucket _frames;
    readonly long _sessionId = Random.Shared.NextInt64(1, long.MaxValue);
    Queue<Request>? _requests;
    OneShotTimer _ticking;
    OneShotTimer _attachingAgain;
    OneShotTimer _pausing;
    OneShotTimer _continuing;
    OneShotTimer _draining;
    ChatSender? _user;
    bool _isModern;
    bool _isBusy;
    bool _isEnding;
    bool _isClosed;
    bool _closesWhenFlushed;
    bool _isDrainDue;
    long _endingSince;

    public SessionActor(SessionConnection connection, GatewayServices services)
    {
        _connection = connection;
        _services = services;
        _outbox = new Outbox(connection.Output, services.Limits.OutboxFrames, services.Clock, connection.Peer);
        _frames = new TokenBucket(services.Limits.FramesPerSecond);
    }

    long CoarseMilliseconds => _services.Clock.CoarseMilliseconds();

    /// <summary>A switch, its hottest messages first: handlers that are registered would be a list of delegates for each connection.</summary>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Push push:
                OnPush(push);
                break;
            case PostAccepted accepted:
                OnPostAccepted(accepted);
                break;
            case Request request:
                OnRequest(request);
                break;
            case PauseEnded:
                _pausing.Clear();
                break;
            case FlushDue:
                _isFlushDue = !_outbox.IsEmpty;
                break;
            case PeerAcknowledged acknowledged:
                OnPeerAcknowledged(acknowledged);
                break;
            case FlushEnded ended:
                OnFlushEnded(ended.IsOver);
                break;
            case PostRefused refused:
                OnPostRefused(refused);
                break;
            case ResendPosts resend:
                OnResendPosts(resend);
                break;
            case RetryPosts retry:
                OnRetryPosts(retry.Conversation);
                break;
            case Replied replied:
                OnReplied(replied);
                break;
            case OfflinePage page:
                PushOffline(page.Offline);
                break;
            case OtherDevicesChanged changed:
                _hasSiblings = IsFromUser ? changed.SenderHasOtherDevices : _hasSiblings;
                break;
            case MarkRefused refused:
                OnMarkRefused(refused);
                break;
            case UserSettingsChanged changed:
                OnSettingsChanged(changed);
                break;
            case Terminated terminated:
                OnTerminated(terminated);
                break;
            case Tick:
                OnTick();
                break;
            case ReportDue:
                OnReportDue();
                break;
            case Continue:
                _continuing.Clear();
                HandleRequests();
                break;
            default:
                ReceiveComingOrGoing(message);
                break;
        }

        FlushWhenIdle(); // behind the last message that waits: one flush for everything that these messages brought
    }

    void ReceiveComingOrGoing(object message)
    {
        switch (message)
        {
            case Registered registered:
                OnRegistered(registered);
                break;
            case LoginPrepared prepared:
                OnLoginPrepared(prepared);
                break;
            case LogoutDone loggedOut:
                OnLoggedOut(loggedOut);
                break;
            case Attached attached:
                OnAttached(attached);
                break;
            case AttachRefused refused:
                OnAttachRefused(refused);
                break;
            case AttachAgain:
                OnAttachAgain();
                break;
            case SessionReplaced:
                Close("replaced by another connection with the same token");
                break;
            case ProvePeer:
                OnProvePeer();
                break;
            case PeerLooked looked:
                OnPeerLooked(looked);
                break;
            case GiveUpPlace:
                Close("its peer is silent, and another login has its place");
                break;
            case ConnectionClosed closed:
                OnConnectionClosed(closed);
                break;
            case CloseSession close:
                Close(close.Reason);
                break;
            case DrainSession drain:
                OnDrain(drain);
                break;
            case DrainNow:
                OnDrainNow();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void OnRequest(Request request)
    {
        var turn = _requests is { Count: > 0 } ? Turn.NotYet : NextTurn();
        if (turn == Turn.NotYet)
            (_requests ??= new Queue<Request>()).Enqueue(request);
        else
            TakeTurn(request, turn);
        if (_isEnding)
            EndWhenDone();
    }

    void OnTick()
    {
        _ticking.Clear();
        CheckPosts();
        if (_isEnding)
        {
            EndWhenDone();
            if (!_isClosed && CoarseMilliseconds - _endingSince > LingerLimit.TotalMilliseconds)
                Close("ended with unanswered posts");
        }

        ArmTick();
    }

    void ArmTick()
    {
        if (_ticking.IsSet || (_unanswered == 0 && !_isEnding) || _isClosed)
            return;
        _ticking.Set(Context, TickInterval, Tick.Instance);
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
