using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Chat.Node.Bridge;

/// <summary>Without Redis a node is of less use, and still of use: degraded, not unhealthy.</summary>
sealed class RedisHealth(RedisConnection redis) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        redis.IsConnected
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded("Redis is not to be had: messages for users of other servers are queued in the database"));
}
