using Chat.Node.Gateway;
using Chat.Node.Settings;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Chat.Node.Hosting;

/// <summary>The port for health and metrics: short questions, each of a few bytes.</summary>
static class HealthHosting
{
    const int MaxBodyBytes = 1024;

    static readonly TimeSpan HeadersPatience = TimeSpan.FromSeconds(5);
    static readonly TimeSpan IdlePatience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Who keeps connections open, or floods the port, costs the node a few of them and shuts nobody out.
    /// </summary>
    public static void ListenForHealth(this IWebHostBuilder web, ChatSettings settings)
    {
        web.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(settings.Bind, settings.HttpPort);
            kestrel.Limits.RequestHeadersTimeout = HeadersPatience;
            kestrel.Limits.KeepAliveTimeout = IdlePatience;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        });
        web.ConfigureServices(services => services.AddSingleton<IConnectionListenerFactory>(provider => new GatedTransport(
            new NewestConnections(DescriptorBudget.HttpConnections), new SocketConnectionFactoryOptions(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>())));
    }
}
