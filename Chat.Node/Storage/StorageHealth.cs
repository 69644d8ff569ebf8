using Chat.Node.Telemetry;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Chat.Node.Storage;

/// <summary>
/// Whether messages can be stored: the log and the queue say how their last batch ended, and every question writes a
/// heartbeat. Red while one of them fails, so that new connections go to nodes that fare better.
/// </summary>
sealed class StorageHealth(Nodes nodes, TimeProvider clock) : IHealthCheck
{
    /// <summary>After a failure, without another batch, the heartbeat alone decides again.</summary>
    const long MemoryMilliseconds = 5000;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    long _failedAt = long.MinValue;
    volatile string _reason = "";

    /// <summary>A batch is stored.</summary>
    public void NoteSuccess()
    {
        if (Volatile.Read(ref _failedAt) != long.MinValue)
            Volatile.Write(ref _failedAt, long.MinValue);
    }

    /// <summary>A batch is not stored, or nobody knows.</summary>
    public void NoteFailure(string reason)
    {
        _reason = reason;
        Volatile.Write(ref _failedAt, clock.SteadyMilliseconds());
    }

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var failedAt = Volatile.Read(ref _failedAt);
        if (failedAt != long.MinValue && clock.SteadyMilliseconds() - failedAt < MemoryMilliseconds)
            return HealthCheckResult.Unhealthy($"messages cannot be stored: {_reason}");
        try
        {
            await nodes.BeatAsync().WaitAsync(Patience, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is StorageException or TimeoutException)
        {
            return HealthCheckResult.Unhealthy($"the database takes no writes: {e.Message}");
        }
    }
}
