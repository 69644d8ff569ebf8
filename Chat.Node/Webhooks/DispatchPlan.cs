using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Webhooks;

/// <summary>Something that is to be run now: one endpoint, one conversation.</summary>
readonly record struct WebhookRun(WebhookEndpoint Endpoint, WebhookTask Task);

/// <summary>
/// Which endpoint is brought which conversation next. A conversation is brought to an endpoint by one request at a time, so it stays in order;
/// conversations and endpoints do not wait for each other. Pure.
/// </summary>
sealed class DispatchPlan
{
    /// <summary>Requests of one endpoint that are under way.</summary>
    public const int MaxRunning = 16;

    /// <summary>Conversations in memory; the others are found again when there is room.</summary>
    public const int MaxConversations = 20_000;

    /// <summary>After so many failures in a row an endpoint is tried with one request at a time.</summary>
    const int DownAfter = 16;

    sealed class Entry(long seenAt)
    {
        /// <summary>One for messages, one for changes of messages; null: nothing is marked.</summary>
        public WebhookMark? Messages;
        public WebhookMark? Changes;

        /// <summary>When these versions of the marks were seen first, in milliseconds of a steady clock.</summary>
        public long SeenAt = seenAt;
        public bool IsClearing;
        public readonly Dictionary<long, WebhookTask> Tasks = [];

        public IEnumerable<WebhookMark> Marks => ((IEnumerable<WebhookMark?>)[Messages, Changes]).OfType<WebhookMark>();

        /// <summary>True if this version was not known.</summary>
        public bool Take(WebhookMark mark, long now)
        {
            if ((mark.IsOfChanges ? Changes : Messages)?.Version == mark.Version)
                return false;
            Put(mark.IsOfChanges, mark);
            (SeenAt, IsClearing) = (now, false);
            return true;
        }

        public void Put(bool isOfChanges, WebhookMark? mark) => (Messages, Changes) = isOfChanges ? (Messages, mark) : (mark, Changes);
    }

    sealed class EndpointState
    {
        public readonly Queue<WebhookTask> Ready = new();
        public int Running;
        public int Failures;
    }

    readonly Dictionary<ConversationId, Entry> _entries = [];
    readonly Dictionary<long, EndpointState> _states = [];

    /// <summary>What is under way, and where it counts: an endpoint may be switched off and on again meanwhile.</summary>
    readonly Dictionary<WebhookTask, EndpointState> _running = [];
    IReadOnlyList<WebhookEndpoint> _endpoints = [];

    public int Conversations => _entries.Count;

    /// <summary>Since when an endpoint has taken nothing in a conversation, as of the last tick: the oldest; null: all take what comes.</summary>
    public long? FailingSince { get; private set; }

    public bool Knows(ConversationId id) => _entries.ContainsKey(id);

    /// <summary>The endpoints as they are now: those that want something of conversations.</summary>
    public void SetEndpoints(IReadOnlyList<WebhookEndpoint> endpoints)
    {
        _endpoints = endpoints;
        foreach (var id in _states.Keys.Except(endpoints.Select(endpoint => endpoint.Id)).ToList())
        {
            _states.Remove(id);
            foreach (var entry in _entries.Values)
                entry.Tasks.Remove(id);
        }
    }

    /// <summary>What is stored of a conversation. A known one takes nothing from it but the mark: memory is newer.</summary>
    public void OnStored(WebhookMark mark, IEnumerable<WebhookCursor> cursors, long now)
    {
        if (!_entries.TryGetValue(mark.Conversation, out var entry))
        {
            if (_entries.Count >= MaxConversations)
                return;
            _entries[mark.Conversation] = entry = new Entry(now);
        }

        var isNews = entry.Take(mark, now);
        var known = cursors.Where(cursor => cursor.IsOfChanges == mark.IsOfChanges).ToDictionary(cursor => cursor.Endpoint);
        foreach (var endpoint in _endpoints)
        {
            if (!entry.Tasks.TryGetValue(endpoint.Id, out var task))
                entry.Tasks[endpoint.Id] = task = new WebhookTask(endpoint.Id, mark.Conversation);
            var isNew = !task.Has(mark.IsOfChanges);
            task.Begin(known.GetValueOrDefault(endpoint.Id) ?? new WebhookCursor(endpoint.Id, mark.Conversation, mark.FirstSeq - 1, IsOfChanges: mark.IsOfChanges));
            if ((isNew || isNews) && task.OnNews())
                StateOf(endpoint.Id).Ready.Enqueue(task);
        }
    }

