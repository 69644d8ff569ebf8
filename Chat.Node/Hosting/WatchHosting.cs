using Akka.Actor;
using Akka.Hosting;
using Chat.Node.Links;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Node.Watching;

namespace Chat.Node.Hosting;

/// <summary>The hub of presence.</summary>
static class WatchHosting
{
    /// <summary>Below the system's own actors: one that fails is started again there, and not ended.</summary>
    public static AkkaConfigurationBuilder AddPresenceHub(this AkkaConfigurationBuilder akka, ChatSettings settings, IServiceProvider provider) =>
        akka.WithActors((system, registry, _) =>
        {
            var hub = new HubServices(
                provider.GetRequiredService<NodeIdentity>(), provider.GetRequiredService<Presence>(), provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<PresenceHub>>(), settings.Limits.MaxFrameBytes)
            {
                Contacts = provider.GetRequiredService<ContactBook>(),
                Groups = provider.GetRequiredService<ContactStore>(),
            };
            provider.GetRequiredService<NodeMeter>().Queues.Observe(hub);
            registry.Register<PresenceHub>(((ExtendedActorSystem)system).SystemActorOf(
                Props.Create(() => new PresenceHub(hub, PresenceRoad.Of(system))), PresenceRoad.HubName));
        });
}
