using Akka.Actor;
using Chat.Node.Actors;

namespace Chat.Node.Gateway;

/// <summary>Gives a connection its session, whatever carries it.</summary>
sealed class SessionStarter(ActorSystem system, GatewayServices services, SessionRegistry sessions)
{
    public GatewayServices Services => services;

    /// <summary>To be ended with <see cref="End"/>, whatever happens.</summary>
    public IActorRef Start(SessionConnection connection)
    {
        var session = system.ActorOf(Props.CreateBy(new SessionProducer(connection, services)).WithDispatcher(SessionDispatcher.Id), $"session-{connection.Id}");
        sessions.Add(connection, session);
        return session;
    }

    public void End(SessionConnection connection, IActorRef? session)
    {
        session?.Tell(new ConnectionClosed(CanStillWrite: false));
        sessions.Remove(connection);
    }

    /// <summary>Cheaper than an expression tree per connection.</summary>
    sealed class SessionProducer(SessionConnection connection, GatewayServices services) : IIndirectActorProducer
    {
        public Type ActorType => typeof(SessionActor);

        public ActorBase Produce() => new SessionActor(connection, services);

        public void Release(ActorBase actor)
        {
            // stopped actors need nothing
        }
    }
}
