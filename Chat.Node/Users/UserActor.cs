using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Event;
using Chat.Node.Actors;
using Chat.Node.Contracts;
using Chat.Node.Links;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>
/// One user with something going on: knows the live sessions, delivers to them directly or queues, and confirms to the
/// conversation only what was flushed or is durable. A crash loses nothing: sessions watch it and attach again,
/// conversations send again what was not confirmed, marks and the queue are in the database.
/// </summary>
sealed partial class UserActor : FastReceiveActor
{
    const int MaxHeld = 1000;
    const int MaxHeldAttaches = 16;
    const int MaxPending = 20_000;
    static readonly TimeSpan SessionsReturnWithin = TimeSpan.FromSeconds(3);

    sealed record MarkRead(ConversationId Conversation, DeliveryMark? Mark) : INoSerializationVerificationNeeded;

    sealed record PageRead(IReadOnlyList<QueuedMessage>? Rows) : INoSerializationVerificationNeeded;

    sealed record MarksWritten(IReadOnlyList<OpenMark> Marks, IReadOnlyList<MarkVerdict>? Verdicts) : INoSerializationVerificationNeeded;

    readonly int _userId;
    readonly UserServices _services;
    readonly LoginAttempts _attempts;
    readonly NodeLinks _nodes = NodeLinks.Of(Context.System);
    readonly OfflineDrain _drain = new();
    Ticker _ticker;
    bool _isStopping;
    bool _isPresenceUnread;
    long _startedAt;
    long _lastActivity;

    public UserActor(string entityId, UserServices services)
    {
        _userId = int.Parse(entityId);
        _services = services;
        _marks = new MarkBook(_userId);
        _attempts = new LoginAttempts(services.Limits.FailedLoginsPerMinute);
    }

    DateTimeOffset Now => _services.Clock.GetUtcNow();

    static ILoggingAdapter Logging => Context.GetLogger(); // not a field: it is needed in few lives

    long CoarseMilliseconds => _services.Clock.CoarseMilliseconds();

    /// <summary>A switch, its hottest messages first: handlers that are registered would be a list of delegates for each user.</summary>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Deliver deliver:
                OnDeliver(deliver, Sender);
                break;
            case Pushed pushed:
                OnPushed(pushed);
                break;
            case OfflineSettled settled:
                OnOfflineSettled(settled);
                break;
            case ReceivedUpTo received:
                OnReceived(received, Sender);
                break;
            case ReceivedQueued received:
                Deletes.DeleteRow(received.RowId);
                break;
            case Received received:
                OnReceived(new ReceivedUpTo(_userId, received.Conversation, received.UpTo, IsKnown: false, default), ActorRefs.Nobody);
                break;
            case ReadUpTo read:
                OnReadElsewhere(read);
                break;
            case MarkRead read:
                OnMarkRead(read);
                break;
            case MarksWritten written:
                OnMarksWritten(written);
                break;
            case OfflineDeletes.Deleted deleted:
                OnDeleted(deleted);
                break;
            case PageRead read:
                OnPageRead(read);
                break;
            case OfflinePushed pushed:
                OnOfflinePushed(pushed);
                break;
            case Tick:
                OnTick();
                break;
            case StopUser:
                Stop();
                break;
            default:
                if (!TryReceiveSession(message) && !TryReceiveSettings(message) && !TryReceiveChannel(message))
                    Unhandled(message);
                break;
        }
    }

    protected override void PreStart()
    {
        _startedAt = _lastActivity = CoarseMilliseconds;
        ReadPresence();
        ArmTick();
    }

    void ReadPresence()
    {
        _isPresenceUnread = false;
        _services.Loader.NodeOfAsync(_userId)
            .PipeTo(Self, success: node => new PresenceRead(node, HasFailed: false), failure: _ => new PresenceRead(null, HasFailed: true));
    }

    void OnPresenceRead(PresenceRead read)
    {
        if (_drain.Phase != DeliveryPhase.Starting && (!_services.Others.IsOn || _isPresenceKnown))
            return;
        if (read.HasFailed)
        {
            _isPresenceUnread = true; // to queue now could overtake what a session has: the next tick asks again
            ArmTick();
            return;
        }

        _isPresenceKnown = true;
        _nodeBefore = _storedNode = read.Node is { } node && _services.Nodes.UnclusteredNodes.Contains(node) ? null : read.Node;
        _channel.StartWith(_storedNode);
        AnswerListeningAskers();
        if (_drain.Phase != DeliveryPhase.Starting)
        {
            StorePresence(); // a session was quicker
            return;
        }

        _drain.OnStarted(hadSessions: _storedNode is not null);
        if (_storedNode is null)
        {
            ReleaseHeld();
            ReleaseHeldAttaches();
            return;
        }

        ReleaseHeldAttaches(); // the old session's node may be gone
        ArmTick();
    }

    void OnTick()
    {
        _ticker.Clear();
        var now = CoarseMilliseconds;
        TakeStepAgain(isRepeated: true);
        EndOverdueListing();
        ForgetUnclusteredPresence();
        if (_drain.Phase == DeliveryPhase.AwaitingSessions && now - _startedAt >= SessionsReturnWithin.TotalMilliseconds)
        {
            _drain.StopAwaiting();
            ReleaseHeld();
            ReleaseHeldAttaches();
            StorePresence();
        }

        if (_isPresenceUnread)
            ReadPresence();
        WriteMarks(isDue: true);
        _deletes?.OnTick();
        ImportNext();
        RetryBacklog();
        StorePresence();
        if (_settingsDesk?.OnTick(Context) == true && _isStopping)
            Stop();
        RefuseHopeless();
        if (_drain.IsPageOverdue)
            ReadPage();
        if (IsIdle && _attempts.IsIdle(Now) && now - _lastActivity >= Ticker.Rarely.TotalMilliseconds)
            Context.Parent.Tell(new Passivate(StopUser.Instance));
        if (_isStopping)
            Stop();
        ArmTick();
    }

    bool HasOpenWork =>
        !_backlog.IsIdle || !_marks.IsIdle || _deletes is { HasOpenWork: true }
        || !IsPresenceTrue || !IsChannelSettled || HasImports || _drain.HasOpenWork || HasOpenSettings || HasWaitingLogins;

    bool HasOpenSettings => _settingsDesk is { HasOpenWork: true };

    bool IsIdle => _sessions.Count == 0 && !HasOpenWork && _held is null && !_links.Any(static link => !link.IsIdle);

    /// <summary>With sessions and nothing open there is nothing to look after.</summary>
    void ArmTick()
    {
        var hasOpenWork = HasOpenWork;
        if (hasOpenWork || _sessions.Count == 0)
            _ticker.Arm(Context, Tick.Instance, hasOpenWork);
    }

    protected override void PostStop()
    {
        _ticker.Clear();
        _settingsDesk?.Stop();
    }

    /// <summary>
    /// Hand-off or passivation: what is on its way to the database is awaited, sessions find the next life by
    /// themselves, and so does what was not confirmed.
    /// </summary>
    void Stop()
    {
        _isStopping = true;
        WriteMarks(isDue: true);
        if (_backlog.IsStuck || (_backlog.IsIdle && !_marks.IsUnderWay && _deletes is not { IsUnderWay: true } && !_isPresenceUnderWay && !HasOpenSettings))
            Context.Stop(Self);
        else
            ArmTick();
    }
}
