using Chat.Node.Storage;

namespace Chat.Node.Webhooks;

/// <summary>What became of a run of an endpoint through the outbox.</summary>
/// <param name="Endpoint">Its id.</param>
/// <param name="UpTo">It has everything up to this row.</param>
/// <param name="Failure">Why the endpoint took no more; null if it took all.</param>
/// <param name="IsGone">It wants nothing more.</param>
/// <param name="HasMore">There is certainly more: the next run need not wait.</param>
sealed record OutboxOutcome(long Endpoint, long UpTo, string? Failure, bool IsGone, bool HasMore = false) : Akka.Actor.INoSerializationVerificationNeeded
{
    /// <summary>The database did not answer.</summary>
    public static OutboxOutcome Unknown(WebhookEndpoint endpoint, string reason) => new(endpoint.Id, endpoint.OutboxTo, reason, IsGone: false);
}

/// <summary>When the events that are not in the log are brought to an endpoint: one run at a time. Pure.</summary>
sealed class OutboxPlan
{
    sealed class State
    {
        /// <summary>What is stored may be read before it is written: here it is never older.</summary>
        public long UpTo;
        public bool IsRunning;
        public int Attempts;
        public long? FailingSince;
        public long Due;
    }

    readonly Dictionary<long, State> _states = [];

    /// <summary>Since when an endpoint has taken none of these events, in milliseconds since 1970, UTC: the oldest; null: all take what comes.</summary>
    public long? FailingSince => _states.Values.Min(state => state.FailingSince);

    /// <summary>The endpoints as they are now; others are forgotten.</summary>
    public void SetEndpoints(IReadOnlyList<WebhookEndpoint> endpoints)
    {
        foreach (var id in _states.Keys.Except(endpoints.Select(endpoint => endpoint.Id)).ToList())
            _states.Remove(id);
        foreach (var endpoint in endpoints)
        {
            if (!_states.TryGetValue(endpoint.Id, out var state))
                _states[endpoint.Id] = state = new State();
            state.UpTo = Math.Max(state.UpTo, endpoint.OutboxTo);
        }
    }

    /// <summary>The last event that every endpoint has; null if there is none.</summary>
    public long? TakenByAll(IReadOnlyList<WebhookEndpoint> endpoints)
    {
        var enabled = endpoints.Where(endpoint => endpoint.IsEnabled && _states.ContainsKey(endpoint.Id)).Select(endpoint => _states[endpoint.Id].UpTo).ToList();
        return enabled.Count > 0 && enabled.Min() is > 0 and var upTo ? upTo : null;
    }

    /// <summary>Endpoints whose turn it is; each is running from now on.</summary>
    /// <param name="endpoints">All of them.</param>
    /// <param name="now">Milliseconds since 1970, UTC.</param>
    public List<WebhookEndpoint> TakeDue(IReadOnlyList<WebhookEndpoint> endpoints, long now)
    {
        var due = new List<WebhookEndpoint>();
        foreach (var endpoint in endpoints.Where(endpoint => endpoint.IsEnabled))
        {
            if (!_states.TryGetValue(endpoint.Id, out var state) || state.IsRunning || state.Due > now)
                continue;
            state.IsRunning = true;
            due.Add(endpoint with { OutboxTo = state.UpTo });
        }

        return due;
    }

    public void OnEnded(OutboxOutcome outcome, long now, double random)
    {
        if (!_states.TryGetValue(outcome.Endpoint, out var state))
            return;
        state.IsRunning = false;
        var attempts = outcome.UpTo > state.UpTo ? 1 : state.Attempts + 1; // it has failed at another event than before
        state.UpTo = Math.Max(state.UpTo, outcome.UpTo);
        state.Attempts = outcome.Failure is null ? 0 : attempts;
        state.FailingSince = outcome.Failure is null ? null : attempts == 1 ? now : state.FailingSince ?? now;
        state.Due = outcome.Failure is null ? 0 : now + Backoff.After(state.Attempts, random);
    }

    public int AttemptsOf(long endpoint) => _states.TryGetValue(endpoint, out var state) ? state.Attempts : 0;
}
