using Chat.Node.Storage;

namespace Chat.Node.Webhooks;

/// <summary>A run of an endpoint through the outbox.</summary>
/// <param name="Endpoint">As it is: it has everything up to <c>OutboxTo</c>, and <c>Trouble</c> with what comes next.</param>
/// <param name="Taken">What it has of what comes behind.</param>
/// <param name="Tried">The events of the request that it did not take; empty if it took all.</param>
/// <param name="After">It is looked at what is behind this one; above <c>OutboxTo</c>: what may have turned up before it is left to a later run.</param>
/// <param name="OldTo">Below this number nothing can turn up any more.</param>
sealed record OutboxRun(WebhookEndpoint Endpoint, IReadOnlySet<long> Taken, IReadOnlyList<long> Tried, long After, long OldTo);

/// <summary>What became of it.</summary>
/// <param name="Endpoint">Its id.</param>
/// <param name="UpTo">It has everything up to this row.</param>
/// <param name="Taken">What it has now that it had not before, or does not want.</param>
/// <param name="Failure">Why the endpoint took no more; null if it took all.</param>
/// <param name="IsGone">It wants nothing more.</param>
/// <param name="HasMore">There is certainly more: the next run need not wait.</param>
/// <param name="ReadTo">What was looked at up to here it has, or does not want.</param>
/// <param name="Trouble">What is stored of that failure.</param>
/// <param name="Tried">The events of the request that it did not take.</param>
/// <param name="GivenUpTo">The last event that was given up; null: none was.</param>
/// <param name="IsUnknown">The database did not answer, or did not store it: it is not the endpoint's fault.</param>
sealed record OutboxOutcome(
    long Endpoint, long UpTo, IReadOnlyCollection<long> Taken, string? Failure = null, bool IsGone = false, bool HasMore = false, OutboxTrouble? Trouble = null,
    IReadOnlyList<long>? Tried = null, long? GivenUpTo = null, bool IsUnknown = false, long ReadTo = 0) : Akka.Actor.INoSerializationVerificationNeeded
{
    /// <summary>The database did not answer.</summary>
    public static OutboxOutcome Unknown(WebhookEndpoint endpoint, string reason) => new(endpoint.Id, endpoint.OutboxTo, [], reason, IsUnknown: true);
}

/// <summary>When the events that are not in the log are brought to an endpoint: one run at a time. Pure.</summary>
sealed class OutboxPlan
{
    sealed class State
    {
        /// <summary>What is stored may be read before it is written: here it is never older.</summary>
        public long UpTo;

        /// <summary>What it has behind that: see <see cref="OutboxOrder"/>.</summary>
        public readonly HashSet<long> Taken = [];
        public IReadOnlyList<long> Tried = [];
        public OutboxTrouble? Trouble;
        public bool IsOn;
        public bool IsRunning;

        /// <summary>The last run has looked at everything up to here.</summary>
        public long ReadTo;

        /// <summary>The next run looks from <see cref="UpTo"/> on: something may have turned up, or be settled by now.</summary>
        public bool LooksFromFront = true;

        /// <summary>Nothing was known at the last run: none before, in milliseconds since 1970, UTC.</summary>
        public long PausedTo;
    }

    readonly Dictionary<long, State> _states = [];

    /// <summary>The newest event of each time at which that was another one, in milliseconds of a steady clock, of the last 30 s.</summary>
    readonly Queue<(long At, long Id)> _newest = new();
    long _seenTo;
    long _oldTo;

    /// <summary>Since when an endpoint has taken none of these events, in milliseconds since 1970, UTC: the oldest; null: all take what comes.</summary>
    public long? FailingSince => _states.Values.Where(state => state.IsOn).Min(state => state.Trouble?.FailingSince);

    /// <summary>The endpoints as they are now; others are forgotten.</summary>
    public void SetEndpoints(IReadOnlyList<WebhookEndpoint> endpoints)
    {
        foreach (var id in _states.Keys.Except(endpoints.Select(endpoint => endpoint.Id)).ToList())
            _states.Remove(id);
        foreach (var endpoint in endpoints)
        {
            if (!_states.TryGetValue(endpoint.Id, out var state))
                _states[endpoint.Id] = state = new State { Trouble = endpoint.Trouble, IsOn = endpoint.IsEnabled };
            MoveTo(state, endpoint.OutboxTo);
            if (endpoint.IsEnabled && !state.IsOn && state.Trouble is { } trouble)
                state.Trouble = trouble with { Due = 0 }; // whoever switched it on again does not wait
            state.IsOn = endpoint.IsEnabled;
        }
    }

