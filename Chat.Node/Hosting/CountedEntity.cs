using Akka.Actor;
using Chat.Node.Telemetry;

namespace Chat.Node.Hosting;

/// <summary>Makes an actor of a region, and counts how many of them are alive.</summary>
sealed class CountedEntity<TActor>(Func<TActor> make, EntityRegion region, NodeMeter meter) : IIndirectActorProducer
    where TActor : ActorBase
{
    public Type ActorType => typeof(TActor);

    public ActorBase Produce()
    {
        var actor = make(); // one that cannot be made is none
        meter.EntityStarted(region);
        return actor;
    }

    public void Release(ActorBase actor) => meter.EntityEnded(region);
}
