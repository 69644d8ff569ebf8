using System.Collections.Concurrent;
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

    readonly ConcurrentDictionary<string, (long At, string Reason)> _failures = new();

    /// <summary>A batch is stored.</summary>
    public void NoteSuccess(string what)
    {
        if (!_failures.IsEmpty)
            _failures.TryRemove(what, out _);
    }

    /// <summary>A batch is not stored, or nobody knows.</summary>
    public void NoteFailure(string what, string reason) => _failures[what] = (clock.SteadyMilliseconds(), reason);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var now = clock.SteadyMilliseconds();
        foreach (var (what, (at, reason)) in _failures)
        {
            if (now - at < MemoryMilliseconds)
                return HealthCheckResult.Unhealthy($"the {what} cannot be stored: {reason}");
        }

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
