using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Cluster.Sharding;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Akka.Streams;
using Chat.Node.Cluster;
using Chat.Node.Conversations;
using Chat.Node.Serialization;
using Chat.Node.Storage;
using Chat.Node.Users;

namespace Chat.Node.Hosting;

/// <summary>The actor system: cluster, the two shard regions, the sweeper, the order of shutting down.</summary>
static class AkkaHosting
{
    public const string SystemName = "chat";

    /// <summary>A constant for a cluster's life.</summary>
    public const int Shards = 100;

    public static IServiceCollection AddChatActors(this IServiceCollection services, ChatSettings settings, string? extraHocon = null)
    {
        services.AddSingleton(provider => new Lazy<IReadOnlyActorRegistry>(provider.GetRequiredService<IReadOnlyActorRegistry>));
        services.AddSingleton(provider => new ConversationLoader(
            provider.GetRequiredService<MessageLogStore>(), provider.GetRequiredService<Accounts>(), provider.GetRequiredService<Contacts>(),
            provider.GetRequiredService<UnfinishedNodes>(), settings.KeepsHistory, provider.GetRequiredService<IMaterializer>()));
        services.AddSingleton(provider => new ConversationServices(
            provider.GetRequiredService<MessageLog>(), provider.GetRequiredService<ConversationLoader>(), provider.GetRequiredService<FanOutClock>(),
            settings.KeepsHistory, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<CrashPoints>(), Region<UserActor>(provider)));
        services.AddSingleton(provider => new UserServices(
            provider.GetRequiredService<OfflineQueue>(), provider.GetRequiredService<OfflineStore>(), provider.GetRequiredService<DeliveryMarks>(),
            provider.GetRequiredService<MarkQueue>(), provider.GetRequiredService<Presence>(),
            new UserLoader(provider.GetRequiredService<Presence>(), provider.GetRequiredService<IMaterializer>()), new UserLimits(settings.MaxSessions, settings.Limits.FailedLoginsPerMinutePerAccount),
            settings.KeepsHistory, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<CrashPoints>(),
            Region<ConversationActor>(provider)));
        services.AddAkka(SystemName, (akka, provider) =>
        {
            akka.ConfigureLoggers(loggers =>
            {
                loggers.ClearLoggers();
                loggers.AddLoggerFactory();
            });
            if (extraHocon is not null)
                akka.AddHocon(extraHocon, HoconAddMode.Prepend);
            akka.AddHocon(Hocon, HoconAddMode.Prepend)
                .WithCustomSerializer("chat", [typeof(IClusterMessage)], system => new ChatSerializer(system))
                .AddSettingsJournal(provider.GetRequiredService<JournalDatabase>())
                .WithStrictSerialization()
                .WithActorAskTimeout(TimeSpan.FromSeconds(5))
                .WithRemoting(new RemoteOptions
                {
                    HostName = settings.IsClustered ? settings.ClusterHostname : "127.0.0.1",
                    Port = settings.IsClustered ? settings.ClusterPort : 0,
                })
                .WithClustering(new ClusterOptions { Roles = ["chat"] })
                .AddUserRegion(provider)
                .AddConversationRegion(provider)
                .WithActors((system, registry, _) =>
                {
                    registry.Register<FanOutSweeper>(system.ActorOf(
                        Props.Create(() => new FanOutSweeper(SweeperServicesOf(provider))), "fan-out-sweeper"));
                })
                .AddStartup((system, _) => JoinSelf(system))
                .AddStartup((system, _) => DrainOnShutdown(system, provider))
                .WithActorSystemLivenessCheck()
                .WithAkkaClusterReadinessCheck();
        });
        return services;
    }

    /// <summary>A region is registered after the services that use it are made.</summary>
    public static Lazy<IActorRef> Region<TActor>(IServiceProvider provider) =>
        new(() => provider.GetRequiredService<IReadOnlyActorRegistry>().Get<TActor>());

    static AkkaConfigurationBuilder AddUserRegion(this AkkaConfigurationBuilder akka, IServiceProvider provider) =>
        akka.WithShardRegion<UserActor>(
            "user",
            (_, _, _) => id => Props.Create<UserActor>(id, provider.GetRequiredService<UserServices>()),
            HashCodeMessageExtractor.Create(Shards, message => message is IUserMessage user ? user.UserId.ToString() : null),
            OptionsOf(StopUser.Instance));

