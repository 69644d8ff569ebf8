using Akka.Actor;
using Akka.Hosting;
using Chat.Node.Bridge;
using Chat.Node.Cluster;
using Chat.Node.Contracts;
using Chat.Node.Conversations;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Node.Users;

namespace Chat.Node.Hosting;

/// <summary>The bridge to the servers outside the cluster, where <c>Chat:Redis:ConnectionString</c> names a Redis.</summary>
static class BridgeHosting
{
    static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(4.5);

    public static IServiceCollection AddChatBridge(this IServiceCollection services, ChatSettings settings)
    {
        if (!settings.IsBridged)
        {
            services.AddSingleton<IBridge>(NoBridge.Instance);
            return services;
        }

        services.AddSingleton(provider => new RedisConnection(
            settings.RedisConnectionString, provider.GetRequiredService<NodeIdentity>(), provider.GetRequiredService<ILogger<RedisConnection>>()));
        services.AddHostedService(provider => provider.GetRequiredService<RedisConnection>());
        services.AddSingleton(provider =>
        {
            var redis = provider.GetRequiredService<RedisConnection>();
            return new BridgeMeter(() => redis.IsConnected);
        });
        services.AddSingleton<IBridge>(provider => new RedisBridge(
            provider.GetRequiredService<RedisConnection>(), provider.GetRequiredService<Presence>(), provider.GetRequiredService<Nodes>(), provider.GetRequiredService<NodeDirectory>(),
            provider.GetRequiredService<NodeIdentity>(), new Lazy<ActorSystem>(provider.GetRequiredService<ActorSystem>), provider.GetRequiredService<BridgeMeter>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<RedisBridge>>()));
        services.AddHostedService(provider => new PresenceRepairer(
            provider.GetRequiredService<Presence>(), provider.GetRequiredService<NodeIdentity>(), AkkaHosting.Region<UserActor>(provider),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<PresenceRepairer>>()));
        services.AddHostedService(provider => new BridgedQueuePoller(
            provider.GetRequiredService<OfflineStore>(), provider.GetRequiredService<NodeIdentity>(), provider.GetRequiredService<NodeDirectory>(),
            AkkaHosting.Region<UserActor>(provider), provider.GetRequiredService<TimeProvider>()));
        services.AddHealthChecks().AddCheck<RedisHealth>("chat.redis", tags: ["ready"]);
        return services;
    }

    /// <summary>
    /// After the sessions, and before the regions stop: their users have this node stop listening.
    /// </summary>
    public static async Task<Akka.Done> EndChannelsAsync(this IServiceProvider provider)
    {
        if (!provider.GetRequiredService<IReadOnlyActorRegistry>().TryGet<ChannelSubscriber>(out var keeper))
            return Akka.Done.Instance;
        try
        {
            await keeper.Ask<ChannelsEnded>(EndChannels.Instance, EndPatience);
        }
        catch (AskTimeoutException)
        {
            // what is still held is lost for servers that do not look at the count
        }

        return Akka.Done.Instance;
    }

    public static AkkaConfigurationBuilder AddChannelKeeper(this AkkaConfigurationBuilder akka, ChatSettings settings, IServiceProvider provider)
    {
        if (!settings.IsBridged)
            return akka;
        return akka.WithActors((system, registry, _) =>
        {
            var services = new KeeperServices(
                provider.GetRequiredService<RedisConnection>(), provider.GetRequiredService<NodeIdentity>(), provider.GetRequiredService<OfflineStore>(),
                provider.GetRequiredService<BridgeMeter>(), provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<ChannelSubscriber>>(), AkkaHosting.Region<UserActor>(provider),
                AkkaHosting.Region<ConversationActor>(provider));
            registry.Register<ChannelSubscriber>(system.ActorOf(Props.Create(() => new ChannelSubscriber(services)), ChannelSubscriber.ActorName));
        });
    }
}
