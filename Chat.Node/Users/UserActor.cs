using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Event;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>
/// One user with something going on: knows the live sessions, delivers to them directly or queues, and confirms to the
/// conversation only what was flushed or is durable. A crash loses nothing: sessions watch it and attach again,
/// conversations send again what was not confirmed, marks and the queue are in the database.
/// </summary>
sealed partial class UserActor : ReceiveActor, IWithTimers
{
    const int MostHeld = 1000;
    const int MostHeldAttaches = 16;
    const int MostPending = 20_000;
    static readonly TimeSpan BusyTick = TimeSpan.FromSeconds(1);
    static readonly TimeSpan IdleTick = TimeSpan.FromSeconds(30);
    static readonly TimeSpan SessionsReturnWithin = TimeSpan.FromSeconds(3);

    /// <summary>Where deliveries go.</summary>
    enum Phase
    {
        /// <summary>Whether there were sessions is being read: deliveries are held.</summary>
        Starting,

        /// <summary>There were sessions in an earlier life: deliveries are held until one attaches, for a moment.</summary>
        AwaitingSessions,

        /// <summary>No session: deliveries are queued.</summary>
        Offline,

        /// <summary>The queue is being pushed: deliveries are queued behind it.</summary>
        Draining,

        /// <summary>The end of the queue is near: deliveries are held.</summary>
        Finishing,

        /// <summary>Deliveries are pushed.</summary>
        Live,
    }

    sealed record PresenceRead(long? Node, bool HasFailed) : INoSerializationVerificationNeeded;

    sealed record PresenceWritten(long? Node, Exception? Failure) : INoSerializationVerificationNeeded;

    sealed record MarkRead(ConversationId Conversation, DeliveryMark? Mark) : INoSerializationVerificationNeeded;

    sealed record PageRead(IReadOnlyList<QueuedMessage>? Rows) : INoSerializationVerificationNeeded;

    sealed record Deleted(bool HasFailed, Func<Task> Again) : INoSerializationVerificationNeeded;

    sealed record MarksWritten(IReadOnlyList<DeliveryMark> Marks, bool HasFailed) : INoSerializationVerificationNeeded;

    sealed class Tick : INoSerializationVerificationNeeded
    {
        public static readonly Tick Instance = new();
    }

    readonly int _userId;
    readonly UserServices _services;
    readonly ILoggingAdapter _log = Context.GetLogger();
    readonly LoginAttempts _attempts;
    Phase _phase = Phase.Starting;
    bool _isBusyTick;
    bool _isStopping;
    bool _isPresenceUnread;
    long _startedAt;
    long _lastActivity;

