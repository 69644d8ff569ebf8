using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Cluster.Sharding;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Akka.Streams;
using Chat.Node.Cluster;
using Chat.Node.Contracts;
using Chat.Node.Conversations;
using Chat.Node.Delivery;
using Chat.Node.Faults;
using Chat.Node.Links;
using Chat.Node.Serialization;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Node.Users;

namespace Chat.Node.Hosting;

/// <summary>The actor system: cluster, the two shard regions, the sweeper, the order of shutting down.</summary>
static class AkkaHosting
{
    public const string SystemName = "chat";

    /// <summary>A constant for a cluster's life.</summary>
    public const int Shards = 100;

    const string UserRegion = "user";
    const string ConversationRegion = "conversation";

    public static IServiceCollection AddChatActors(this IServiceCollection services, ChatSettings settings, string? extraHocon = null)
    {
        services.AddSingleton(provider => new Lazy<IReadOnlyActorRegistry>(provider.GetRequiredService<IReadOnlyActorRegistry>));
        services.AddSingleton(provider => new ConversationLoader(
            provider.GetRequiredService<MessageLogStore>(), provider.GetRequiredService<Accounts>(), provider.GetRequiredService<ContactStore>(),
            provider.GetRequiredService<DeliveryMarks>(), provider.GetRequiredService<UnfinishedNodes>(), settings.KeepsHistory, provider.GetRequiredService<IMaterializer>())
        {
            Contacts = provider.GetRequiredService<ContactBook>(),
            TellsUntold = settings.IsBridged && settings.KeepsHistory,
        });
        services.AddSingleton(provider => new ConversationServices(
            provider.GetRequiredService<MessageLog>(), provider.GetRequiredService<ConversationLoader>(), provider.GetRequiredService<FanOutWatermarks>(),
            settings.KeepsHistory, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<CrashPoints>(), Region<UserActor>(provider),
            provider.GetRequiredService<NodeDirectory>(), provider.GetRequiredService<DeliveryMarks>(), settings.IsBridged,
            provider.GetRequiredService<IWebhooks>())
        {
            Changes = settings.KeepsHistory ? provider.GetRequiredService<MessageChangeStore>() : null,
            System = provider.GetService<SystemOutbox>(),
            ChangeWindows = () => new ChangeWindows(
                TimeSpan.FromHours(settings.Limits.EditHours), TimeSpan.FromSeconds(settings.Limits.RecallSeconds),
                provider.GetRequiredService<MessageLog>().LargestBody, new MessageLimits(settings.Limits.MaxTextBytes, settings.Limits.MaxFrameBytes)),
            Meter = provider.GetRequiredService<NodeMeter>(),
        });
        services.AddSingleton(provider => new UserServices(
            provider.GetRequiredService<OfflineQueue>(), provider.GetRequiredService<OfflineStore>(), provider.GetRequiredService<DeliveryMarks>(),
            provider.GetRequiredService<MarkQueue>(), provider.GetRequiredService<Presence>(),
            new UserLoader(provider.GetRequiredService<Presence>(), provider.GetRequiredService<Revocations>(), provider.GetRequiredService<IMaterializer>()), new UserLimits(settings.MaxSessions, settings.Limits.FailedLoginsPerMinutePerAccount),
            settings.KeepsHistory, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<CrashPoints>(),
            Region<ConversationActor>(provider), provider.GetRequiredService<NodeDirectory>(), provider.GetRequiredService<IBridge>()));
        services.AddAkka(SystemName, (akka, provider) =>
        {
            akka.ConfigureLoggers(loggers =>
            {
                loggers.ClearLoggers();
                loggers.AddLoggerFactory();
            });
            if (extraHocon is not null)
                akka.AddHocon(extraHocon, HoconAddMode.Prepend);
            if (provider.GetService<ClusterTls>() is { } tls)
                akka.AddSetup(tls.Setup).AddHocon("akka.remote.dot-netty.tcp.enable-ssl = on", HoconAddMode.Prepend);
            akka.AddHocon(Hocon, HoconAddMode.Prepend)
                .WithCustomSerializer("chat", [typeof(IClusterMessage)], system => new ChatSerializer(system))
                .AddSettingsJournal(provider.GetRequiredService<JournalDatabase>())
                .WithStrictSerialization()
                .WithActorAskTimeout(TimeSpan.FromSeconds(5))
                .WithRemoting(RemotingOf(settings))
                .WithClustering(new ClusterOptions { Roles = ["chat", PresenceRoad.Role] })
                .AddUserRegion(provider)
                .AddConversationRegion(provider)
                .AddSweepers(settings, provider)
                .AddChannelKeeper(settings, provider)
                .AddWebhooks(settings, provider)
                .WithActors((system, _, _) => ((ExtendedActorSystem)system).SystemActorOf(Props.Create<NodeLinkReceiver>(), NodeLinkReceiver.Name))
                .WithActors((system, _, _) => ((ExtendedActorSystem)system).SystemActorOf(Props.Create<NoticeReceiver>(), NoticeReceiver.Name))
                .WithActors((system, _, _) => ((ExtendedActorSystem)system).SystemActorOf(Props.Create(() => new FigureTeller(provider.GetRequiredService<FigureReader>())), FigureTeller.Name))
                .AddPresenceHub(settings, provider)
                .WithActors((system, _, _) => system.ActorOf(Props.Create(() => new LostConnectionListener(provider.GetRequiredService<SuspectedPeers>())), "lost-connections"))
                .WithActors((system, _, _) => system.ActorOf(Props.Create(() => new CoordinatorWakeUp(new[] { UserRegion, ConversationRegion })), "coordinator-wake-up"))
                .AddStartup((system, _) => EndInOrder(system, provider))
                .WithActorSystemLivenessCheck();
        });
        return services;
    }

