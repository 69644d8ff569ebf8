using Akka.Actor;
using Akka.Remote;

namespace Chat.Node.Cluster;

/// <summary>Hears when a connection to another node ends or cannot be made.</summary>
sealed class LostConnectionListener(SuspectedPeers suspects) : UntypedActor
{
    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(DisassociatedEvent));
        Context.System.EventStream.Subscribe(Self, typeof(AssociationErrorEvent));
    }

    protected override void OnReceive(object message)
    {
        if (message is AssociationEvent { RemoteAddress: { } address })
            suspects.Add(address);
    }
}
