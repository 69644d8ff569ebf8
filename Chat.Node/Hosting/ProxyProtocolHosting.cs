using Chat.Node.Gateway;
using Microsoft.AspNetCore.Connections;

namespace Chat.Node.Hosting;

/// <summary>The PROXY protocol on a listener; goes in front of TLS.</summary>
static class ProxyProtocolHosting
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static void UseProxyProtocol(this IConnectionBuilder listen)
    {
        var logger = listen.ApplicationServices.GetRequiredService<ILogger<ProxyProtocolMiddleware>>();
        listen.Use(next => new ProxyProtocolMiddleware(next, Patience, logger).OnConnectedAsync);
    }
}
