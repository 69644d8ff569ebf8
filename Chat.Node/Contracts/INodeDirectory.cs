using Akka.Actor;

namespace Chat.Node.Contracts;

/// <summary>What users know of the nodes on which their sessions live.</summary>
interface INodeDirectory
{
    /// <summary>The incarnation of an actor's node; our own for one that is here, or whose node is not known yet.</summary>
    long IncarnationOf(IActorRef actor);

    /// <summary>Whether a node is at work as far as anybody knows.</summary>
    bool IsAlive(long incarnation);

    /// <summary>Living nodes that use the same database and are not in this cluster: other clusters of one, met through Redis alone.</summary>
    IReadOnlySet<long> UnclusteredNodes { get; }
}
