using Akka.Actor;
using Akka.Hosting;
using Chat.Node.Bridge;
using Chat.Node.Cluster;
using Chat.Node.Conversations;
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
            services.AddSingleton<IOtherServers>(NoOtherServers.Instance);
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
        services.AddSingleton<IOtherServers>(provider => new RedisBridge(
            provider.GetRequiredService<RedisConnection>(), provider.GetRequiredService<Presence>(), provider.GetRequiredService<Nodes>(), provider.GetRequiredService<NodeDirectory>(),
            provider.GetRequiredService<NodeIdentity>(), new Lazy<ActorSystem>(provider.GetRequiredService<ActorSystem>), provider.GetRequiredService<BridgeMeter>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<RedisBridge>>()));
        services.AddHostedService(provider => new StateKeeper(
            provider.GetRequiredService<Presence>(), provider.GetRequiredService<NodeIdentity>(), AkkaHosting.Region<UserActor>(provider),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<StateKeeper>>()));
        services.AddHostedService(provider => new QueueWatch(
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
        if (!provider.GetRequiredService<IReadOnlyActorRegistry>().TryGet<ChannelKeeper>(out var keeper))
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
                provider.GetRequiredService<ILogger<ChannelKeeper>>(), AkkaHosting.Region<UserActor>(provider),
                AkkaHosting.Region<ConversationActor>(provider));
            registry.Register<ChannelKeeper>(system.ActorOf(Props.Create(() => new ChannelKeeper(services)), ChannelKeeper.ActorName));
        });
    }
}
