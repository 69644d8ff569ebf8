using Akka.Actor;
using Chat.Node.Conversations;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Cluster;

/// <summary>What the sweeper uses.</summary>
sealed record SweeperServices(
    Nodes Nodes, MessageLogStore Log, UnfinishedNodes Unfinished, FanOutClock Clock, TimeProvider Time, ILogger<FanOutSweeper> Logger,
    Lazy<IActorRef> Conversations);

/// <summary>
/// Sees to it that every logged message reaches its receivers without anybody asking: stores once a second how far this
/// node has come, and wakes the conversations in which a node that is gone had not finished.
/// </summary>
sealed class FanOutSweeper : ReceiveActor, IWithTimers
{
    /// <summary>So many conversations are woken at once.</summary>
    const int MostAwake = 100;

    /// <summary>Between the time of a message and its place in the clock; far more than any pause in one process.</summary>
    const long MarginMilliseconds = 2000;

    /// <summary>After the last activity the mark is stored until the margin has passed it; then there is nothing to say.</summary>
    const int TicksBehindActivity = 4;

    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    sealed class Tick : INoSerializationVerificationNeeded
    {
        public static readonly Tick Instance = new();
    }

    sealed record Found(NodeRow? Node, List<ConversationId> Conversations) : INoSerializationVerificationNeeded;

    sealed record Failed(Exception Cause) : INoSerializationVerificationNeeded;

    sealed record Stored(long ConfirmedBefore) : INoSerializationVerificationNeeded;

    sealed record NodeFinished(NodeRow Node) : INoSerializationVerificationNeeded;

    readonly SweeperServices _services;
    readonly Queue<ConversationId> _asleep = new();
    readonly HashSet<ConversationId> _awake = [];
    NodeRow? _node;
    bool _isSearching = true;
    bool _isStoring;
    int _ticksToStore = TicksBehindActivity;

    public FanOutSweeper(SweeperServices services)
    {
        _services = services;
        Receive<Tick>(_ => OnTick());
        Receive<Found>(OnFound);
        Receive<Failed>(failed =>
        {
            Log.SweepFailed(_services.Logger, failed.Cause);
            _isSearching = _isStoring = false;
        });
        Receive<Stored>(_ => _isStoring = false);
        Receive<NodeFinished>(_ =>
        {
            _node = null;
            Search();
        });
        Receive<FanOutFinished>(OnFinished);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer("tick", Tick.Instance, Interval);
        Search();
    }

    void OnTick()
    {
        StoreMark();
        // What is awake may have lost its message, or its actor.
        foreach (var conversation in _awake.Concat(_services.Clock.Abandoned()))
            Wake(conversation);
        if (_node is null && !_isSearching && _services.Unfinished.OldestTs != long.MaxValue)
            Search();
    }

    void StoreMark()
    {
        var now = _services.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var oldest = _services.Clock.OldestTs();
        if (oldest != long.MaxValue || _services.Clock.TakeActivity())
            _ticksToStore = TicksBehindActivity;
        if (_isStoring || _ticksToStore == 0)
            return;
        _ticksToStore--;
        _isStoring = true;
        var mark = Math.Min(oldest, now - MarginMilliseconds);
        _services.Nodes.ConfirmAsync(mark)
            .PipeTo(Self, success: () => new Stored(mark), failure: cause => new Failed(cause));
    }

    void Search()
    {
        _isSearching = true;
        SearchAsync().PipeTo(Self, success: found => found, failure: cause => new Failed(cause));
    }

    async Task<Found> SearchAsync()
    {
        var node = (await _services.Nodes.UnfinishedAsync()).MinBy(row => row.ConfirmedBefore);
        _services.Unfinished.OldestTs = node?.ConfirmedBefore ?? long.MaxValue;
        return new Found(node, node is null ? [] : await _services.Log.TouchedSinceAsync(node.Incarnation, node.ConfirmedBefore));
    }

    void OnFound(Found found)
    {
        _isSearching = false;
        _node = found.Node;
        if (_node is null)
            return;
        if (found.Conversations.Count > 0)
            Log.FinishingFanOuts(_services.Logger, found.Conversations.Count, _node.Incarnation);
        found.Conversations.ForEach(_asleep.Enqueue);
        WakeNext();
    }

    void WakeNext()
    {
        while (_awake.Count < MostAwake && _asleep.TryDequeue(out var conversation))
        {
            _awake.Add(conversation);
            Wake(conversation);
        }

        if (_awake.Count > 0 || _node is not { } node)
            return;
        _services.Nodes.FinishAsync(node.Incarnation)
            .PipeTo(Self, success: () => new NodeFinished(node), failure: cause => new Failed(cause));
    }

    void Wake(ConversationId conversation) => _services.Conversations.Value.Tell(new ResumeFanOut(conversation));

    void OnFinished(FanOutFinished finished)
    {
        if (_awake.Remove(finished.Conversation))
            WakeNext();
    }
}
