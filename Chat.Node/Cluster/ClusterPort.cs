using Akka.Actor;

namespace Chat.Node.Cluster;

/// <summary>What is known of the cluster's port, for the metrics: Akka makes the transport, so nobody else has it. Safe to use from any thread.</summary>
sealed class ClusterPort : IExtension
{
    volatile AcceptGate? _gate;

    /// <summary>Connections on which no node has spoken.</summary>
    public int Silent => _gate?.Silent ?? 0;

    public static ClusterPort Of(ActorSystem system) => system.WithExtension<ClusterPort, Provider>();

    public void Observe(AcceptGate gate) => _gate = gate;

    sealed class Provider : ExtensionIdProvider<ClusterPort>
    {
        public override ClusterPort CreateExtension(ExtendedActorSystem system) => new();
    }
}
