using Chat.Node.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Chat.Node.Cluster;

/// <summary>The stages of a node's life.</summary>
enum NodePhase
{
    /// <summary>Not a member of the cluster yet: no chat.</summary>
    Joining,

    /// <summary>At work.</summary>
    Up,

    /// <summary>Asked to end: clients are sent elsewhere.</summary>
    Draining,

    /// <summary>The others go on without this node: it ends, and should be started again.</summary>
    Removed,
}

/// <summary>The phase of this node, for readiness and for the exit code of its process.</summary>
sealed class NodeState(NodeLease lease) : IHealthCheck
{
    volatile NodePhase _phase = NodePhase.Joining;

    public NodePhase Phase => _phase;

    /// <summary>At its end the node had something that it could not store.</summary>
    public bool HasLeftovers { get; set; }

    /// <summary>Moves on; a node that was removed stays so.</summary>
    public void Enter(NodePhase phase)
    {
        if (_phase != NodePhase.Removed)
            _phase = phase;
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Phase switch
        {
            NodePhase.Up when lease.IsHeld => HealthCheckResult.Healthy(),
            NodePhase.Up => HealthCheckResult.Unhealthy("the database has had no sign of life of this node for too long"),
            NodePhase.Joining => HealthCheckResult.Unhealthy("joining the cluster"),
            NodePhase.Draining => HealthCheckResult.Unhealthy("draining"),
            _ => HealthCheckResult.Unhealthy("removed from the cluster"),
        });
}
