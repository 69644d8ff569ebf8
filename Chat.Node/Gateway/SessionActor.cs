using Akka.Actor;
using Chat.Node.Actors;
using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>
/// One connection: login state, the outbox of the socket, the posts without an answer. Dies with the connection
/// (after its posts are answered); what it had not flushed goes back to the user, what it had not got answered the
/// client sends again, or, for a legacy client, the session itself.
/// </summary>
sealed class SessionActor : FastReceiveActor
{
    static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan LingerLimit = TimeSpan.FromSeconds(60);

    readonly SessionCore _core;
    readonly SessionPushes _pushes;
    readonly Attachment _attachment;
    readonly RequestQueue _requests;
    DrainTurn? _drain;
    OneShotTimer _ticking;

    public SessionActor(ISessionTransport transport, GatewayServices services)
    {
        _core = new SessionCore(transport, services, (ActorCell)Context);
        _pushes = new SessionPushes(_core);
        _attachment = new Attachment(_core, _pushes);
        _requests = new RequestQueue(_core);
    }

    bool IsFinishing => _core.Life == SessionLife.Finishing;

    bool IsDrainDue => _drain is { IsDue: true };

    /// <summary>A switch, its hottest messages first: handlers that are registered would be a list of delegates for each connection.</summary>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Push push:
                if (!IsDrainDue)
                    _pushes.OnPush(push);
                break;
            case PostAccepted accepted:
                _core.Posts?.OnAccepted(accepted);
                break;
            case Request request:
                if (_requests.TryPass(request, out var turn))
                    RequestHandler.Take(_core, _attachment, _pushes, request, turn);
                break;
            case PauseEnded:
                _core.Frames.OnPauseEnded();
                break;
            case FlushDue:
                _core.Frames.OnFlushDue();
                break;
            case PeerAcknowledged acknowledged:
                _pushes.OnPeerAcknowledged(acknowledged);
                if (IsDrainDue)
                    OnDrainNow();
                break;
            case FlushEnded ended:
                OnFlushEnded(ended.IsOver);
                break;
            case PostRefused refused:
                _core.Posts?.OnRefused(refused);
                break;
            case ResendPosts resend:
                _core.Posts?.OnResend(resend);
                break;
            case PostsEvent own:
                _core.Posts?.On(own);
                break;
            case Replied replied:
                RequestHandler.OnReplied(_core, replied);
                break;
            case OfflinePage page:
                _pushes.PushOffline(page.Offline);
                break;
            case OtherDevicesChanged changed:
                if (_core.UserActor is null || _core.IsFromUser) // while it attaches it is told before its first message can be sent
                    _core.SenderHasOtherDevices = changed.SenderHasOtherDevices;
                break;
            case MarkRefused refused:
                _pushes.OnMarkRefused(refused);
                break;
            case UserSettingsChanged changed:
                SessionNotices.OnSettingsChanged(_core, changed);
                break;
            case SessionNotice notice:
                SessionNotices.OnNotice(_core, notice);
                break;
            case Tick:
                OnTick();
                break;
            case ReportDue:
                _pushes.OnReportDue();
                break;
            case ContinueRequests:
                _requests.OnContinue();
                break;
            default:
                ReceiveComingOrGoing(message);
                break;
        }

        while (_core.HasWaitingRequests && _requests.TryTake(out var waiting, out var next))
            RequestHandler.Take(_core, _attachment, _pushes, waiting, next);
        ArmTick();
        if (IsFinishing)
            EndWhenDone();
        FlushWhenIdle();
    }

    void ReceiveComingOrGoing(object message)
    {
        switch (message)
        {
            case Registered registered:
                SessionAccounts.OnRegistered(_core, registered);
                break;
            case LoginPrepared prepared:
                SessionAccounts.OnLoginPrepared(_core, _attachment, prepared, _core.Posts?.Waiting);
                break;
            case LogoutDone loggedOut:
                SessionAccounts.OnLoggedOut(_core, _attachment, loggedOut);
                break;
            case Attached attached:
                _attachment.OnAttached(attached);
                break;
            case AttachRefused refused:
                _attachment.OnAttachRefused(refused);
                break;
            case AttachAgain:
                _attachment.TryAttach();
                break;
            case SessionReplaced:
                _core.Close(CloseCode.Replaced, "replaced by another connection with the same token");
                break;
            case Terminated { ActorRef: var user } when user.Equals(_core.UserActor):
                _attachment.OnUserEnded();
                break;
            case Terminated { ActorRef: var conversation }:
                _core.Posts?.OnConversationGone(conversation);
                break;
            case ProvePeer:
                _attachment.OnProvePeer();
                break;
            case PeerLooked looked:
                _attachment.OnPeerLooked(looked);
                break;
            case GiveUpPlace:
                _core.Close(CloseCode.PlaceLost, "its peer is silent, and another login has its place");
                break;
            case ConnectionClosed closed:
                OnConnectionClosed(closed.CanStillWrite);
                break;
            case CloseSession close:
                _core.Close(close.Code, close.Reason);
                break;
            case DrainSession drain:
                (_drain ??= new DrainTurn(_core, _pushes)).Start(drain.Spread);
                break;
            case DrainNow:
                OnDrainNow();
                break;
            case TokenDue or TokenRefreshed or EndSession or BanSession or EndDeviceSession or DeviceChecked or CheckDeviceAgain:
                if (SessionToken.ReasonToEnd(_core, _attachment, message) is { } reason)
                    SendAway(ModernFrames.LoginIsOver(reason));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void OnTick()
    {
        _ticking.Clear();
        _core.Posts?.OnTick();
        if (IsFinishing && _core.FinishingFor > LingerLimit.TotalMilliseconds)
            _core.Close(CloseCode.Unavailable, "ended with unanswered posts");
    }

    void ArmTick()
    {
        if (_ticking.IsSet || (_core.Posts is null or { IsQuiet: true } && !IsFinishing) || _core.Life == SessionLife.Closed)
            return;
        _ticking.Set(Context, TickInterval, Tick.Instance);
    }

    /// <summary>
    /// The client is gone: no more pushes, at once. What it asked for before is still done, and its posts are still
    /// answered to, so that a client that sends and leaves has sent.
    /// </summary>
    void OnConnectionClosed(bool canStillWrite)
    {
        if (_core.Life != SessionLife.Open)
            return;
        _drain?.Forget();
        Finish();
        if (!canStillWrite)
            _core.Transport.End(isGraceful: false);
        _attachment.EndAttaching();
    }

    void OnDrainNow()
    {
        if (_core.Life != SessionLife.Open || _drain is not { } drain || drain.MustWait())
            return;
        SendAway(ModernFrames.GoAway("draining", (int)(DrainSpread.ReconnectWithin * Random.Shared.NextDouble()).TotalMilliseconds));
    }

    /// <summary>What the client asked for before is still done.</summary>
    void SendAway(byte[] goAway)
    {
        if (_core.Life != SessionLife.Open)
            return;
        if (_core.IsModern)
            _core.Send(goAway);
        _core.Transport.StopReading();
        Finish();
        _attachment.EndAttaching();
    }

    /// <summary>The user queues what has not left.</summary>
    void Finish()
    {
        _core.Finish();
        _attachment.Detach();
        _core.Frames.DropPushes();
        ArmTick();
    }

    void EndWhenDone()
    {
        if (_requests.IsEmpty && !_core.IsBusy && _core.Posts is null or { AreAnswered: true } && (_core.Frames.IsEmpty || _core.Transport.IsEnded)
            && !_core.Frames.IsFlushing)
            _core.Close(_drain is null ? CloseCode.Normal : CloseCode.GoingAway, SessionCore.Disconnected);
    }

    void FlushWhenIdle()
    {
        while (_core.Life != SessionLife.Closed && !IsDrainDue)
        {
            switch (_core.Frames.TryFlush(IsFinishing))
            {
                case FlushStep.None:
                    return;
                case FlushStep.Last:
                    _core.Close(CloseCode.BadInput, "bad input");
                    break;
                case var step:
                    OnFlushEnded(isOver: step == FlushStep.Over);
                    break;
            }
        }
    }

    void OnFlushEnded(bool isOver)
    {
        _core.Frames.OnFlushed();
        if (isOver)
        {
            _core.Frames.OnOver(); // else it would be tried again and again, as long as a request is under way
            _core.Transport.End(isGraceful: false);
            OnConnectionClosed(canStillWrite: false);
            if (IsFinishing)
                EndWhenDone();
            return;
        }

        _pushes.OnFlushed();
        if (IsDrainDue)
            OnDrainNow();
        if (IsFinishing)
            EndWhenDone();
        else if (_core.Frames is { ClosesWhenFlushed: true, IsEmpty: true })
            _core.Close(CloseCode.BadInput, "bad input");
    }

    protected override void PostStop()
    {
        _ticking.Cancel();
        _core.Frames.Stop();
        _requests.Stop();
        _drain?.Stop();
        _core.Posts?.Stop();
        _core.Token?.Stop();
        _core.Device?.Stop();
        _attachment.Detach();
        _core.Transport.End(isGraceful: _core.Frames is { IsEmpty: true, IsFlushing: false });
    }
}
