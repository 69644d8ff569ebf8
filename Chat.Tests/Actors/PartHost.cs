using Akka.Actor;

namespace Chat.Tests.Actors;

/// <summary>An actor for the parts of one: they have its context, and a probe gets what they tell it.</summary>
sealed class PartHost(IActorRef probe) : UntypedActor
{
    public ActorCell OwnContext { get; } = (ActorCell)Context;

    protected override void OnReceive(object message) => probe.Forward(message);
}
