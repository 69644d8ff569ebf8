using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Event;
using Chat.Node.Actors;
using Chat.Node.Contracts;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Conversations;

/// <summary>
/// One conversation of two users or a group: gives its messages their numbers, has them logged, acknowledges them when
/// they are committed, and brings them to every member until each has confirmed. The only writer of its part of the log.
/// A crash loses nothing: a new life reads the head of the log, finishes what was not confirmed, and sessions send again
/// what was not answered.
/// </summary>
sealed partial class ConversationActor : FastReceiveActor
{
    const int MaxHeld = 1000;

    sealed record Loaded(ConversationStart Start) : INoSerializationVerificationNeeded;

    sealed record LoadFailed(Exception Cause) : INoSerializationVerificationNeeded;

    sealed record MembersLoaded(IReadOnlySet<int> Members) : INoSerializationVerificationNeeded;

    sealed class Tick : INoSerializationVerificationNeeded
    {
        public static readonly Tick Instance = new();
    }

    sealed class Retry : INoSerializationVerificationNeeded
    {
        public static readonly Retry Instance = new();
    }

    readonly ConversationId _id;
    readonly ConversationServices _services;
    readonly ConversationState _state;
    readonly LogWriter _writer;
    readonly UserLinks _users;
    readonly DeliveryLane _deliveries;
    readonly LogFollower _follower;
    BridgeImports? _imports;
    SmallMap<long, IActorRef> _sessions;
    readonly List<(object Message, IActorRef Sender)> _held = [];

    readonly ILoggingAdapter _log = Context.GetLogger();
    bool _isStarted;
    bool _isReady;
    bool _isStopping;
    bool _isMembershipFresh;
    long _membersReadAt;
    Ticker _ticker;
    long _lastActivity;

    public ConversationActor(string entityId, ConversationServices services)
    {
        if (!ConversationId.TryParse(entityId, out _id))
            throw new ArgumentException($"not a conversation: {entityId}", nameof(entityId));
        _services = services;
        _state = new ConversationState(_id, services.KeepsHistory);
        _writer = new LogWriter(services.Log, services.FanOutWatermarks, _id, Self);
        _users = new UserLinks(Context, services.Users);
        _deliveries = new DeliveryLane(_users, services.KeepsHistory ? 0 : Random.Shared.NextInt64(1, long.MaxValue), services.Clock);
        _follower = new LogFollower(_id, services, _state, _deliveries, _writer, Self);
    }

    long CoarseMilliseconds => _services.Clock.CoarseMilliseconds();

    long UnixMilliseconds => _services.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    protected override void PreStart() => Load();

    /// <summary>A switch, its hottest messages first: handlers that are registered would be a list of delegates for each conversation.</summary>
    protected override void OnReceive(object message)
    {
        if (_isReady)
            ReceiveReady(message);
        else
            ReceiveLoading(message);
    }

    void Load() => _services.Loader.StartAsync(_id, _writer.OldestTs)
        .PipeTo(Self, success: start => new Loaded(start), failure: cause => new LoadFailed(cause));

