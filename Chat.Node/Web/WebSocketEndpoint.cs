using Chat.Node.Gateway;
using Chat.Node.Settings;
using Chat.Node.Telemetry;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Chat.Node.Web;

/// <summary>
/// <c>/ws</c>: looks at who asks, then makes a WebSocket of the request and gives it a session. Whatever is wrong is said before that, as an
/// answer of HTTP: browsers show it to people only.
/// </summary>
sealed class WebSocketEndpoint(ChatSettings settings, WebSocketSessions sessions, ILogger<WebSocketEndpoint> logger)
{
    /// <summary>Offered, and not asked for.</summary>
    public const string Protocol = "chatactors.v2";

    readonly OriginRule _origins = new(settings.Web);

    public async Task HandleAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            context.Response.Headers.SecWebSocketVersion = "13";
            await RefuseAsync(context, StatusCodes.Status426UpgradeRequired, "this is for WebSockets");
            return;
        }

        var origin = context.Request.Headers.Origin;
        if (!_origins.Allows(origin.Count == 0 ? null : origin.ToString(), context.Request.Host))
        {
            Log.OriginRefused(logger, context.Connection.Id, context.Connection.RemoteIpAddress, origin.ToString());
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "pages of this origin may not connect: see Chat:WebOrigins");
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = context.WebSockets.WebSocketRequestedProtocols.Contains(Protocol) ? Protocol : null,
            KeepAliveInterval = Timeout.InfiniteTimeSpan, // the client gives signs of life
            DangerousEnableCompression = settings.Web.Compresses,
        });
        // Who reads slowly has the limits of a session, as over TCP, and not those of a download.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        var peer = PeerSocket.Of(context.Features, settings.Limits.PeerTimeoutSeconds);
        await sessions.RunAsync(context.Connection.Id, context.Connection.RemoteIpAddress, socket, context.Abort, peer);
    }

    static Task RefuseAsync(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(reason + "\n");
    }
}