    static AkkaConfigurationBuilder AddConversationRegion(this AkkaConfigurationBuilder akka, IServiceProvider provider) =>
        akka.WithShardRegion<ConversationActor>(
            "conversation",
            (_, _, _) => id => Props.Create<ConversationActor>(id, provider.GetRequiredService<ConversationServices>()),
            HashCodeMessageExtractor.Create(
                Shards, message => message is IConversationMessage conversation ? conversation.Conversation.ToString() : null),
            OptionsOf(StopConversation.Instance));

    /// <summary>Entities ask to be passivated by themselves: the region does not see what goes directly from actor to actor.</summary>
    static ShardOptions OptionsOf(object stopMessage) => new()
    {
        StateStoreMode = StateStoreMode.DData,
        RememberEntities = false,
        ShouldPassivateIdleEntities = false,
        HandOffStopMessage = stopMessage,
        Role = "chat",
    };

    static SweeperServices SweeperServicesOf(IServiceProvider provider) => new(
        provider.GetRequiredService<Nodes>(), provider.GetRequiredService<MessageLogStore>(), provider.GetRequiredService<UnfinishedNodes>(),
        provider.GetRequiredService<FanOutClock>(), provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<ILogger<FanOutSweeper>>(), Region<ConversationActor>(provider));

    static void JoinSelf(ActorSystem system)
    {
        var cluster = Akka.Cluster.Cluster.Get(system);
        cluster.Join(cluster.SelfAddress);
    }

    /// <summary>After the regions have handed off, what they gave to the streams is written; only then the system ends.</summary>
    static void DrainOnShutdown(ActorSystem system, IServiceProvider provider) =>
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate, "drain-storage", async () =>
        {
            await provider.GetRequiredService<MessageLog>().DrainAsync();
            await provider.GetRequiredService<OfflineQueue>().DrainAsync();
            await provider.GetRequiredService<MarkQueue>().DrainAsync();
            if (provider.GetRequiredService<FanOutClock>().OldestTs() == long.MaxValue)
                await provider.GetRequiredService<Nodes>().FinishAsync(provider.GetRequiredService<NodeIdentity>().Incarnation);
            return Akka.Done.Instance;
        });

    /// <summary>What the typed options do not cover. Each line says why.</summary>
    const string Hocon =
        """
        akka {
          log-dead-letters = off                   # a message to a session that has just ended is everyday life
          log-dead-letters-during-shutdown = off
          actor {
            # an actor at the top (a session) that fails is closed, not restarted without its socket
            guardian-supervisor-strategy = "Akka.Actor.StoppingSupervisorStrategy"
          }
          coordinated-shutdown {
            exit-clr = off                          # the host ends the process
            run-by-clr-shutdown-hook = off          # and begins with the connections: SIGTERM must not stop the regions under them
            # a region that stops keeps deliveries for the other one, which stops too: they are repeated after the next start
            phases.cluster-sharding-shutdown-region.timeout = 5 s
            default-phase-timeout = 5 s
            phases.before-actor-system-terminate.timeout = 15 s   # the last batches
          }
          remote.dot-netty.tcp {
            batching { enabled = true, max-pending-writes = 200 } # measured: off costs 1.6 to 2 times as much
            maximum-frame-size = 1 MiB              # a page of the offline queue
            send-buffer-size = 2 MiB
            receive-buffer-size = 2 MiB
          }
          cluster {
            failure-detector { heartbeat-interval = 500 ms, acceptable-heartbeat-pause = 3 s, threshold = 8.0, expected-response-after = 500 ms }
            downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
            split-brain-resolver { active-strategy = keep-majority, stable-after = 4 s, down-all-when-unstable = 8 s }
            down-removal-margin = 1 s               # falls back to stable-after otherwise
            gossip-interval = 500 ms
            leader-actions-interval = 500 ms
            unreachable-nodes-reaper-interval = 500 ms
            periodic-tasks-initial-delay = 200 ms   # a lone node is up at once
            singleton { hand-over-retry-interval = 500 ms }
            sharding {
              state-store-mode = ddata
              distributed-data.durable.keys = []    # the native library of the durable store does not fit its wrapper
              waiting-for-state-timeout = 2 s
              updating-state-timeout = 3 s
              handoff-timeout = 20 s                # akka.net#8865: a stall lasts as long as this
              rebalance-interval = 5 s
              retry-interval = 500 ms
              shard-start-timeout = 5 s
              passivate-idle-entity-after = off
              least-shard-allocation-strategy { rebalance-absolute-limit = 50, rebalance-relative-limit = 1.0 }
            }
          }
        }
        """;
}
