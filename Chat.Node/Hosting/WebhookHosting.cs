using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Hosting;
using Akka.Pattern;
using Akka.Streams;
using Chat.Node.Contracts;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Node.Webhooks;

namespace Chat.Node.Hosting;

/// <summary>Webhooks: a marker on every node, one dispatcher in the cluster.</summary>
static class WebhookHosting
{
    static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    public static IServiceCollection AddChatWebhooks(this IServiceCollection services, ChatSettings settings)
    {
        services.AddSingleton<WebhookStore>();
        services.AddSingleton(provider => new WebhookInterest { HasPushSenders = provider.GetServices<IPushSender>().Any() });
        services.AddSingleton<PushStore>();
        services.AddSingleton(provider => new WakeLevels(provider.GetRequiredService<IChatDatabase>(), settings.Webhooks.PushMentionsOnlyAbove));
        services.AddSingleton<PushWishes>();
        services.AddSingleton(new PushSettings(settings.Webhooks.PushPreview));
        services.AddSingleton<PushWorker>();
        services.AddSingleton<WebhookOutbox>();
        services.AddSingleton<WebhookMarks>();
        services.AddSingleton<WebhookChanges>();
        services.AddSingleton<WebhookLeftovers>();
        services.AddSingleton<RecentAttempts>();
        services.AddSingleton(provider => new WebhookSender(
            settings.Webhooks.AllowPrivate, provider.GetRequiredService<RecentAttempts>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<NodeMeter>()));
        services.AddSingleton<WebhookWorker>();
        services.AddSingleton<EventTexts>();
        services.AddSingleton<OutboxWorker>();
        services.AddSingleton<ReplayWorker>();
        services.AddSingleton<OffWorker>();
        services.AddSingleton(provider => new CursorQueue(
            provider.GetRequiredService<WebhookMarks>(), provider.GetRequiredService<IMaterializer>(), provider.GetRequiredService<ILogger<CursorQueue>>()));
        services.AddSingleton<DispatcherServices>();
        services.AddSingleton(provider => new WebhookDirectory(
            provider.GetRequiredService<WebhookStore>(), provider.GetRequiredService<WebhookInterest>(), AkkaHosting.Region<WebhookMarker>(provider),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<WebhookDirectory>>()));
        services.AddSingleton<IWebhooks>(provider => provider.GetRequiredService<WebhookDirectory>());
        services.AddHostedService(provider => provider.GetRequiredService<WebhookDirectory>());
        services.AddSingleton(provider => new DispatcherPort(AkkaHosting.Region<WebhookDispatcher>(provider)));
        if (settings.Hooks.BeforeMessage is not null)
        {
            services.AddSingleton<IBeforeHook>(provider => new BeforeHook(
                settings.Hooks, settings.Webhooks.AllowPrivate, new MessageLimits(settings.Limits.MaxTextBytes, settings.Limits.MaxFrameBytes),
                settings.KeepsHistory ? provider.GetRequiredService<MessageLogStore>() : null, provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<BeforeHook>>()));
        }

        return services;
    }

    public static AkkaConfigurationBuilder AddWebhooks(this AkkaConfigurationBuilder akka, ChatSettings settings, IServiceProvider provider)
    {
        var marker = Props.Create(() => new WebhookMarker(
            provider.GetRequiredService<WebhookMarks>(), AkkaHosting.Region<WebhookDispatcher>(provider), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<WebhookMarker>>()));
        // Without a marker conversations would wait for it, and in the end take nothing: one that fails is started again.
        var lasting = BackoffSupervisor.Props(Akka.Pattern.Backoff.OnFailure(marker, "marker", FirstPause, LongestPause, randomFactor: 0.2, maxNrOfRetries: -1));
        akka.WithActors((system, registry, _) => registry.Register<WebhookMarker>(system.ActorOf(lasting, "webhook-marker")));
        return settings.IsClustered
            ? akka.WithSingleton<WebhookDispatcher>("webhook-dispatcher", (_, _, _) => DispatcherOf(provider), createProxyToo: true)
            : akka.WithActors((system, registry, _) => registry.Register<WebhookDispatcher>(system.ActorOf(DispatcherOf(provider), "webhook-dispatcher")));
    }

    static Props DispatcherOf(IServiceProvider provider) => Props.Create(() => new WebhookDispatcher(provider.GetRequiredService<DispatcherServices>()));
}
