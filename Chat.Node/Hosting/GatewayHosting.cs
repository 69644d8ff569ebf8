using Akka.Actor;
using Chat.Node.Auth;
using Chat.Node.Contracts;
using Chat.Node.Conversations;
using Chat.Node.Faults;
using Chat.Node.Files;
using Chat.Node.Gateway;
using Chat.Node.Links;
using Chat.Node.People;
using Chat.Node.Search;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Node.Users;
using Chat.Node.Watching;
using Chat.Node.Web;

namespace Chat.Node.Hosting;

/// <summary>The chat and web ports, and what sessions use.</summary>
static class GatewayHosting
{
    public static IServiceCollection AddChatGateway(this IServiceCollection services, ChatSettings settings)
    {
        services.AddSingleton<SessionRegistry>();
        services.AddSingleton<ISessionList>(provider => provider.GetRequiredService<SessionRegistry>());
        services.AddSingleton<SessionStarter>();
        services.AddSingleton<WebSocketSessions>();
        services.AddSingleton(provider => new ConnectionLimit(settings.Limits.MaxConnections, provider.GetRequiredService<NodeMeter>()));
        if (settings.TlsPort is not null || settings.Web.TlsPort is not null)
        {
            services.AddSingleton<CertificateKeeper>();
            services.AddHostedService(provider => provider.GetRequiredService<CertificateKeeper>());
        }

        services.AddSingleton<ChatListener>();
        services.AddSingleton<WebListener>();
        services.AddSingleton<WebSocketEndpoint>();
        services.AddSingleton(settings.Limits);
        services.AddSingleton(provider => new PasswordWorker(
            settings.PasswordIterations, Math.Max(1, Environment.ProcessorCount - 1), settings.LegacyPasswords, provider.GetRequiredService<LegacyTexts>()));
        services.AddSingleton<Registrar>();
        services.AddSingleton(provider => new GroupNews(
            new Lazy<NoticeBoard>(() => NoticeBoard.Of(provider.GetRequiredService<ActorSystem>())), new Lazy<PresenceRoad>(() => PresenceRoad.Of(provider.GetRequiredService<ActorSystem>()))));
        services.AddSingleton(provider => new Groups(
            provider.GetRequiredService<ContactStore>(), provider.GetRequiredService<GroupStore>(), provider.GetRequiredService<MemberStore>(),
            provider.GetRequiredService<GroupNews>(), () => settings.Limits.GroupMembers, AkkaHosting.Region<ConversationActor>(provider),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new GroupRequests(
            provider.GetRequiredService<Groups>(), provider.GetRequiredService<GroupStore>(), provider.GetRequiredService<ContactLists>(),
            provider.GetRequiredService<TimeProvider>(), settings.Limits.MaxFrameBytes));
        services.AddSingleton(provider => new AddressLimiter(
            settings.Limits.LoginsPerMinutePerAddress, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new AccountService(
            provider.GetRequiredService<Accounts>(), provider.GetRequiredService<LoginTokens>(), provider.GetRequiredService<TokenLogins>(),
            new DeviceLogins(provider.GetRequiredService<DeviceStore>(), settings.Limits), provider.GetRequiredService<ContactLists>(), settings.Limits.MaxFrameBytes, provider.GetRequiredService<Registrar>(), provider.GetRequiredService<PasswordWorker>(), new Strangers(provider.GetRequiredService<FileStore>()), provider.GetRequiredService<IBridge>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<AccountService>>(), AkkaHosting.Region<UserActor>(provider)));
        services.AddSingleton(provider => new ListRequests(
            provider.GetRequiredService<ContactStore>(), provider.GetRequiredService<ContactLists>(), settings.KeepsHistory ? provider.GetRequiredService<MessageLogStore>() : null,
            settings.Limits.MaxFrameBytes));
        services.AddSingleton(provider => new ChangeRequests(
            provider.GetRequiredService<MessageChangeStore>(), provider.GetRequiredService<ReferenceChecks>(), provider.GetRequiredService<ThreadStore>(), provider.GetRequiredService<ConversationViews>(), provider.GetRequiredService<ContactStore>(), AkkaHosting.Region<ConversationActor>(provider),
            new MessageLimits(settings.Limits.MaxTextBytes, settings.Limits.MaxFrameBytes), provider.GetService<IBeforeHook>(), provider.GetRequiredService<TimeProvider>())
        {
            Files = settings.Files.IsOn ? provider.GetRequiredService<FileLinks>() : null,
        });
        services.AddSingleton(provider => new HistoryRequests(
            provider.GetRequiredService<ContactStore>(), provider.GetRequiredService<ChangeRequests>(), provider.GetRequiredService<MessageLogStore>(), provider.GetRequiredService<ThreadStore>(),
            provider.GetRequiredService<ConversationViews>(), provider.GetRequiredService<Nodes>().Times, settings.Limits.MaxFrameBytes, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ReferenceStore>();
        services.AddSingleton<ThreadStore>();
        services.AddSingleton<ReferenceChecks>();
        services.AddSingleton(provider => new MarkRequests(
            provider.GetRequiredService<MarkQueue>(), provider.GetRequiredService<ReceiptStore>(), provider.GetRequiredService<ContactStore>(), provider.GetRequiredService<ConversationViews>(),
            AkkaHosting.Region<UserActor>(provider), new Lazy<NoticeBoard>(() => NoticeBoard.Of(provider.GetRequiredService<ActorSystem>())), settings.Limits.MaxFrameBytes,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new ConversationRequests(
            provider.GetRequiredService<MessageLogStore>(), provider.GetRequiredService<ConversationListStore>(), provider.GetRequiredService<MentionStore>(), provider.GetRequiredService<ConversationViews>(),
            provider.GetRequiredService<ContactStore>(), AkkaHosting.Region<UserActor>(provider),
            new Lazy<NoticeBoard>(() => NoticeBoard.Of(provider.GetRequiredService<ActorSystem>())), settings.Limits.MaxFrameBytes)
        {
            Files = settings.Files.IsOn ? provider.GetRequiredService<FileLinks>() : null,
        });
        services.AddSingleton(provider => new PeopleRequests(
            provider.GetRequiredService<UserDirectory>(), provider.GetRequiredService<Accounts>(), provider.GetRequiredService<UserProfiles>(), settings.Directory, settings.Limits.MaxFrameBytes));
        services.AddSingleton(provider => new ContactRequests(
            provider.GetRequiredService<ContactBook>(), provider.GetRequiredService<Accounts>(), AkkaHosting.Region<ConversationActor>(provider),
            new Lazy<NoticeBoard>(() => NoticeBoard.Of(provider.GetRequiredService<ActorSystem>())), new Lazy<PresenceRoad>(() => PresenceRoad.Of(provider.GetRequiredService<ActorSystem>())),
            settings.Limits.MaxFrameBytes, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new DeviceRequests(
            provider.GetRequiredService<DeviceStore>(), provider.GetRequiredService<SessionRevocation>(), settings.Limits.MaxFrameBytes));
        services.AddSingleton<ReportRequests>();
        services.AddSingleton<DeviceSightings>();
        services.AddHostedService(provider => provider.GetRequiredService<DeviceSightings>());
        services.AddHostedService<DevicePurge>();
        services.AddSingleton(provider => new SearchRequests(
            provider.GetService<SearchFinder>(), provider.GetService<SearchIndexer>(), provider.GetRequiredService<ContactStore>(), settings.Limits.MaxFrameBytes));
        services.AddSingleton(provider => new SettingsRequests(
            provider.GetRequiredService<NotifyStore>(), provider.GetRequiredService<ContactStore>(), AkkaHosting.Region<UserActor>(provider),
            new Lazy<NoticeBoard>(() => NoticeBoard.Of(provider.GetRequiredService<ActorSystem>())), settings.KeepsHistory, settings.Limits.MaxFrameBytes));
        services.AddSingleton(provider => new UserRequests(
            provider.GetRequiredService<ContactStore>(), provider.GetRequiredService<GroupRequests>(), provider.GetRequiredService<ListRequests>(), provider.GetRequiredService<ChangeRequests>(),
            provider.GetRequiredService<HistoryRequests>(), provider.GetRequiredService<MarkRequests>(), provider.GetRequiredService<ConversationRequests>(), provider.GetRequiredService<PeopleRequests>(), provider.GetRequiredService<ContactRequests>(), provider.GetRequiredService<SearchRequests>(), provider.GetRequiredService<SettingsRequests>(), provider.GetRequiredService<DeviceRequests>(), provider.GetRequiredService<ReportRequests>(), provider.GetRequiredService<UploadDesk>(), settings.KeepsHistory,
            provider.GetRequiredService<ILogger<UserRequests>>()));
        services.AddSingleton(provider => new WatchRequests(
            provider.GetRequiredService<ContactStore>(), provider.GetRequiredService<ContactBook>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<WatchRequests>>(),
            AkkaHosting.Region<PresenceHub>(provider)));
        services.AddSingleton(provider => new GatewayServices(
            settings.Limits, provider.GetRequiredService<NodeIdentity>(), settings.KeepsHistory, provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<CrashPoints>(), provider.GetRequiredService<AccountService>(), provider.GetRequiredService<UserRequests>(),
            provider.GetRequiredService<WatchRequests>(), provider.GetRequiredService<AddressLimiter>(), provider.GetRequiredService<ILogger<SessionActor>>(),
            AkkaHosting.Region<UserActor>(provider), AkkaHosting.Region<ConversationActor>(provider))
        {
            HasSearch = settings.HasSearch,
            Devices = provider.GetRequiredService<DeviceSightings>(),
            IsOverloaded = () => provider.GetRequiredService<MessageLog>().IsOverloaded,
            Registration = settings.Registration,
            Hook = provider.GetService<IBeforeHook>(),
            Files = settings.Files.IsOn ? provider.GetRequiredService<FileLinks>() : null,
            Uploads = provider.GetRequiredService<UploadDesk>(),
            References = settings.KeepsHistory ? provider.GetRequiredService<ReferenceChecks>() : null,
            Meter = provider.GetRequiredService<NodeMeter>(),
            Sampler = provider.GetRequiredService<HeadSampler>(),
        });
        services.AddHostedService<ConnectionReaper>();
        services.AddHostedService(provider => new PresenceAudit(
            provider.GetRequiredService<Presence>(), provider.GetRequiredService<SessionRegistry>(), provider.GetRequiredService<NodeIdentity>(),
            AkkaHosting.Region<UserActor>(provider), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<PresenceAudit>>()));
        return services;
    }
}
