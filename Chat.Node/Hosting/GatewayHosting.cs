using System.Security.Cryptography.X509Certificates;
using Chat.Node.Conversations;
using Chat.Node.Gateway;
using Chat.Node.Storage;
using Chat.Node.Users;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Chat.Node.Hosting;

/// <summary>The listeners, and what sessions use.</summary>
static class GatewayHosting
{
    public static IServiceCollection AddChatGateway(this IServiceCollection services, ChatSettings settings)
    {
        services.AddSingleton<SessionRegistry>();
        services.AddSingleton(settings.Limits);
        services.AddSingleton(new PasswordWorker(settings.PasswordIterations, Math.Max(1, Environment.ProcessorCount - 1), settings.LegacyPasswords));
        services.AddSingleton(provider => new AddressLimiter(
            settings.Limits.LoginsPerMinutePerAddress, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new LoginFlow(
            provider.GetRequiredService<Accounts>(), provider.GetRequiredService<Contacts>(), provider.GetRequiredService<PasswordWorker>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<LoginFlow>>(), AkkaHosting.Region<UserActor>(provider)));
        services.AddSingleton(provider => new RequestFlow(
            provider.GetRequiredService<Contacts>(), provider.GetRequiredService<MessageLogStore>(), settings.KeepsHistory,
            settings.Limits.MaxFrameBytes, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<RequestFlow>>(),
            AkkaHosting.Region<ConversationActor>(provider), AkkaHosting.Region<UserActor>(provider)));
        services.AddSingleton(provider => new GatewayServices(
            settings.Limits, provider.GetRequiredService<NodeIdentity>(), settings.KeepsHistory, provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<CrashPoints>(), provider.GetRequiredService<LoginFlow>(), provider.GetRequiredService<RequestFlow>(),
            provider.GetRequiredService<AddressLimiter>(), provider.GetRequiredService<ILogger<SessionActor>>(),
            AkkaHosting.Region<UserActor>(provider), AkkaHosting.Region<ConversationActor>(provider)));
        services.AddHostedService<ConnectionReaper>();
        return services;
    }

    public static void ListenForChat(this IWebHostBuilder host, ChatSettings settings)
    {
        host.UseSockets(sockets =>
        {
            // A flush then ends when the kernel has taken the bytes, not when they are in a buffer of this process:
            // what is reported as pushed has left it.
            sockets.MaxWriteBufferSize = 1;
            // No handler blocks, so the hops from the socket's thread to the pool and back buy nothing.
            sockets.UnsafePreferInlineScheduling = true;
        });
        host.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(settings.Bind, settings.Port, listen => listen.UseConnectionHandler<ChatConnectionHandler>());
            kestrel.Listen(settings.Bind, settings.HttpPort);
            if (settings.TlsPort is not { } tlsPort)
                return;
            var certificate = X509Certificate2.CreateFromPemFile(settings.Certificate, settings.CertificateKey);
            kestrel.Listen(settings.Bind, tlsPort, listen =>
            {
                listen.Protocols = HttpProtocols.None;
                listen.UseHttps(certificate);
                listen.UseConnectionHandler<ChatConnectionHandler>();
            });
        });
    }
}
