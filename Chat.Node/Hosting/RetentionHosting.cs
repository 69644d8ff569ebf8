using Chat.Node.Retention;
using Chat.Node.Settings;
using Chat.Node.Storage;

namespace Chat.Node.Hosting;

/// <summary>Messages that are kept no longer.</summary>
static class RetentionHosting
{
    public static IServiceCollection AddChatRetention(this IServiceCollection services, ChatSettings settings)
    {
        if (!settings.KeepsHistory)
            return services;
        services.AddSingleton<RetentionStore>();
        services.AddSingleton<RetentionWalks>();
        services.AddSingleton(provider => new RetentionSweeper(
            provider.GetRequiredService<RetentionWalks>(), provider.GetRequiredService<RetentionStore>(), provider.GetRequiredService<NodeLease>(), settings.RetentionDays,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<AuditStore>(), provider.GetRequiredService<NodeIdentity>(), provider.GetRequiredService<ILogger<RetentionSweeper>>()));
        services.AddHostedService(provider => provider.GetRequiredService<RetentionSweeper>());
        return services;
    }
}
