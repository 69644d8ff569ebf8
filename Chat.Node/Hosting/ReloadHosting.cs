using Chat.Node.Settings;

namespace Chat.Node.Hosting;

/// <summary>Settings that are read again while the node runs.</summary>
static class ReloadHosting
{
    /// <param name="services">Of the node.</param>
    /// <param name="configuration">Of its start.</param>
    /// <param name="read">Reads it again.</param>
    public static IServiceCollection AddChatReload(this IServiceCollection services, IConfigurationRoot configuration, Func<IConfigurationRoot> read)
    {
        services.AddSingleton(new SettingsSource(read));
        services.AddSingleton<ReloadableParts>();
        services.AddSingleton(provider =>
        {
            var reloader = new SettingsReloader(
                provider.GetRequiredService<SettingsSource>(), configuration, provider.GetRequiredService<ChatSettings>(), provider.GetRequiredService<ReloadableParts>(),
                provider.GetService<CertificateKeeper>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<SettingsReloader>>());
            reloader.Begin(configuration);
            return reloader;
        });
        services.AddSingleton<ISettingsReload>(provider => provider.GetRequiredService<SettingsReloader>());
        services.AddSingleton<ReloadSignal>();
        services.AddHostedService(provider => provider.GetRequiredService<ReloadSignal>());
        return services;
    }
}
