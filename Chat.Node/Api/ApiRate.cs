using System.Threading.RateLimiting;

namespace Chat.Node.Api;

/// <summary>How many requests each key may make at this node: a second's worth at once, and no more on average.</summary>
sealed class ApiRate : IDisposable
{
    static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);

    readonly PartitionedRateLimiter<ApiCaller>? _limiter;

    /// <param name="requestsPerSecond">0: as many as they like.</param>
    public ApiRate(int requestsPerSecond)
    {
        if (requestsPerSecond == 0)
            return;
        var (tokens, period) = requestsPerSecond >= 10 ? (requestsPerSecond / 10, Period) : (requestsPerSecond, TimeSpan.FromSeconds(1));
        var options = new TokenBucketRateLimiterOptions
        {
            TokenLimit = requestsPerSecond,
            TokensPerPeriod = tokens,
            ReplenishmentPeriod = period,
            QueueLimit = 0,
        };
        _limiter = PartitionedRateLimiter.Create<ApiCaller, int>(caller => RateLimitPartition.GetTokenBucketLimiter(caller.KeyId, _ => options));
    }

    /// <summary>Null: go on. Else after how long to come again.</summary>
    public TimeSpan? Refuse(ApiCaller caller)
    {
        if (_limiter is null)
            return null;
        using var lease = _limiter.AttemptAcquire(caller);
        if (lease.IsAcquired)
            return null;
        return lease.TryGetMetadata(MetadataName.RetryAfter, out var after) && after > Wait ? after : Wait;
    }

    public void Dispose() => _limiter?.Dispose();
}
