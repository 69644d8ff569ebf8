using Chat.Node.Contracts;

namespace Chat.Node.Webhooks;

/// <summary>
/// The last requests to each endpoint, for operators: so many that were taken, and so many that were not. Those that are taken push none out that are not: in
/// a busy hour a failure would be gone in a second. Pure, and safe from any thread.
/// </summary>
sealed class RecentAttempts
{
    /// <summary>Of each endpoint, of each of the two.</summary>
    public const int Kept = 50;

    /// <summary>Endpoints that are kept: more than there may be, as some are removed and others made.</summary>
    public const int MaxEndpoints = 64;

    /// <summary>A reason may be what a server or a library says at length.</summary>
    const int MaxReason = 200;

    sealed class Endpoint
    {
        public readonly Queue<(long Order, WebhookAttempt Attempt)> Taken = new();
        public readonly Queue<(long Order, WebhookAttempt Attempt)> Refused = new();
        public long Newest;
    }

    readonly Lock _lock = new();
    readonly Dictionary<long, Endpoint> _endpoints = [];
    long _noted;

    public void Note(long endpoint, WebhookAttempt attempt)
    {
        var noted = attempt.Reason.Length > MaxReason ? attempt with { Reason = attempt.Reason[..MaxReason] } : attempt;
        lock (_lock)
        {
            if (!_endpoints.TryGetValue(endpoint, out var known))
            {
                if (_endpoints.Count >= MaxEndpoints)
                    _endpoints.Remove(_endpoints.MinBy(each => each.Value.Newest).Key);
                _endpoints[endpoint] = known = new Endpoint();
            }

            var attempts = noted.IsTaken ? known.Taken : known.Refused;
            if (attempts.Count >= Kept)
                attempts.Dequeue();
            known.Newest = ++_noted; // of two within a millisecond too
            attempts.Enqueue((_noted, noted));
        }
    }

    /// <summary>The newest first.</summary>
    public IReadOnlyList<WebhookAttempt> Of(long endpoint)
    {
        lock (_lock)
            return _endpoints.TryGetValue(endpoint, out var known) ? [.. known.Taken.Concat(known.Refused).OrderByDescending(each => each.Order).Select(each => each.Attempt)] : [];
    }
}