    void ReceiveReady(object message)
    {
        switch (message)
        {
            case Post post:
                OnPost(post, Sender);
                break;
            case DeliveryConfirmed confirmed:
                OnDeliveryConfirmed(confirmed, Sender);
                break;
            case RowSettled settled:
                OnRowSettled(settled);
                break;
            case ResendDeliveries resend:
                OnResendDeliveries(resend, Sender);
                break;
            case RowsFound found:
                OnRowsFound(found);
                break;
            case RecoveryFailed failed:
                _follower.OnRecoveryFailed(failed.Cause, _log);
                break;
            case LookedBehind looked:
                OnLookedBehind(looked);
                break;
            case Import import:
                OnImport(import, Sender);
                break;
            case ImportPrepared prepared:
                OnImportPrepared(prepared);
                break;
            case Tick:
                OnTick();
                break;
            case Terminated terminated:
                OnTerminated(terminated);
                break;
            case MembersChanged changed:
                OnMembersChanged(changed, Sender);
                break;
            case ResumeFanOut:
                OnResumeFanOut(Sender);
                break;
            case StopConversation:
                Stop();
                break;
            default:
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
                OnLoaded(loaded.Start);
                break;
            case MembersLoaded loaded:
                GoReady(loaded.Members);
                break;
            case LoadFailed failed:
                OnLoadFailed(failed.Cause);
                break;
            case Retry:
                _ticker.Clear();
                Load();
                break;
            case Tick when _isStarted:
                _ticker.Clear(); // without another one nothing would be sent again
                ArmTick();
                break;
            case RowSettled settled when _isStarted:
                OnRowSettled(settled);
                break;
            case RecoveryFailed failed:
                _follower.OnRecoveryFailed(failed.Cause, _log);
                break;
            case Terminated terminated:
                OnTerminated(terminated);
                break;
            case StopConversation:
                Stop();
                break;
            case Tick:
                break; // of a life before
            case var _ when _held.Count < MaxHeld: // what is not held comes again: every hop repeats what is not answered
                _held.Add((message, Sender));
                break;
        }
    }

    void OnLoadFailed(Exception cause)
    {
        _log.Warning("conversation {0} could not be read, trying again: {1}", _id, cause.Message);
        RefuseHeldPosts();
        if (_isStarted)
            GoReady(null);
        else
            _ticker.Arm(Context, Retry.Instance, hasOpenWork: true);
    }

    void OnLoaded(ConversationStart start)
    {
        _isStarted = true;
        _follower.Start(start);
        GoReady(start.Members);
    }

    void OnMembersChanged(MembersChanged changed, IActorRef sender)
    {
        if (!_state.Members.Contains(changed.UserId))
            _state.Members = new HashSet<int>(_state.Members) { changed.UserId };
        sender.Tell(new MembersKnown(_id));
    }

    void OnTick()
    {
        _ticker.Clear();
        var now = CoarseMilliseconds;
        _deliveries.OnTick();
        _imports?.OnTick();
        _follower.OnTick();
        _state.ForgetSenders();
        if (_state.IsEmpty)
            _sessions.Clear(); // nobody waits for an answer
        if (IsIdle && now - _lastActivity >= Ticker.Rarely.TotalMilliseconds)
            Context.Parent.Tell(new Passivate(StopConversation.Instance));
        ArmTick();
    }

    bool IsIdle => _state.IsEmpty && _deliveries.IsIdle && !_follower.HasOpenWork && _imports is not { HasOpenWork: true };

    /// <summary>A tick each second while something is open, else one now and then. No timer per message.</summary>
    void ArmTick() => _ticker.Arm(Context, Tick.Instance, hasOpenWork: !IsIdle);

    void OnTerminated(Terminated terminated)
    {
        if (_users.Forget(terminated.ActorRef) is not { } userId)
            return;
        _deliveries.ResendToNextLife(userId);
        _imports?.OnUserEnded(userId);
    }

    /// <summary>Most conversations never see a copy.</summary>
    BridgeImports Imports => _imports ??= new BridgeImports(_id, _services, _state, _deliveries, _writer, Self);

    void OnImport(Import import, IActorRef asker)
    {
        _lastActivity = CoarseMilliseconds;
        if (_follower.IsRecovering || _isStopping)
            return; // it comes again
        if (!Imports.OnImport(import, asker, _isMembershipFresh))
            ReadMembers(import, asker);
        else
            ArmTick();
    }

    void OnImportPrepared(ImportPrepared prepared)
    {
        if (!Imports.CanTake(prepared, isBusy: _follower.IsRecovering || _isStopping))
            return;
        if (prepared.Behind is { Count: > 0 } behind)
        {
            _follower.Learn(new RowsFound(behind, prepared.Newest ?? []));
            RememberCopies(behind);
        }

        Imports.Take(prepared);
        ArmTick();
    }
}
