using Chat.Node.Auth;
using Chat.Node.Gateway;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Users;

namespace Chat.Node.Hosting;

/// <summary>The product's own users: whose tokens are good, and whose not any more.</summary>
static class AuthHosting
{
    public static IServiceCollection AddChatAuth(this IServiceCollection services, ChatSettings settings)
    {
        services.AddSingleton(provider =>
        {
            var (clock, logger) = (provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<TokenVerifier>>());
            return new TokenVerifier([.. settings.Issuers.Select(issuer => TokenIssuer.Of(issuer, JwksKeys.NewClient, clock, logger))], clock);
        });
        services.AddSingleton<ExternalIdentities>();
        services.AddSingleton<Revocations>();
        services.AddSingleton<TokenLogins>();
        services.AddSingleton(provider => new SessionRevocation(
            provider.GetRequiredService<Revocations>(), provider.GetRequiredService<DeviceStore>(), AkkaHosting.Region<UserActor>(provider), provider.GetRequiredService<ILogger<SessionRevocation>>(),
            settings.Issuers.Count > 0 ? provider.GetRequiredService<TimeProvider>() : null));
        return services;
    }
}
