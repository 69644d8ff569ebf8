using Chat.Node.Contracts;
using Chat.Node.Conversations;
using Chat.Node.Faults;
using Chat.Node.Gateway;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Users;

namespace Chat.Node.Hosting;

/// <summary>The chat ports, and what sessions use.</summary>
static class GatewayHosting
{
    public static IServiceCollection AddChatGateway(this IServiceCollection services, ChatSettings settings)
    {
        services.AddSingleton<SessionRegistry>();
        services.AddSingleton(new ConnectionLimit(settings.Limits.MaxConnections));
        if (settings.TlsPort is not null)
        {
            services.AddSingleton<CertificateKeeper>();
            services.AddHostedService(provider => provider.GetRequiredService<CertificateKeeper>());
        }

        services.AddSingleton<ChatListener>();
        services.AddSingleton(settings.Limits);
        services.AddSingleton(provider => new PasswordWorker(
            settings.PasswordIterations, Math.Max(1, Environment.ProcessorCount - 1), settings.LegacyPasswords, provider.GetRequiredService<LegacyTexts>()));
        services.AddSingleton(provider => new AddressLimiter(
            settings.Limits.LoginsPerMinutePerAddress, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new AccountService(
            provider.GetRequiredService<Accounts>(), provider.GetRequiredService<ContactLists>(), settings.Limits.MaxFrameBytes,
            provider.GetRequiredService<PasswordWorker>(), provider.GetRequiredService<IBridge>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<AccountService>>(), AkkaHosting.Region<UserActor>(provider)));
        services.AddSingleton(provider => new ListRequests(
            provider.GetRequiredService<ContactStore>(), provider.GetRequiredService<ContactLists>(), settings.Limits.MaxFrameBytes));
        services.AddSingleton(provider => new UserRequests(
            provider.GetRequiredService<ContactStore>(), provider.GetRequiredService<ListRequests>(), provider.GetRequiredService<MessageLogStore>(), provider.GetRequiredService<MarkQueue>(),
            settings.KeepsHistory, settings.Limits.MaxFrameBytes, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<UserRequests>>(),
            AkkaHosting.Region<ConversationActor>(provider), AkkaHosting.Region<UserActor>(provider)));
        services.AddSingleton(provider => new GatewayServices(
            settings.Limits, provider.GetRequiredService<NodeIdentity>(), settings.KeepsHistory, provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<CrashPoints>(), provider.GetRequiredService<AccountService>(), provider.GetRequiredService<UserRequests>(),
            provider.GetRequiredService<AddressLimiter>(), provider.GetRequiredService<ILogger<SessionActor>>(),
            AkkaHosting.Region<UserActor>(provider), AkkaHosting.Region<ConversationActor>(provider)));
        services.AddHostedService<ConnectionReaper>();
        services.AddHostedService(provider => new PresenceAudit(
            provider.GetRequiredService<Presence>(), provider.GetRequiredService<SessionRegistry>(), provider.GetRequiredService<NodeIdentity>(),
            AkkaHosting.Region<UserActor>(provider), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<PresenceAudit>>()));
        return services;
    }
}
