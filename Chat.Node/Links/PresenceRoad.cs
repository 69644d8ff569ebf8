using Akka.Actor;
using Akka.Cluster;
using IClusterMessage = Chat.Node.Contracts.IClusterMessage;

namespace Chat.Node.Links;

/// <summary>The ways to the hubs of presence, of which each node has one.</summary>
interface IPresenceRoad
{
    /// <summary>The hubs of the other nodes of the cluster.</summary>
    IReadOnlyList<IActorRef> Peers();

    /// <summary>Loses what remoting loses, and keeps the order between two hubs.</summary>
    void Tell(IActorRef hub, IClusterMessage message, IActorRef sender);
}

/// <summary>The same within a cluster. Safe to use from any thread.</summary>
sealed class PresenceRoad : IPresenceRoad, IExtension
{
    /// <summary>Of a hub, below the system's own actors.</summary>
    public const string HubName = "presence";

    /// <summary>Of nodes that have a hub: those of earlier versions have none, and could not read what it says.</summary>
    public const string Role = "presence";

    readonly ExtendedActorSystem _system;
    readonly Akka.Cluster.Cluster? _cluster;
    readonly NodeLinks _links;

    PresenceRoad(ExtendedActorSystem system)
    {
        _system = system;
        _links = NodeLinks.Of(system);
        _cluster = system.Provider is IClusterActorRefProvider ? Akka.Cluster.Cluster.Get(system) : null;
    }

    public static PresenceRoad Of(ActorSystem system) => system.WithExtension<PresenceRoad, Provider>();

    public IReadOnlyList<IActorRef> Peers() => _cluster is null
        ? []
        : [.. _cluster.State.Members
            .Where(member => member.Status is MemberStatus.Up or MemberStatus.Leaving or MemberStatus.Exiting && member.Address != _cluster.SelfAddress && member.HasRole(Role))
            .Select(member => HubAt(member.Address))];

    public void Tell(IActorRef hub, IClusterMessage message, IActorRef sender) => _links.Tell(hub, message, sender);

    /// <summary>To the hub of this node.</summary>
    public void TellHub(object message) => HubAt(_system.Provider.DefaultAddress).Tell(message);

    /// <summary>To the hub of this node too.</summary>
    public void TellAll(IClusterMessage message)
    {
        TellHub(message);
        foreach (var hub in Peers())
            Tell(hub, message, _system.DeadLetters);
    }

    IActorRef HubAt(Address address) => _system.Provider.ResolveActorRef(new RootActorPath(address) / "system" / HubName);

    sealed class Provider : ExtensionIdProvider<PresenceRoad>
    {
        public override PresenceRoad CreateExtension(ExtendedActorSystem system) => new(system);
    }
}
