using System.IO.Pipelines;
using Akka.Actor;
using Chat.Node.Telemetry;
using Chat.Protocol;
using Microsoft.AspNetCore.Connections;

namespace Chat.Node.Gateway;

/// <summary>
/// A raw connection from Kestrel: starts its session, then reads, finds the objects, and hands them over, no faster than
/// the session takes them.
/// </summary>
sealed class ChatConnectionHandler(SessionStarter sessions, ILogger<ChatConnectionHandler> logger) : ConnectionHandler
{
    readonly GatewayServices _services = sessions.Services;

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        TcpConnection? state = null;
        IActorRef? session = null;
        try
        {
            state = new TcpConnection(connection, _services.Clock, PeerSocket.Of(connection.Features, _services.Limits.PeerTimeoutSeconds));
            session = sessions.Start(state);
            var isOrderly = await ReadAsync(connection.Transport.Input, state, session);
            session.Tell(new ConnectionClosed(CanStillWrite: isOrderly));
            await state.Ended;
        }
        catch (Exception e) when (e is not OperationCanceledException and not ConnectionAbortedException and not ConnectionResetException)
        {
            Log.ConnectionFailed(logger, connection.ConnectionId, connection.RemoteEndPoint, e);
        }
        finally
        {
            if (state is not null)
                sessions.End(state, session);
        }
    }

    /// <summary>True if the client has closed its side in good order.</summary>
    async Task<bool> ReadAsync(PipeReader input, TcpConnection state, IActorRef session)
    {
        var frames = new FrameReader(_services.Limits.MaxFrameBytes);
        try
        {
            while (true)
            {
                var read = await input.ReadAsync();
                state.OnBytesReceived();
                var buffer = read.Buffer;
                while (frames.Read(ref buffer, out var frame) is var status && status != FrameStatus.NeedMore)
                {
                    var request = IncomingFrame.ToRequest(status, frame, frames.IsSpaced, _services.Limits.MaxFrameBytes, state.ReadAt);
                    await state.TakeCreditAsync();
                    if (state.IsEnded)
                        return false;
                    session.Tell(request);
                    if (status == FrameStatus.Lost)
                        return true;
                }

                input.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted || read.IsCanceled || state.IsDraining || state.IsEnded)
                    return read.IsCompleted || state.IsDraining;
            }
        }
        catch (Exception e) when (e is IOException or ConnectionAbortedException or ConnectionResetException or OperationCanceledException)
        {
            return false;
        }
    }
}
