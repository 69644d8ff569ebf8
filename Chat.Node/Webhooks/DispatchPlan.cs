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

    /// <summary>Conversations in memory. When there is no room those that only wait make place: they are found again in the database.</summary>
    public const int MaxConversations = 20_000;

    /// <summary>So many conversations of an endpoint wait in memory without making place for others: those of all endpoints together leave room.</summary>
    public const int MaxAtHand = 500;

    /// <summary>After so many failures in a row an endpoint is tried with one request at a time.</summary>
    const int DownAfter = 16;

    sealed class EndpointState
    {
        public readonly ReadyTasks Ready = new();
        public int Running;
        public int Failures;

        /// <summary>Conversations that are in memory and wait for their turn, or until they are due, as of the last tick.</summary>
        public int Waiting;
    }

    readonly Dictionary<ConversationId, PlanEntry> _entries = [];
    readonly Dictionary<long, EndpointState> _states = [];

    /// <summary>What is under way, and where it counts: an endpoint may be switched off and on again meanwhile.</summary>
    readonly Dictionary<WebhookTask, EndpointState> _running = [];

    /// <summary>Conversations that may make place, as of the last tick.</summary>
    readonly Queue<ConversationId> _waiting = new();
    IReadOnlyList<WebhookEndpoint> _endpoints = [];

    public int Conversations => _entries.Count;

    /// <summary>What comes now makes something go: a look at all marks should not bring much at a time.</summary>
    public bool IsFull => _entries.Count >= MaxConversations;

    /// <summary>Since when an endpoint that is on has taken nothing in a conversation, as of the last tick: the oldest; null: all take what comes.</summary>
    public long? FailingSince { get; private set; }

    public bool Knows(ConversationId id) => _entries.ContainsKey(id);

    /// <summary>The endpoints as they are now: those that something of conversations is kept for. One that is off is asked nothing, and keeps what it lacks.</summary>
    /// <returns>Conversations that are to be read again: it is stored where an endpoint begins there that did not want anything of them before.</returns>
    public IReadOnlyList<ConversationId> SetEndpoints(IReadOnlyList<WebhookEndpoint> endpoints)
    {
        var before = _endpoints.ToDictionary(endpoint => endpoint.Id);
        _endpoints = endpoints;
        foreach (var id in _states.Keys.Except(endpoints.Select(endpoint => endpoint.Id)).ToList())
        {
            _states.Remove(id);
            foreach (var entry in _entries.Values)
                entry.Tasks.Remove(id);
        }

        foreach (var endpoint in endpoints.Where(endpoint => endpoint.IsEnabled && before.GetValueOrDefault(endpoint.Id)?.IsEnabled == false))
            Hurry(endpoint.Id);
        var begins = false;
        foreach (var isOfChanges in (bool[])[false, true])
        {
            foreach (var endpoint in endpoints.Where(endpoint => endpoint.Follows(isOfChanges) && before.GetValueOrDefault(endpoint.Id)?.Follows(isOfChanges) != true))
            {
                begins = true;
                foreach (var entry in _entries.Values)
                    entry.Tasks.GetValueOrDefault(endpoint.Id)?.Forget(isOfChanges);
            }
        }

        return begins ? [.. _entries.Keys] : [];
    }

    /// <summary>It was switched on again: whoever did so has mended it, and does not want to wait.</summary>
    void Hurry(long endpoint)
    {
        var state = StateOf(endpoint);
        state.Failures = 0;
        foreach (var entry in _entries.Values)
        {
            if (entry.Tasks.TryGetValue(endpoint, out var task) && task.Hurry())
                state.Ready.Enqueue(task);
        }
    }

    /// <summary>What is stored of a conversation. A known one takes nothing from it but the mark: memory is newer. False: there is no room for it.</summary>
    public bool OnStored(WebhookMark mark, IEnumerable<WebhookCursor> cursors, long now)
    {
        if (!_entries.TryGetValue(mark.Conversation, out var entry))
        {
            if (IsFull && !MakePlace())
                return false;
            _entries[mark.Conversation] = entry = new PlanEntry(now);
        }

        var isNews = entry.Take(mark, now);
        Add(entry, mark, _endpoints, cursors.Where(cursor => cursor.IsOfChanges == mark.IsOfChanges).ToDictionary(cursor => cursor.Endpoint), isNews);
        return true;
    }

    /// <summary>Endpoints may lack something in a marked conversation.</summary>
    void Add(PlanEntry entry, WebhookMark mark, IReadOnlyList<WebhookEndpoint> endpoints, Dictionary<long, WebhookCursor> known, bool isNews)
    {
        foreach (var endpoint in endpoints)
        {
            if (!entry.Tasks.TryGetValue(endpoint.Id, out var task))
                entry.Tasks[endpoint.Id] = task = new WebhookTask(endpoint.Id, mark.Conversation);
            var isNew = !task.Has(mark.IsOfChanges);
            task.Begin(known.GetValueOrDefault(endpoint.Id) ?? new WebhookCursor(endpoint.Id, mark.Conversation, mark.FirstSeq - 1, IsOfChanges: mark.IsOfChanges));
            if ((isNew || isNews) && task.OnNews())
                StateOf(endpoint.Id).Ready.Enqueue(task);
        }
    }

    /// <summary>There may be something new in a conversation: messages, or what becomes of them. False if it is not known that there is a mark of that.</summary>
    public bool OnNews(ConversationId id, bool isOfChanges = false)
    {
        if (!_entries.TryGetValue(id, out var entry))
            return false;
        foreach (var (endpoint, task) in entry.Tasks)
        {
            if (task.OnNews())
                StateOf(endpoint).Ready.Enqueue(task);
        }

        return !isOfChanges || entry.Marks.Any(mark => mark.IsOfChanges);
    }

    /// <summary>What is due again, and conversations whose marks may go after one more look.</summary>
    /// <param name="now">Milliseconds since 1970, UTC.</param>
    /// <param name="steady">Milliseconds of a steady clock.</param>
    public void OnTick(long now, long steady)
    {
        FailingSince = null;
        _waiting.Clear();
        foreach (var state in _states.Values)
            state.Waiting = 0;
        var off = _endpoints.Where(endpoint => !endpoint.IsEnabled).Select(endpoint => endpoint.Id).ToHashSet();
        foreach (var (id, entry) in _entries)
        {
            var isOld = steady - entry.SeenAt >= MarkLife.KeptMilliseconds;
            foreach (var (endpoint, task) in entry.Tasks)
            {
                FailingSince = task.FailingSince is { } since && !(FailingSince < since) && !off.Contains(endpoint) ? since : FailingSince;
                var isStale = isOld && task.Phase == TaskPhase.Idle && task.EmptySince < entry.SeenAt + MarkLife.KeptMilliseconds;
                if (task.OnTime(now) || (isStale && task.OnNews()))
                    StateOf(endpoint).Ready.Enqueue(task);
                if (task.Phase is TaskPhase.Ready or TaskPhase.Failed or TaskPhase.GivingUp)
                    StateOf(endpoint).Waiting++;
            }

            if (IsFull && !entry.IsFresh)
                _waiting.Enqueue(id);
            entry.IsFresh = false;
        }
    }

    /// <summary>The next request, if one may begin.</summary>
    public WebhookRun? Next()
    {
        foreach (var endpoint in _endpoints.Where(endpoint => endpoint.IsEnabled))
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
        if (!IsCurrent(task))
            return;
        _entries[task.Conversation].IsFresh = true;
        if (task.Phase == TaskPhase.Ready)
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
            if (entry.IsClearing || steady - entry.SeenAt < MarkLife.KeptMilliseconds || !_endpoints.All(endpoint => IsFinished(entry, endpoint.Id)))
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

    /// <summary>
    /// So an endpoint that takes nothing, or is off, does not use up the memory of all: a conversation in which only such endpoints lack something makes place. False if
    /// there is none.
    /// </summary>
    bool MakePlace()
    {
        while (_waiting.TryDequeue(out var id))
        {
            if (!_entries.TryGetValue(id, out var entry) || !OnlyWaits(entry))
                continue;
            foreach (var (endpoint, task) in entry.Tasks.Where(each => each.Value.Phase != TaskPhase.Idle))
            {
                StateOf(endpoint).Ready.Remove(task);
                StateOf(endpoint).Waiting--;
            }

            _entries.Remove(id);
            return true;
        }

        return false;
    }

    /// <summary>Something is lacking, and those who lack it have enough else that waits, or are off.</summary>
    bool OnlyWaits(PlanEntry entry)
    {
        var waiting = entry.Tasks.Values.Where(task => task.Phase != TaskPhase.Idle).ToList();
        return !entry.IsClearing && !entry.IsFresh && waiting.Count > 0
            && waiting.TrueForAll(task => task.Phase is not (TaskPhase.Running or TaskPhase.GivingUp) && (StateOf(task.Endpoint).Waiting > MaxAtHand || IsOff(task.Endpoint)));
    }

    bool IsOff(long endpoint) => !_endpoints.Any(each => each.Id == endpoint && each.IsEnabled);

    /// <summary>As long as it is not known where an endpoint begins it may lack something.</summary>
    static bool IsFinished(PlanEntry entry, long endpoint) =>
        entry.Tasks.TryGetValue(endpoint, out var task) && entry.Marks.All(mark => task.Has(mark.IsOfChanges))
        && task.Phase == TaskPhase.Idle && task.EmptySince >= entry.SeenAt + MarkLife.KeptMilliseconds;

    EndpointState StateOf(long endpoint)
    {
        if (!_states.TryGetValue(endpoint, out var state))
            _states[endpoint] = state = new EndpointState();
        return state;
    }
}
