using System.Collections.Concurrent;
using Akka.Actor;
using Chat.Node.Actors;
using Chat.Node.Contracts;

namespace Chat.Node.Links;

/// <summary>
/// The road of the busy messages to actors of other nodes: what gathers for a node travels in one envelope, which costs as much as one
/// message did. Keeps the order between any two actors, loses what remoting loses, and is not in order with what is told directly.
/// </summary>
sealed class NodeLinks(ExtendedActorSystem system) : IExtension
{
    /// <summary>A message to an actor of another node.</summary>
    internal sealed record Outgoing(IActorRef Target, IClusterMessage Message, IActorRef Sender) : INoSerializationVerificationNeeded;

    /// <summary>One for each address that was ever spoken to.</summary>
    readonly ConcurrentDictionary<Address, Lazy<IActorRef>> _senders = new();

    int _opened;

    public static NodeLinks Of(ActorSystem system) => system.WithExtension<NodeLinks, Provider>();

    public void Tell(IActorRef target, IClusterMessage message, IActorRef sender)
    {
        var address = target.Path.Address;
        if (address.HasLocalScope)
            target.Tell(message, sender);
        else
            _senders.GetOrAdd(address, Open).Value.Tell(new Outgoing(target, message, sender), ActorRefs.NoSender);
    }

    // Behind everything else that is ready, like a session: more has gathered then.
    Lazy<IActorRef> Open(Address address) => new(
        () => system.SystemActorOf(
            Props.Create(() => new NodeLinkSender(address)).WithDispatcher(SessionDispatcher.Id), $"link-{Interlocked.Increment(ref _opened)}"),
        LazyThreadSafetyMode.PublicationOnly); // a failure is not remembered

    sealed class Provider : ExtensionIdProvider<NodeLinks>
    {
        public override NodeLinks CreateExtension(ExtendedActorSystem system) => new(system);
    }
}