    public UserActor(string entityId, UserServices services)
    {
        _userId = int.Parse(entityId);
        _services = services;
        _attempts = new LoginAttempts(services.Limits.FailedLoginsPerMinute);

        Receive<OfflineSettled>(OnOfflineSettled);
        Receive<MarkRead>(OnMarkRead);
        Receive<Attach>(attach => OnAttach(attach, Sender));
        Receive<Detach>(detach => OnSessionGone(detach.SessionId));
        Receive<Terminated>(OnTerminated);
        Receive<PageRead>(OnPageRead);
        Receive<OfflinePushed>(OnOfflinePushed);
        Receive<Received>(OnReceived);
        Receive<ReceivedQueued>(received => Delete(() => _services.OfflineStore.DeleteAsync(_userId, [received.RowId])));
        Receive<ReadUpTo>(read => RaiseMark(read.Conversation, readTo: read.UpTo));
        Receive<MarksWritten>(OnMarksWritten);
        Receive<Deleted>(OnDeleted);
        Receive<PresenceRead>(OnPresenceRead);
        Receive<PresenceWritten>(OnPresenceWritten);
        Receive<CheckPresence>(_ => OnCheckPresence());
        Receive<CheckLogin>(_ => Sender.Tell(new LoginChecked(_attempts.TryBegin(Now))));
        Receive<LoginSucceeded>(_ => _attempts.Succeed());
        Receive<GetSettings>(_ => OnSettingsRequest(0, null));
        Receive<ChangeSettings>(change => OnSettingsRequest(change.SessionId, change.Change));
        Receive<SettingsSettled>(OnSettingsSettled);
        Receive<PrivacyWritten>(_ => OnPrivacyWritten());
        Receive<SettingsIdle>(_ => OnSettingsIdle(Sender));
        Receive<Tick>(_ => OnTick());
        Receive<StopUser>(_ => Stop());
        ReceiveChannel();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    DateTimeOffset Now => _services.Clock.GetUtcNow();

    long SteadyMilliseconds => _services.Clock.SteadyMilliseconds();

    /// <summary>The two messages of the hot path go past the long list of handlers.</summary>
    protected override bool AroundReceive(Receive receive, object message)
    {
        if (message is Deliver deliver)
            OnDeliver(deliver, Sender);
        else if (message is Pushed pushed)
            OnPushed(pushed);
        else
            return base.AroundReceive(receive, message);
        return true;
    }

    protected override void PreStart()
    {
        _startedAt = _lastActivity = SteadyMilliseconds;
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
        if (_phase != Phase.Starting && (!_services.Others.IsOn || _isPresenceKnown))
            return;
        if (read.HasFailed)
        {
            _isPresenceUnread = true; // to queue now could overtake what a session has: the next tick asks again
            ArmTick();
            return;
        }

        _isPresenceKnown = true;
        _nodeBefore = _storedNode = read.Node is { } node && _services.Nodes.Foreign.Contains(node) ? null : read.Node;
        _channel.StartWith(_storedNode);
        AnswerListeningAskers();
        if (_phase != Phase.Starting)
        {
            StorePresence(); // a session was quicker
            return;
        }

        if (_storedNode is null)
        {
            _phase = Phase.Offline;
            ReleaseHeld();
            ReleaseHeldAttaches();
            return;
        }

        _phase = Phase.AwaitingSessions;
        ReleaseHeldAttaches(); // the old session's node may be gone
        ArmTick();
    }

    void OnTick()
    {
        Timers.Cancel("tick");
        _isBusyTick = false;
        var now = SteadyMilliseconds;
        TakeStepAgain();
        ForgetForeignPresence();
        if (_phase == Phase.AwaitingSessions && now - _startedAt >= SessionsReturnWithin.TotalMilliseconds)
        {
            _phase = Phase.Offline;
            ReleaseHeld();
            ReleaseHeldAttaches();
            StorePresence();
        }

        if (_isPresenceUnread)
            ReadPresence();
        WriteMarks();
        RetryDeletes();
        ImportNext();
        RetryBacklog();
        StorePresence();
        EndOverdueSettings();
        if (_isPageOverdue)
            ReadPage();
        if (IsIdle && _attempts.IsIdle(Now) && now - _lastActivity >= IdleTick.TotalMilliseconds)
        {
            Context.Parent.Tell(new Passivate(StopUser.Instance));
            return;
        }

        if (_isStopping)
            Stop();
        ArmTick();
    }

    bool HasOpenWork =>
        !_backlog.IsIdle || _marks.Count > 0 || _marksUnderWay || _deletesUnderWay > 0 || _failedDeletes.Count > 0
        || !IsPresenceTrue || !IsChannelSettled || _imports.Count > 0 || _phase is Phase.Starting or Phase.AwaitingSessions || _isPageOverdue || _openSettings.Count > 0;

    bool IsIdle => _sessions.Count == 0 && !HasOpenWork && _held.Count == 0 && _links.Values.All(link => link.IsIdle);

    void ArmTick()
    {
        var isBusy = HasOpenWork;
        if (_isBusyTick || (!isBusy && Timers.IsTimerActive("tick")))
            return;
        _isBusyTick = isBusy;
        Timers.StartSingleTimer("tick", Tick.Instance, isBusy ? BusyTick : IdleTick);
    }

    /// <summary>
    /// Hand-off or passivation: what is on its way to the database is awaited, sessions find the next life by
    /// themselves, and so does what was not confirmed.
    /// </summary>
    void Stop()
    {
        _isStopping = true;
        WriteMarks();
        if (_backlog.IsStuck || (_backlog.IsIdle && !_marksUnderWay && _deletesUnderWay == 0 && !_isPresenceUnderWay && _openSettings.Count == 0))
            Context.Stop(Self);
        else
            ArmTick();
    }
}
