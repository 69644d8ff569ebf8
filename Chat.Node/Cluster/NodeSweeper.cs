using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Cluster;

/// <summary>The services that the sweeper uses. <c>Members</c>: those of the cluster; null for a node that is in none.</summary>
sealed record SweeperServices(
    Nodes Nodes, MessageLogStore Log, Presence Presence, TimeProvider Clock, ILogger<NodeSweeper> Logger,
    Lazy<IActorRef> Conversations, Lazy<IActorRef> Users, Func<IReadOnlyCollection<Akka.Cluster.Member>>? Members, IBridge Others);

/// <summary>
/// One in the cluster. When a node is gone, it has the node fenced, asks the actors of the node's users to check their presence, and wakes the
/// conversations whose fan-out the node had not finished. So every logged message reaches its receivers without anybody asking.
/// A crash of the sweeper loses nothing: the unfinished work is in the database, and the next sweeper begins again.
/// </summary>
sealed class NodeSweeper : ReceiveActor, IWithTimers
{
    /// <summary>So many conversations are woken at once.</summary>
    const int MaxAwake = 100;

    /// <summary>So many users are asked at once.</summary>
    const int MaxAsked = 1000;

    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>A start that never became a member, or is in no cluster, is gone when it was silent for so long.</summary>
    static readonly TimeSpan GoneAfter = PeerVerdict.LeaseIsOver;

    sealed record Looked(IReadOnlyList<NodeRow> Others) : INoSerializationVerificationNeeded;

    sealed record ConversationsFound(NodeRow Node, IReadOnlyList<ConversationId> Conversations) : INoSerializationVerificationNeeded;

    sealed record UsersFound(NodeRow Node, IReadOnlyList<int> Users) : INoSerializationVerificationNeeded;

    sealed record Failed(Exception Cause) : INoSerializationVerificationNeeded;

    sealed class NodeFinished : INoSerializationVerificationNeeded
    {
        public static readonly NodeFinished Instance = new();
    }

    readonly SweeperServices _services;
    readonly PeerWatch _watch = new();
    readonly Queue<ConversationId> _asleep = new();
    readonly HashSet<ConversationId> _awake = [];

    /// <summary>Their fan-outs are finished; their users have still to look after themselves, which takes seconds.</summary>
    readonly Queue<NodeRow> _withUsers = new();
    NodeRow? _node;
    bool _isBusy;

    public NodeSweeper(SweeperServices services)
    {
        _services = services;
        Receive<Tick>(_ => OnTick());
        Receive<Looked>(OnLooked);
        Receive<ConversationsFound>(OnFound);
        Receive<UsersFound>(OnUsersFound);
        Receive<FanOutFinished>(OnFinished);
        Receive<NodeFinished>(_ => _isBusy = false);
        Receive<Failed>(failed =>
        {
            Log.SweepFailed(_services.Logger, failed.Cause);
            _isBusy = false;
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer("tick", Tick.Instance, TimeSpan.Zero, Interval);
    }

    void OnTick()
    {
        // A conversation that was woken may have lost the message, or its actor.
        foreach (var conversation in _awake)
            Wake(conversation);
        if (_isBusy)
            return;
        if (_node is { } node && _awake.Count == 0 && _asleep.Count == 0)
        {
            _withUsers.Enqueue(node);
            _node = null;
        }

        _isBusy = true;
        if (_node is null)
            Run(async () => new Looked(await _services.Nodes.OthersAsync()));
        else
            AskUsers();
    }

    /// <summary>One thing at a time; a failure is tried again at the next tick.</summary>
    void Run<T>(Func<Task<T>> work) => work().PipeTo(Self, success: result => result, failure: cause => new Failed(cause));

    void OnLooked(Looked looked)
    {
        _watch.Look(looked.Others, _services.Clock.SteadyMilliseconds());
        var members = _services.Members?.Invoke();
        if (looked.Others.Where(row => IsGone(row, members) && _withUsers.All(known => known.Incarnation != row.Incarnation))
            .MinBy(row => row.ConfirmedBefore) is not { } node)
        {
            AskUsers();
            return;
        }

        Run(async () =>
        {
            // First, so that the search below finds everything (docs/MESSAGE_FLOW.md tells of the exception).
            var isFenced = members is not null && node.Joined
                ? await _services.Nodes.FenceAsync(node.Incarnation) // the cluster has removed it, alive or not
                : await _services.Nodes.TryFenceAsync(node.Incarnation, node.Heartbeat);
            if (!isFenced)
                throw new StorageException($"the node {node.Name} gave a sign of life when it was about to be swept, or this node may write no more itself");
            await _services.Others.DisconnectAsync(node.Incarnation); // frozen, it would count as listening for its users
            return new ConversationsFound(node, await _services.Log.TouchedSinceAsync(node.Incarnation, node.ConfirmedBefore));
        });
    }

    /// <summary>The cluster knows whether its own nodes are gone. Of other nodes we know only whether they give signs of life.</summary>
    bool IsGone(NodeRow row, IReadOnlyCollection<Akka.Cluster.Member>? members) => members is not null && (row.Fenced || row.Joined)
        ? !members.Any(row.IsOf)
        : row.Fenced || _watch.SilenceOf(row.Incarnation) >= GoneAfter;

    void OnFound(ConversationsFound found)
    {
        (_node, _isBusy) = (found.Node, false);
        Log.FinishingFanOuts(_services.Logger, found.Conversations.Count, found.Node.Address, found.Node.Incarnation);
        foreach (var conversation in found.Conversations)
            _asleep.Enqueue(conversation);
        WakeNext();
    }

    /// <summary>Each looks after itself; who has done so is not found at the next look.</summary>
    void AskUsers()
    {
        if (!_withUsers.TryDequeue(out var node))
        {
            _isBusy = false;
            return;
        }

        _withUsers.Enqueue(node); // one after the other
        Run(async () =>
        {
            await _services.Others.DisconnectAsync(node.Incarnation); // again: thawed, it connects once more before it ends
            return new UsersFound(node, await _services.Presence.UsersOfAsync(node.Incarnation, MaxAsked));
        });
    }

    void OnUsersFound(UsersFound found)
    {
        _isBusy = false;
        foreach (var userId in found.Users)
            _services.Users.Value.Tell(new CheckPresence(userId));
        if (found.Users.Count == 0)
            Finish(found.Node);
    }

    void Finish(NodeRow node)
    {
        var others = _withUsers.Where(known => known.Incarnation != node.Incarnation).ToList();
        _withUsers.Clear();
        others.ForEach(_withUsers.Enqueue);
        _isBusy = true;
        Run(async () =>
        {
            // If it has said a last word since it was swept, it is found again, and swept again.
            await _services.Nodes.FinishAsync(node.Incarnation, node.Heartbeat);
            return NodeFinished.Instance;
        });
    }

    void WakeNext()
    {
        while (_awake.Count < MaxAwake && _asleep.TryDequeue(out var conversation))
        {
            _awake.Add(conversation);
            Wake(conversation);
        }
    }

    void Wake(ConversationId conversation) => _services.Conversations.Value.Tell(new ResumeFanOut(conversation));

    void OnFinished(FanOutFinished finished)
    {
        if (_awake.Remove(finished.Conversation))
            WakeNext();
    }
}
