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
    /// Who keeps connections open, or floods the port, costs the node a few of them and shuts nobody out (<see cref="QuestionPlaces"/>).
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
        web.ConfigureServices(services =>
        {
            services.AddSingleton(provider => new QuestionGate(DescriptorBudget.HttpConnections, provider.GetRequiredService<TimeProvider>()));
            services.AddSingleton<IConnectionListenerFactory>(provider => new GatedTransport(
                provider.GetRequiredService<QuestionGate>(), new SocketConnectionFactoryOptions(),
                provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()));
        });
    }

    /// <summary>A connection whose question is being answered keeps its place.</summary>
    public static void UseQuestionPlaces(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        var place = context.Features.Get<QuestionPlace>();
        place?.Begin();
        try
        {
            await next(context);
        }
        finally
        {
            place?.End();
        }
    });
}
