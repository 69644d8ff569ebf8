using System.Net;
using System.Net.WebSockets;
using Chat.Node.Gateway;
using Chat.Node.Settings;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Chat.Node.Web;

/// <summary>
/// In front of the web server on its ports: a connection whose first request is the usual one for <c>/ws</c> becomes a WebSocket here, and the
/// web server makes nothing for it. What it makes for a request costs an idle connection two thirds more memory (measured,
/// docs/performance.md). Everything else, whatever is unusual or wrong with it, is left to <see cref="WebSocketEndpoint"/> as it came.
/// </summary>
sealed class DirectUpgrade(ConnectionDelegate next, ChatSettings settings, WebSocketSessions sessions, TimeSpan patience, TimeProvider clock)
{
    readonly OriginRule _origins = new(settings.Web);

    public async Task OnConnectedAsync(ConnectionContext connection)
    {
        switch (await TryAcceptAsync(connection))
        {
            case (true, { } socket):
                using (socket)
                    await RunAsync(connection, socket);
                break;
            case (true, null):
                await next(connection);
                break;
        }
    }

    Task RunAsync(ConnectionContext connection, WebSocket socket) => sessions.RunAsync(
        connection.ConnectionId, (connection.RemoteEndPoint as IPEndPoint)?.Address, socket, connection.Abort,
        PeerSocket.Of(connection.Features, settings.Limits.PeerTimeoutSeconds));

    /// <summary>Whether there is something to go on with, and the WebSocket, if it has become one.</summary>
    async Task<(bool IsOpen, WebSocket? Socket)> TryAcceptAsync(ConnectionContext connection)
    {
        using var deadline = new CancellationTokenSource(patience, clock);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ClosingOf(connection));
        try
        {
            var (input, output) = (connection.Transport.Input, connection.Transport.Output);
            var read = await input.ReadAsync(waiting.Token);
            var request = UpgradeRequest.TryRead(read.Buffer, out var end);
            var isOurs = request is not null && IsUsual(request);
            input.AdvanceTo(isOurs ? end : read.Buffer.Start); // nothing examined: who is next finds it at once
            if (!isOurs)
                return (true, null);
            var flush = await output.WriteAsync(request!.ToAnswer(WebSocketEndpoint.Protocol), waiting.Token);
            return flush.IsCompleted
                ? (false, null)
                : (true, WebSocket.CreateFromStream(new PipeStream(connection.Transport), new WebSocketCreationOptions
                {
                    IsServer = true,
                    SubProtocol = request.WantsProtocol ? WebSocketEndpoint.Protocol : null,
                    KeepAliveInterval = Timeout.InfiniteTimeSpan, // the client gives signs of life
                }));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return (false, null); // it says nothing, is gone, or the node ends
        }
    }

    bool IsUsual(UpgradeRequest request) =>
        !(request.HasExtensions && settings.Web.Compresses)
        && !(request.IsForwarded && settings.Web.TrustedProxies.Count > 0)
        && _origins.Allows(request.Origin, request.Address);

    static CancellationToken ClosingOf(ConnectionContext connection) =>
        connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
}
