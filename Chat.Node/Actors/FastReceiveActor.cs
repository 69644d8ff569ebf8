using Akka.Actor;

namespace Chat.Node.Actors;

/// <summary>
/// An actor that there are many of, and whose one behaviour is a switch: its messages go straight there. The behaviour that Akka would call is a
/// delegate, and one more cold cache line with every message. Not for actors with timers or a stash.
/// </summary>
abstract class FastReceiveActor : UntypedActor
{
    protected sealed override bool AroundReceive(Receive receive, object message)
    {
        OnReceive(message);
        return true;
    }
}
