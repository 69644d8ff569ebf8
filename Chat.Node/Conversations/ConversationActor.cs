using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Event;
using Chat.Node.Actors;
using Chat.Node.Contracts;
using Chat.Node.Links;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Conversations;

/// <summary>
/// One conversation of two users or a group: gives its messages their numbers, has them logged, acknowledges them when
/// they are committed, and brings them to every member until each has confirmed. The only writer of its part of the log.
/// A crash loses nothing: a new life reads the head of the log, finishes what was not confirmed, and sessions send again
/// what was not answered.
/// </summary>
sealed class ConversationActor : FastReceiveActor
{
    readonly ConversationServices _services;
    readonly ConversationState _state;
    readonly DeliveryLane _deliveries;
    readonly LogWriter _writer;
    readonly LogFollower _follower;
    readonly Posts _posts;
    readonly Membership _membership;
    readonly HeldMessages _held = new();
    BridgeImports? _imports;
    ChangeDesk? _changes;
    Ticker _ticker;
    long _lastActivity;
    bool _isStopping;

    public ConversationActor(string entityId, ConversationServices services)
    {
        if (!ConversationId.TryParse(entityId, out var id))
            throw new ArgumentException($"not a conversation: {entityId}", nameof(entityId));
        _services = services;
        _state = new ConversationState(id, services.KeepsHistory);
        _writer = new LogWriter(services.Log, services.FanOutWatermarks, id, Self);
        _deliveries = new DeliveryLane(
            new UserLinks(Context, services.Users, services.Webhooks), DeliveryLife.Start(services.KeepsHistory ? Lane.Ordered : Lane.Unlogged), services.Clock);
        _follower = new LogFollower(id, services, _state, _deliveries, _writer, Self);
        _posts = new Posts(id, services, _state, _deliveries, _writer, _follower, Self);
        _membership = new Membership(id, services, _state, _held, Self) { System = new SystemDesk(id, services, _state, _deliveries, _writer, _follower, Self) };
    }

    bool IsIdle => _state.IsEmpty && _deliveries.IsIdle && !_follower.HasOpenWork && _imports is not { HasOpenWork: true } && !_membership.HasOpenWork
        && _changes is not { HasOpenWork: true };

    /// <summary>Most conversations never see a copy.</summary>
    BridgeImports Imports => _imports ??= new BridgeImports(_state.Id, _services, _state, _deliveries, _writer, Self);

    /// <summary>And most never a change.</summary>
    ChangeDesk Changes => _changes ??= new ChangeDesk(_state, _services, _deliveries, NoticeBoard.Of(Context.System), Self, Context.GetLogger());

    protected override void PreStart() => _follower.Load();

    /// <summary>A switch, its hottest messages first: handlers that are registered would be a list of delegates for each conversation.</summary>
    protected override void OnReceive(object message)
    {
        if (_held.IsHolding)
            ReceiveLoading(message);
        else
            ReceiveReady(message, Sender);
    }

    void ReceiveReady(object message, IActorRef sender)
    {
        switch (message)
        {
            case Post post:
                OnPost(post, sender);
                break;
            case DeliveryConfirmed confirmed when confirmed.Incarnation == _deliveries.Incarnation:
                _posts.OnConfirmed(confirmed, sender);
                if (_isStopping && _deliveries.IsIdle)
                    Stop();
                break;
            case DeliveryConfirmed confirmed:
                _imports?.OnConfirmed(confirmed, sender);
                break;
            case RowSettled settled:
                OnRowSettled(settled);
                break;
            case ResendDeliveries resend when resend.Incarnation == _deliveries.Incarnation:
                _deliveries.Resend(resend, sender);
                break;
            case ResendDeliveries resend:
                _imports?.OnResend(resend, sender);
                break;
            case Import import:
                OnImport(import, sender);
                break;
            case ImportPrepared prepared:
                Imports.OnPrepared(prepared, _follower, isBusy: _follower.IsRecovering || _isStopping);
                ArmTick();
                break;
            case MembersChanged or ReloadMembers or MembersReloaded:
                _membership.OnChange(message, sender);
                break;
            case ChangeMessage change:
                Changes.OnChange(change, sender, _isStopping);
                ArmTick();
                break;
            case ResumeFanOut:
                OnResumeFanOut(sender);
                break;
            case Tick:
                OnTick();
                break;
            default:
                ReceiveFollower(message);
                break;
        }
    }

    void ReceiveFollower(object message)
    {
        switch (message)
        {
            case RowsFound found:
                _follower.OnRowsFound(found, Context.GetLogger());
                RememberCopies(found.Rows);
                ArmTick();
                break;
            case LookedBehind looked:
                RememberCopies(_follower.OnLookedBehind(looked));
                ArmTick();
                break;
            case RecoveryFailed failed:
                _follower.OnRecoveryFailed(failed.Cause, Context.GetLogger());
                break;
            case Terminated terminated:
                if (_deliveries.OnUserEnded(terminated.ActorRef) is { } userId)
                    _imports?.ResendToNextLife(userId);
                break;
            case StopConversation:
                Stop();
                break;
            default:
                if (!TryReceiveChanges(message))
                    Unhandled(message);
                break;
        }
    }