    /// <summary>The last event that every endpoint has for which it is kept; null if there is none.</summary>
    public long? TakenByAll(IReadOnlyList<WebhookEndpoint> endpoints)
    {
        var kept = endpoints.Where(endpoint => endpoint.IsKept && _states.ContainsKey(endpoint.Id)).Select(endpoint => _states[endpoint.Id].UpTo).ToList();
        return kept.Count > 0 && kept.Min() is > 0 and var upTo ? upTo : null;
    }

    /// <summary>The newest event that there is.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="steady">When that was asked for, in milliseconds of a steady clock: clocks of nodes may differ.</param>
    public void OnNewest(long id, long steady)
    {
        while (_newest.TryPeek(out var seen) && steady - seen.At >= OutboxOrder.PatienceMilliseconds)
            _oldTo = _newest.Dequeue().Id;
        if (id > _seenTo)
            _newest.Enqueue((steady, _seenTo = id));
    }

    /// <summary>With a tick: endpoints whose turn it is; each is running from now on, from the first event that it may lack.</summary>
    /// <param name="endpoints">All of them.</param>
    /// <param name="now">Milliseconds since 1970, UTC.</param>
    public List<OutboxRun> TakeDue(IReadOnlyList<WebhookEndpoint> endpoints, long now)
    {
        var due = new List<OutboxRun>();
        foreach (var endpoint in endpoints)
        {
            if (!_states.TryGetValue(endpoint.Id, out var state))
                continue;
            state.LooksFromFront = true;
            if (Take(endpoint, state, now) is { } run)
                due.Add(run);
        }

        return due;
    }

    /// <summary>There is certainly more for an endpoint: its next run, behind what the last one has looked at; null if it has to wait.</summary>
    /// <param name="endpoint">As it is.</param>
    /// <param name="now">Milliseconds since 1970, UTC.</param>
    public OutboxRun? TakeNext(WebhookEndpoint endpoint, long now) => _states.TryGetValue(endpoint.Id, out var state) ? Take(endpoint, state, now) : null;

    OutboxRun? Take(WebhookEndpoint endpoint, State state, long now)
    {
        if (!endpoint.IsEnabled || state.IsRunning || !Backoff.IsDue(Math.Max(state.PausedTo, state.Trouble?.Due ?? 0), now))
            return null;
        var after = state.LooksFromFront ? state.UpTo : Math.Max(state.UpTo, state.ReadTo);
        (state.IsRunning, state.LooksFromFront) = (true, false);
        return new OutboxRun(endpoint with { OutboxTo = state.UpTo, Trouble = state.Trouble }, state.Taken, state.Tried, after, _oldTo);
    }

    public void OnEnded(OutboxOutcome outcome, long now)
    {
        if (!_states.TryGetValue(outcome.Endpoint, out var state))
            return;
        (state.IsRunning, state.ReadTo) = (false, outcome.ReadTo);
        state.Taken.UnionWith(outcome.Taken);
        if (outcome.IsUnknown)
        {
            // How far it is, is stored by a later run: until then what it has taken is known here.
            (state.PausedTo, state.Tried) = (now + Backoff.After(1, 1), outcome.Tried ?? state.Tried);
            return;
        }

        MoveTo(state, outcome.UpTo);
        (state.Trouble, state.Tried) = (outcome.Trouble, outcome.Tried ?? []);
    }

    public int AttemptsOf(long endpoint) => _states.TryGetValue(endpoint, out var state) ? state.Trouble?.Attempts ?? 0 : 0;

    /// <summary>One more request was not taken.</summary>
    /// <param name="before">What is known of the one before.</param>
    /// <param name="isAnother">It has failed at another event than before.</param>
    /// <param name="now">Milliseconds since 1970, UTC.</param>
    /// <param name="random">From 0 to 1.</param>
    public static OutboxTrouble Failed(OutboxTrouble? before, bool isAnother, long now, double random)
    {
        var attempts = before is null || isAnother ? 1 : before.Attempts + 1;
        return new OutboxTrouble(attempts, attempts == 1 ? now : before!.FailingSince, now + Backoff.After(attempts, random));
    }

    /// <summary>A run that is under way reads the set: what is behind it then is taken out by its end.</summary>
    static void MoveTo(State state, long upTo)
    {
        state.UpTo = Math.Max(state.UpTo, upTo);
        if (!state.IsRunning)
            state.Taken.RemoveWhere(id => id <= state.UpTo);
    }
}
