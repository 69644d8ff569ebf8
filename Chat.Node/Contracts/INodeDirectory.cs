using Akka.Actor;

namespace Chat.Node.Contracts;

/// <summary>The port that tells users about the nodes of their sessions.</summary>
interface INodeDirectory
{
    /// <summary>The incarnation of an actor's node. It is our own if the actor is here, or if its node is not known yet.</summary>
    long IncarnationOf(IActorRef actor);

    /// <summary>Whether a node is at work as far as anybody knows.</summary>
    bool IsAlive(long incarnation);

    /// <summary>Living nodes that use the same database and are not in this cluster. Only Redis connects us with them.</summary>
    IReadOnlySet<long> UnclusteredNodes { get; }
}
