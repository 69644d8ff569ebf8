using Akka.Actor;
using Chat.Node.Cluster;
using Chat.Node.Settings;
using Chat.Node.Storage;

namespace Chat.Node.Hosting;

/// <summary>This node among others: its sign of life, its eye on theirs, its phase.</summary>
static class ClusterHosting
{
    /// <summary>Before the actor system: it starts before it, and ends after it.</summary>
    public static IServiceCollection AddChatCluster(this IServiceCollection services, ChatSettings settings)
    {
        if (settings is { IsClustered: true, ClusterTls: { } tls })
        {
            services.AddSingleton(provider => new ClusterTls(tls, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<ClusterTls>>()));
            services.AddHostedService(provider => provider.GetRequiredService<ClusterTls>());
        }

        services.AddSingleton<NodeState>();
        services.AddSingleton<NodeDirectory>();
        services.AddHealthChecks().AddCheck<NodeState>("chat.node", tags: ["ready"]);
        services.AddHostedService<NodeHeartbeat>();
        services.AddSingleton<SuspectedPeers>();
        if (settings.IsClustered)
            services.AddHostedService(provider => new PeerMonitor(
                provider.GetRequiredService<Nodes>(), provider.GetRequiredService<NodeLease>(), provider.GetRequiredService<NodeDirectory>(),
                new Lazy<ActorSystem>(provider.GetRequiredService<ActorSystem>), provider.GetRequiredService<SuspectedPeers>(),
                provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<NodeState>(), provider.GetRequiredService<ILogger<PeerMonitor>>()));
        else
            services.AddHostedService<UnclusteredNodeMonitor>();
        return services;
    }
}
