using System.Net;
using Chat.Node.Settings;
using Microsoft.AspNetCore.HttpOverrides;

namespace Chat.Node.Web;

/// <summary>Who asks, when somebody else passes it on: <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> of those who are trusted, and of nobody else.</summary>
static class TrustedProxies
{
    public static void UseTrustedProxies(this IApplicationBuilder web, WebSettings settings)
    {
        if (settings.TrustedProxies.Count == 0)
            return; // the middleware would believe everybody
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            ForwardLimit = null, // as many as are trusted
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in settings.TrustedProxies)
            options.KnownIPNetworks.Add(network);
        web.Use((context, next) =>
        {
            var peer = context.Connection.RemoteIpAddress;
            context.Items[typeof(TrustedProxies)] = peer;
            return next(context);
        });
        web.UseForwardedHeaders(options);
        web.Use((context, next) =>
        {
            context.Connection.RemoteIpAddress = Believable(context.Items[typeof(TrustedProxies)] as IPAddress, context.Connection.RemoteIpAddress);
            return next(context);
        });
    }

    /// <summary>The loopback of another machine is not ours, which is not limited: such a client counts for its proxy.</summary>
    public static IPAddress? Believable(IPAddress? peer, IPAddress? client) =>
        client is null || (IPAddress.IsLoopback(client) && peer is not null && !IPAddress.IsLoopback(peer)) ? peer : client;
}