    static RemoteOptions RemotingOf(ChatSettings settings)
    {
        if (!settings.IsClustered)
            return new RemoteOptions { HostName = "127.0.0.1", Port = 0 };
        return new RemoteOptions
        {
            HostName = settings.IsClusterEverywhere ? settings.Bind.ToString() : settings.ClusterHostname,
            PublicHostName = settings.ClusterHostname,
            Port = settings.ClusterPort,
        };
    }

    /// <summary>A region is registered after the services that use it are made.</summary>
    public static Lazy<IActorRef> Region<TActor>(IServiceProvider provider) =>
        new(() => provider.GetRequiredService<IReadOnlyActorRegistry>().Get<TActor>());

    static AkkaConfigurationBuilder AddUserRegion(this AkkaConfigurationBuilder akka, IServiceProvider provider) =>
        akka.WithShardRegion<UserActor>(
            UserRegion,
            (_, _, _) => id => Props.CreateBy(new CountedEntity<UserActor>(
                () => new UserActor(id, provider.GetRequiredService<UserServices>()), EntityRegion.User, provider.GetRequiredService<NodeMeter>())),
            HashCodeMessageExtractor.Create(Shards, message => message is IUserMessage user ? user.UserId.ToString() : null),
            OptionsOf(StopUser.Instance));

