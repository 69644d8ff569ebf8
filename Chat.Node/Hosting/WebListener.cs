using System.Net;
using Chat.Node.Gateway;
using Chat.Node.Settings;
using Chat.Node.Web;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Chat.Node.Hosting;

/// <summary>
/// The web ports, for browsers: opened and closed with the chat ports, and their connections count with those of the chat ports. A server of
/// its own, so that nothing of the internal port (health, metrics) can be reached here.
/// </summary>
sealed class WebListener(ChatSettings settings, ConnectionLimit limit, IServiceProvider services, ILoggerFactory loggers) : IAsyncDisposable
{
    const int MaxBodyBytes = 1024;

    static readonly TimeSpan HeadersPatience = TimeSpan.FromSeconds(5);
    static readonly TimeSpan IdlePatience = TimeSpan.FromSeconds(60);

    KestrelServer? _server;

    /// <summary>Where it listens: the plain port if there is one, then that of TLS if there is one.</summary>
    public IReadOnlyList<IPEndPoint> Endpoints { get; private set; } = [];

    /// <summary>For people: where to look first, the chat page, or without it the WebSocket. Nothing if there is no web port.</summary>
    public string Hint
    {
        get
        {
            if (Endpoints.Count == 0)
                return "";
            var address = settings.Web.PublicUrl ?? PageAt(settings.Web.Port is null ? Uri.UriSchemeHttps : Uri.UriSchemeHttp, Endpoints[0]);
            if (settings.Web.HasPage)
                return $"open {address}, ";
            var path = new Uri(address, "ws");
            return $"WebSocket at {new UriBuilder(path) { Scheme = path.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs }.Uri}, ";
        }
    }

    /// <exception cref="IOException">A port is taken.</exception>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        if (!settings.Web.IsOn)
            return;
        var options = new KestrelServerOptions { ApplicationServices = services, AddServerHeader = false };
        options.Limits.RequestHeadersTimeout = HeadersPatience;
        options.Limits.KeepAliveTimeout = IdlePatience;
        options.Limits.MaxRequestBodySize = MaxBodyBytes;
        // One request at a time on a connection: with HTTP/2 a connection, which is what is counted, could carry any number of sessions.
        options.ConfigureEndpointDefaults(listen => listen.Protocols = HttpProtocols.Http1);
        if (settings.Web.Port is { } port)
            options.Listen(settings.Bind, port, UseDirectUpgrade);
        if (settings.Web.TlsPort is { } tlsPort)
        {
            options.Listen(settings.Bind, tlsPort, listen =>
            {
                listen.UseTls(certificate => certificate.WebOptions);
                UseDirectUpgrade(listen);
            });
        }

        var sockets = new SocketConnectionFactoryOptions
        {
            MaxWriteBufferSize = 1, // as of the chat ports: what is flushed has left this process
            UnsafePreferInlineScheduling = true,
        };
        var transport = new GatedTransport(limit, sockets, services.GetRequiredService<TimeProvider>(), loggers);
        _server = new KestrelServer(Options.Create(options), transport, loggers);
        await _server.StartAsync(new Requests(WebEndpoints.Build(services), services.GetRequiredService<IHttpContextFactory>()), cancellation);
        Endpoints = ListenerAddresses.Of(_server);
    }

    void UseDirectUpgrade(ListenOptions listen) =>
        listen.Use(next => new DirectUpgrade(next, settings, services.GetRequiredService<WebSocketSessions>(), IdlePatience, services.GetRequiredService<TimeProvider>()).OnConnectedAsync);

    /// <summary>Takes no new connection, and ends what has not ended in time.</summary>
    public Task StopAsync(CancellationToken patience) => _server?.StopAsync(patience) ?? Task.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _server?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>"Every address" is none that a browser can open: it is on this machine.</summary>
    static Uri PageAt(string scheme, IPEndPoint endpoint)
    {
        var address = endpoint.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : endpoint.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : endpoint.Address;
        return new Uri($"{scheme}://{new IPEndPoint(address, endpoint.Port)}/");
    }

    sealed class Requests(RequestDelegate pipeline, IHttpContextFactory contexts) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(Microsoft.AspNetCore.Http.Features.IFeatureCollection contextFeatures) => contexts.Create(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => pipeline(context);

        public void DisposeContext(HttpContext context, Exception? exception) => contexts.Dispose(context);
    }
}

/// <summary>Where a server listens, in the order of its listeners.</summary>
static class ListenerAddresses
{
    public static IReadOnlyList<IPEndPoint> Of(KestrelServer server) =>
        [.. server.Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address)).Select(uri => new IPEndPoint(IPAddress.Parse(uri.Host.Trim('[', ']')), uri.Port))];
}