    /// <summary>There may be something new in a conversation. False if it is not known.</summary>
    public bool OnNews(ConversationId id)
    {
        if (!_entries.TryGetValue(id, out var entry))
            return false;
        foreach (var (endpoint, task) in entry.Tasks)
        {
            if (task.OnNews())
                StateOf(endpoint).Ready.Enqueue(task);
        }

        return true;
    }

    /// <summary>What is due again, and conversations whose marks may go after one more look.</summary>
    /// <param name="now">Milliseconds since 1970, UTC.</param>
    /// <param name="steady">Milliseconds of a steady clock.</param>
    public void OnTick(long now, long steady)
    {
        FailingSince = null;
        foreach (var entry in _entries.Values)
        {
            var isOld = steady - entry.SeenAt >= MarkLife.KeptMilliseconds;
            foreach (var (endpoint, task) in entry.Tasks)
            {
                FailingSince = task.FailingSince is { } since && !(FailingSince < since) ? since : FailingSince;
                var isStale = isOld && task.Phase == TaskPhase.Idle && task.EmptySince < entry.SeenAt + MarkLife.KeptMilliseconds;
                if (task.OnTime(now) || (isStale && task.OnNews()))
                    StateOf(endpoint).Ready.Enqueue(task);
            }
        }
    }

    /// <summary>The next request, if one may begin.</summary>
    public WebhookRun? Next()
    {
        foreach (var endpoint in _endpoints)
        {
            var state = StateOf(endpoint.Id);
            while (state.Running < (state.Failures >= DownAfter ? 1 : MaxRunning) && state.Ready.TryDequeue(out var task))
            {
                if (!IsCurrent(task))
                    continue;
                state.Running++;
                _running[task] = state;
                task.Start();
                return new WebhookRun(endpoint, task);
            }
        }

        return null;
    }

    /// <summary>A request has ended; the task has been told before.</summary>
    /// <param name="task">Whose.</param>
    /// <param name="isTaken">Whether the endpoint took it; null if it was not asked.</param>
    public void OnEnded(WebhookTask task, bool? isTaken)
    {
        if (!_running.Remove(task, out var state))
            return;
        state.Running--;
        if (isTaken is { } taken)
            state.Failures = taken ? 0 : state.Failures + 1;
        if (task.Phase == TaskPhase.Ready && IsCurrent(task))
            state.Ready.Enqueue(task);
    }

    /// <summary>Its conversation may have been finished meanwhile, or its endpoint switched off: another one may have its place.</summary>
    bool IsCurrent(WebhookTask task) =>
        _entries.TryGetValue(task.Conversation, out var entry) && entry.Tasks.GetValueOrDefault(task.Endpoint) == task;

    /// <summary>Marks that nobody needs any more, each told once.</summary>
    public List<WebhookMark> TakeFinished(long steady)
    {
        var finished = new List<WebhookMark>();
        foreach (var entry in _entries.Values)
        {
            if (entry.IsClearing || steady - entry.SeenAt < MarkLife.KeptMilliseconds || !entry.Tasks.Values.All(task => IsFinished(entry, task)))
                continue;
            entry.IsClearing = true;
            finished.AddRange(entry.Marks);
        }

        return finished;
    }

    /// <summary>Whether a mark was taken away; if not it is read again. A version that has come meanwhile stays.</summary>
    public void OnCleared(WebhookMark mark)
    {
        if (!_entries.TryGetValue(mark.Conversation, out var entry))
            return;
        if (entry.Marks.Contains(mark))
            entry.Put(mark.IsOfChanges, null);
        if (!entry.Marks.Any())
            _entries.Remove(mark.Conversation);
    }

    static bool IsFinished(Entry entry, WebhookTask task) =>
        task.Phase == TaskPhase.Idle && task.EmptySince >= entry.SeenAt + MarkLife.KeptMilliseconds;

    EndpointState StateOf(long endpoint)
    {
        if (!_states.TryGetValue(endpoint, out var state))
            _states[endpoint] = state = new EndpointState();
        return state;
    }
}
