using System.Net;
using Chat.Node.Gateway;
using Chat.Node.Settings;
using Chat.Node.Telemetry;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Chat.Node.Hosting;

/// <summary>
/// The chat ports: a Kestrel of its own beside that of the health endpoint, because it opens later (when the node is a
/// member of the cluster) and closes first (when the node is to end, while its health can still be asked for).
/// </summary>
sealed class ChatListener(ChatSettings settings, ConnectionLimit limit, IServiceProvider services, ILoggerFactory loggers) : IAsyncDisposable
{
    KestrelServer? _server;

    /// <summary>Where it listens: the plain port, then that of TLS if there is one.</summary>
    public IReadOnlyList<IPEndPoint> Endpoints { get; private set; } = [];

    /// <exception cref="IOException">A port is taken.</exception>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        var options = new KestrelServerOptions { ApplicationServices = services };
        options.Listen(settings.Bind, settings.Port, Configure);
        if (settings.TlsPort is { } tlsPort)
            options.Listen(settings.Bind, tlsPort, ConfigureTls);
        LimitConnections();
        var sockets = new SocketConnectionFactoryOptions
        {
            // A flush then ends when the kernel has taken the bytes, not when they are in a buffer of this process:
            // what is reported as pushed has left it.
            MaxWriteBufferSize = 1,
            // No handler blocks: what follows from an event goes on on the pool's thread that has it, without another hop.
            UnsafePreferInlineScheduling = true,
        };
        var transport = new GatedTransport(limit, sockets, services.GetRequiredService<TimeProvider>(), loggers);
        _server = new KestrelServer(Options.Create(options), transport, loggers);
        await _server.StartAsync(new NoHttp(), cancellation);
        Endpoints = ListenerAddresses.Of(_server);
    }

    void Configure(ListenOptions listen)
    {
        if (settings.ProxyProtocol)
            listen.UseProxyProtocol();
        listen.UseConnectionHandler<ChatConnectionHandler>();
    }

    void ConfigureTls(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.None;
        if (settings.ProxyProtocol)
            listen.UseProxyProtocol();
        listen.UseTls(certificate => certificate.Options);
        listen.UseConnectionHandler<ChatConnectionHandler>();
    }

    /// <summary>Everything of the node's own is open now: what is left, but for a reserve, is for clients.</summary>
    public void LimitConnections()
    {
        var (wanted, descriptors) = (settings.Limits.MaxConnections, DescriptorLimit.Current);
        limit.Max = DescriptorBudget.ConnectionsFor(wanted, descriptors, DescriptorLimit.Open - limit.Count); // those of clients are no use of its own
        if (limit.Max < wanted)
            Log.FewDescriptors(loggers.CreateLogger<ChatListener>(), descriptors ?? 0, limit.Max, wanted);
    }

    /// <summary>Takes no new connection, and ends what has not ended in time.</summary>
    public Task StopAsync(CancellationToken patience) => _server?.StopAsync(patience) ?? Task.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _server?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Connections of this server are never HTTP.</summary>
    sealed class NoHttp : IHttpApplication<IFeatureCollection>
    {
        public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

        public void DisposeContext(IFeatureCollection context, Exception? exception)
        {
            // nothing was made
        }

        public Task ProcessRequestAsync(IFeatureCollection context) => Task.CompletedTask;
    }
}
