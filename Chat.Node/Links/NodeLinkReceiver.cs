using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Event;
using Chat.Node.Contracts;
using Chat.Node.Serialization;

namespace Chat.Node.Links;

/// <summary>Hands what other nodes have gathered to the actors of this one, as if each message had come by itself.</summary>
sealed class NodeLinkReceiver : UntypedActor
{
    public const string Name = "node-link";

    readonly IActorRefProvider _provider = ((ExtendedActorSystem)Context.System).Provider;
    readonly ILoggingAdapter _log = Context.GetLogger();

    protected override void OnReceive(object message)
    {
        if (message is not Bundle bundle)
        {
            Unhandled(message);
            return;
        }

        try
        {
            var parts = new BundleReader(bundle);
            while (parts.MoveNext())
                HandOver(parts);
        }
        catch (SerializationException e)
        {
            _log.Error(e, "what another node has sent cannot be taken apart");
        }
    }

    void HandOver(BundleReader parts)
    {
        try
        {
            if (parts.Read() is { } item)
                _provider.ResolveActorRef(item.Target).Tell(item.Message, _provider.ResolveActorRef(item.Sender));
        }
        catch (Exception e) // of a newer version, perhaps: the others are not to blame
        {
            _log.Error(e, "a message of another node cannot be read");
        }
    }
}
