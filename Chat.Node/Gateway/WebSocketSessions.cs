using System.Net;
using System.Net.WebSockets;
using Akka.Actor;

namespace Chat.Node.Gateway;

/// <summary>Sessions over WebSockets, which somebody else has accepted: from the first message to the close frame.</summary>
sealed class WebSocketSessions(SessionStarter sessions)
{
    /// <summary>A client is given so long to take the close frame and to answer it.</summary>
    static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(5);

    /// <summary>Ends when the connection may be closed.</summary>
    /// <param name="id">Of the connection, unique on this node.</param>
    /// <param name="address">Of the client.</param>
    /// <param name="socket">Open.</param>
    /// <param name="abort">Ends the connection at once.</param>
    /// <param name="peer">What is known of the other end.</param>
    public async Task RunAsync(string id, IPAddress? address, WebSocket socket, Action abort, ITransportPeer? peer)
    {
        var connection = new WebSocketConnection(id, address, socket, abort, sessions.Services.Clock, peer);
        IActorRef? session = null;
        try
        {
            session = sessions.Start(connection);
            var reading = new WebSocketReader(socket, connection, session, sessions.Services.Limits.MaxFrameBytes).ReadAsync();
            await Task.WhenAny(reading, connection.Ended);
            if (reading.IsCompleted)
                session.Tell(new ConnectionClosed(CanStillWrite: await reading));
            await connection.Ended;
            await CloseAsync(connection, socket, reading);
        }
        finally
        {
            sessions.End(connection, session);
        }
    }

    /// <summary>Says why, and waits for the client's own close frame: whoever closes first may lose what is on its way.</summary>
    async Task CloseAsync(WebSocketConnection connection, WebSocket socket, Task<bool> reading)
    {
        using var patience = new CancellationTokenSource(ClosePatience, sessions.Services.Clock);
        try
        {
            if (!connection.IsAborted)
            {
                var (code, reason) = connection.Reason;
                await socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, patience.Token); // behind what is still being sent
                await reading.WaitAsync(patience.Token);
            }
        }
        catch (Exception e) when (WebSocketConnection.IsEnd(e))
        {
            _ = e; // it has ended by itself, or is not waited for any longer
        }

        if (!reading.IsCompleted)
            connection.Cut();
        await reading;
    }
}