    static AkkaConfigurationBuilder AddConversationRegion(this AkkaConfigurationBuilder akka, IServiceProvider provider) =>
        akka.WithShardRegion<ConversationActor>(
            ConversationRegion,
            (_, _, _) => id => Props.CreateBy(new CountedEntity<ConversationActor>(
                () => new ConversationActor(id, provider.GetRequiredService<ConversationServices>()), EntityRegion.Conversation, provider.GetRequiredService<NodeMeter>())),
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

    /// <summary>Whoever sees to it that what a node leaves is finished: the leaving one as long as it lives, then one for all.</summary>
    static AkkaConfigurationBuilder AddSweepers(this AkkaConfigurationBuilder akka, ChatSettings settings, IServiceProvider provider)
    {
        akka.WithActors((system, registry, _) => registry.Register<FanOutReporter>(system.ActorOf(
            Props.Create(() => new FanOutReporter(provider.GetRequiredService<FanOutWatermarks>(), Region<ConversationActor>(provider))), "fan-out-reporter")));
        if (provider.GetService<SystemOutbox>() is { } outbox)
        {
            akka.WithActors((system, registry, _) => registry.Register<SystemMessageReporter>(system.ActorOf(
                Props.Create(() => new SystemMessageReporter(outbox, Region<ConversationActor>(provider))), "system-message-reporter")));
        }

        return settings.IsClustered
            ? akka.WithSingleton<NodeSweeper>("node-sweeper", (system, _, _) => SweeperOf(system, provider, isClustered: true), createProxyToo: false)
            : akka.WithActors((system, registry, _) =>
                registry.Register<NodeSweeper>(system.ActorOf(SweeperOf(system, provider, isClustered: false), "node-sweeper")));
    }

    static Props SweeperOf(ActorSystem system, IServiceProvider provider, bool isClustered)
    {
        var services = new SweeperServices(
            provider.GetRequiredService<Nodes>(), provider.GetRequiredService<MessageLogStore>(), provider.GetRequiredService<Presence>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<NodeSweeper>>(),
            Region<ConversationActor>(provider), Region<UserActor>(provider),
            isClustered ? () => Akka.Cluster.Cluster.Get(system).State.Members : null, provider.GetRequiredService<IBridge>());
        return Props.Create(() => new NodeSweeper(services));
    }

    /// <summary>
    /// After the regions have handed off, what they gave to the streams is written; only then the system ends. A system that
    /// the others have removed says so first.
    /// </summary>
    static void EndInOrder(ActorSystem system, IServiceProvider provider)
    {
        var shutdown = CoordinatedShutdown.Get(system);
        shutdown.AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "removed", () =>
        {
            if (shutdown.ShutdownReason is CoordinatedShutdown.ClusterDowningReason)
            {
                provider.GetRequiredService<NodeLease>().Lose();
                provider.GetRequiredService<NodeState>().Enter(NodePhase.Removed);
                Log.Removed(provider.GetRequiredService<ILogger<NodeLifecycle>>(), "the others are more, or could not be reached");
            }

            return Task.FromResult(Akka.Done.Instance);
        });
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "leave-channels", () => provider.EndChannelsAsync());
        shutdown.AddTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate, "drain-storage", () => provider.EndStorageAsync());
    }

    /// <summary>What the typed options do not cover. Each line says why.</summary>
    const string Hocon =
        """
        # sessions flush what has gathered: measured, docs/measurements/what-helped.md
        chat.session-dispatcher { type = "Chat.Node.Actors.SessionDispatcher, Chat.Node", throughput = 64 }
        akka {
          log-dead-letters = off                   # a message to a session that has just ended is everyday life
          log-dead-letters-during-shutdown = off
          stdout-loglevel = OFF                    # it waits for whoever reads standard output; all lines go through the node's own logger
          stdout-logger-class = "Chat.Node.Actors.SilentLogger, Chat.Node" # the level does not count for what is said at the very end
          actor {
            default-mailbox.mailbox-type = "Chat.Node.Actors.LinkedMailbox, Chat.Node"
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
          remote.retry-gate-closed-for = 1 s        # a node that was started again is spoken to at once
          remote.handshake-timeout = 5 s            # who connects to the cluster's port and says nothing
          remote.dot-netty.tcp {
            transport-class = "Chat.Node.Cluster.GuardedTransport, Chat.Node"
            batching { enabled = true, max-pending-writes = 200 } # measured: off costs 1.6 to 2 times as much
            maximum-frame-size = 1 MiB              # a page of the offline queue
            send-buffer-size = 2 MiB
            receive-buffer-size = 2 MiB
          }
          cluster {
            # A pause of some two seconds makes a node unreachable, which harms nobody yet: who is dead is decided by PeerMonitor, and
            # where a link is cut by the majority, later than that.
            failure-detector { implementation-class = "Chat.Node.Cluster.PeerFailureDetector, Chat.Node", heartbeat-interval = 500 ms, acceptable-heartbeat-pause = 1500 ms, threshold = 8.0, expected-response-after = 500 ms }
            downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
            split-brain-resolver { active-strategy = keep-majority, stable-after = 7 s, down-all-when-unstable = off }
            down-removal-margin = 10 ms             # what a node that was cut off may still write is kept apart by lease and keys
            gossip-interval = 100 ms                # these three make most of the time from a node's death to its removal
            leader-actions-interval = 100 ms
            unreachable-nodes-reaper-interval = 100 ms
            retry-unsuccessful-join-after = 2 s
            seed-node-timeout = 2 s
            allow-weakly-up-members = off           # up means that all agree
            periodic-tasks-initial-delay = 200 ms   # a lone node is up at once
            singleton { hand-over-retry-interval = 300 ms }
            singleton-proxy.log-singleton-identification-failure = off # akka.net#8568: it says so at every start, before it has looked
            sharding {
              state-store-mode = ddata
              distributed-data.durable.keys = []    # the native library of the durable store does not fit its wrapper
              # The coordinator's state is written to a majority, those that can be reached first; by default to 5, so to all of a small cluster,
              # and a node that has just died held it up for 2 s. It is read from all, once, when another node becomes the coordinator.
              distributed-data.majority-min-cap = 1
              coordinator-state { read-majority-plus = 9, write-majority-plus = 0 }
              waiting-for-state-timeout = 500 ms    # then it is tried again, with the members of then
              updating-state-timeout = 500 ms
              handoff-timeout = 4 s                 # akka.net#8865: a stall lasts as long as this, entities have 1 s to stop
              rebalance-interval = 5 s
              retry-interval = 200 ms
              shard-start-timeout = 5 s
              passivate-idle-entity-after = off
              least-shard-allocation-strategy { rebalance-absolute-limit = 50, rebalance-relative-limit = 1.0 }
            }
          }
        }
        """;
}
