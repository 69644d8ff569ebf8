using Akka.Actor;
using Akka.Event;
using Chat.Node.Serialization;
using static Akka.Serialization.Serialization;

namespace Chat.Node.Links;

/// <summary>Gathers what is told to the actors of one node, and sends it when nothing more waits.</summary>
sealed class NodeLinkSender : UntypedActor
{
    /// <summary>Some hundred messages. Larger arrays would be collected late, and the largest message between nodes (1 MiB) has to hold the largest item behind them.</summary>
    const int MaxBytes = 32 * 1024;

    readonly ActorCell _cell = (ActorCell)Context;
    readonly BundleWriter _bundle = new();
    readonly ILoggingAdapter _log = Context.GetLogger();
    readonly IActorRef _receiver;

    public NodeLinkSender(Address address) =>
        _receiver = ((ExtendedActorSystem)Context.System).Provider.ResolveActorRef(new RootActorPath(address) / "system" / NodeLinkReceiver.Name);

    protected override void OnReceive(object message)
    {
        if (message is NodeLinks.Outgoing outgoing)
            Add(outgoing);
        else
            Unhandled(message);
        if (_bundle.Length == 0 || (_bundle.Length < MaxBytes && _cell.HasMessages))
            return;
        _receiver.Tell(_bundle.Take(), ActorRefs.NoSender);
    }

    void Add(NodeLinks.Outgoing outgoing)
    {
        try
        {
            _bundle.Add(SerializedActorPath(outgoing.Target), SerializedActorPath(outgoing.Sender), outgoing.Message);
        }
        catch (System.Runtime.Serialization.SerializationException e)
        {
            _log.Error(e, "a message for {0} cannot be sent", outgoing.Target);
        }
    }
}