    /// <summary>The head or the members are being read; what arrives is held, in order.</summary>
    void ReceiveLoading(object message)
    {
        switch (message)
        {
            case Loaded loaded:
                _follower.Start(loaded.Start);
                GoReady(loaded.Start.Participants);
                break;
            case MembersLoaded loaded:
                GoReady(loaded.Participants);
                break;
            case LoadFailed failed:
                OnLoadFailed(failed.Cause);
                break;
            case LoadAgain:
                _ticker.Clear();
                _follower.Load();
                break;
            case Tick when _follower.IsStarted:
                _ticker.Clear(); // without another one nothing would be sent again
                ArmTick();
                break;
            case Tick:
                break; // of a life before
            case RowSettled settled when _follower.IsStarted:
                OnRowSettled(settled);
                break;
            case RecoveryFailed or Terminated or StopConversation:
                ReceiveFollower(message);
                break;
            default:
                if (!TryReceiveChanges(message))
                    _held.Hold(message, Sender);
                break;
        }
    }

    /// <summary>What became of a round of changes, or of what waits to be told of the group.</summary>
    bool TryReceiveChanges(object message)
    {
        var isTaken = _changes?.TryReceive(message) == true || _membership.System.TryReceive(message);
        if (isTaken && _isStopping)
            Stop();
        return isTaken;
    }

    void OnLoadFailed(Exception cause)
    {
        Context.GetLogger().Warning("conversation {0} could not be read, trying again: {1}", _state.Id, cause.Message);
        _posts.Answers.RefuseUnread(_held.TakePosts());
        if (_follower.IsStarted)
            GoReady(null);
        else
            _ticker.Arm(Context, LoadAgain.Instance, hasOpenWork: true);
    }

    /// <summary>Handles what was held; <paramref name="participants"/> is null if they could not be read again.</summary>
    void GoReady(Participants? participants)
    {
        _membership.OnRead(participants);
        _held.HandleAll(ReceiveReady);
        _membership.OnJudged();
        ArmTick();
    }

    /// <summary>Rows that turned up in the log: other servers may send copies of them.</summary>
    void RememberCopies(IReadOnlyList<LogRow> rows)
    {
        foreach (var copy in rows.Select(row => CopiedMessage.Of(row, _services.Nodes)).OfType<CopiedMessage>())
            Imports.Remember(copy);
    }

    void OnPost(Post post, IActorRef session)
    {
        _lastActivity = _services.Clock.CoarseMilliseconds();
        var isBusy = _follower.IsRecovering || _isStopping || _deliveries.IsFull;
        if (_membership.IsStale || !_posts.TryTake(post, session, _membership.IsFreshFor(post.Sender), isBusy))
            _membership.ReadFor(post, session);
        else if (!_services.KeepsHistory)
            ArmTick(); // with one it is on its way when its row is written
    }

    void OnRowSettled(RowSettled settled)
    {
        _posts.OnRowSettled(settled, ImportId.IsImport(settled.Row.Cmid) ? Imports : null);
        _membership.System.OnRowSettled(settled);
        ArmTick();
        if (!_state.IsEmpty)
            return;
        if (_isStopping)
            Stop();
        else if (_follower.IsRecovering)
            _follower.Recover();
    }

    void OnImport(Import import, IActorRef asker)
    {
        _lastActivity = _services.Clock.CoarseMilliseconds();
        if (_follower.IsRecovering || _isStopping)
            return; // it comes again
        if (Imports.OnImport(import, asker, _membership.IsFresh))
            ArmTick();
        else
            _membership.ReadFor(import, asker);
    }

    void OnResumeFanOut(IActorRef sweeper)
    {
        if (_follower.HasLostTrusted)
            Context.Parent.Tell(new Passivate(StopConversation.Instance)); // the next life starts in front of what it left
        else
            _follower.OnResumeFanOut(sweeper);
        ArmTick();
    }

    void OnTick()
    {
        _ticker.Clear();
        _membership.OnTick();
        _deliveries.OnTick();
        _imports?.OnTick();
        _changes?.OnTick();
        _follower.OnTick();
        _state.ForgetSenders();
        _posts.Answers.OnTick();
        if (IsIdle && _services.Clock.CoarseMilliseconds() - _lastActivity >= Ticker.Rarely.TotalMilliseconds)
            Context.Parent.Tell(new Passivate(StopConversation.Instance));
        ArmTick();
    }

    /// <summary>A tick each second while something is open, else one now and then. No timer per message.</summary>
    void ArmTick() => _ticker.Arm(Context, Tick.Instance, hasOpenWork: !IsIdle);

    /// <summary>No new posts; rows on their way are answered first. Unconfirmed deliveries are left to the next life.</summary>
    void Stop()
    {
        _isStopping = true;
        _changes?.RefuseWaiting();
        if (_state.IsEmpty && _changes is not { IsUnderWay: true })
            Context.Stop(Self);
    }

    /// <summary>Also when a hand-off took too long, or this actor failed: what is open is somebody else's now.</summary>
    protected override void PostStop()
    {
        _ticker.Clear();
        _deliveries.Stop();
        _writer.Stop(isFinished: _follower.IsStarted && _state.IsEmpty && _deliveries.IsIdle && !_follower.IsRecovering);
    }
}
