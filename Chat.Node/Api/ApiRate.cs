using System.Threading.RateLimiting;

namespace Chat.Node.Api;

/// <summary>How many requests each key may make at this node: a second's worth at once, and no more on average.</summary>
/// <param name="requestsPerSecond">0: as many as they like.</param>
sealed class ApiRate(int requestsPerSecond) : IDisposable
{
    static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);

    /// <summary>Each limit has places of its own for a key: those of a limit that was before are forgotten when nobody uses them.</summary>
    readonly PartitionedRateLimiter<(int KeyId, int PerSecond)> _limiter =
        PartitionedRateLimiter.Create<(int KeyId, int PerSecond), (int, int)>(place => RateLimitPartition.GetTokenBucketLimiter(place, _ => OptionsOf(place.PerSecond)));

    volatile int _requestsPerSecond = requestsPerSecond;

    /// <summary>May be another one while the node runs.</summary>
    public int RequestsPerSecond
    {
        get => _requestsPerSecond;
        set => _requestsPerSecond = value;
    }

    /// <summary>Null: go on. Else after how long to come again.</summary>
    public TimeSpan? Refuse(ApiCaller caller)
    {
        if (RequestsPerSecond is not (> 0 and var perSecond))
            return null;
        using var lease = _limiter.AttemptAcquire((caller.KeyId, perSecond));
        if (lease.IsAcquired)
            return null;
        return lease.TryGetMetadata(MetadataName.RetryAfter, out var after) && after > Wait ? after : Wait;
    }

    public void Dispose() => _limiter.Dispose();

    static TokenBucketRateLimiterOptions OptionsOf(int perSecond)
    {
        var (tokens, period) = perSecond >= 10 ? (perSecond / 10, Period) : (perSecond, TimeSpan.FromSeconds(1));
        return new TokenBucketRateLimiterOptions { TokenLimit = perSecond, TokensPerPeriod = tokens, ReplenishmentPeriod = period, QueueLimit = 0 };
    }
}
