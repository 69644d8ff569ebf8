using System.Buffers;
using System.IO.Pipelines;
using Akka.Actor;
using Chat.Node.Actors;
using Chat.Node.Telemetry;
using Chat.Protocol;
using Microsoft.AspNetCore.Connections;

namespace Chat.Node.Gateway;

/// <summary>
/// A raw connection from Kestrel: starts its session, then reads, finds the objects, and hands them over, no faster than
/// the session takes them.
/// </summary>
sealed class ChatConnectionHandler(
    ActorSystem system, GatewayServices services, SessionRegistry sessions, ILogger<ChatConnectionHandler> logger) : ConnectionHandler
{
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        SessionConnection? state = null;
        IActorRef? session = null;
        try
        {
            state = new SessionConnection(connection, services.Clock, PeerSocket.Of(connection, services.Limits.PeerTimeoutSeconds));
            session = system.ActorOf(Props.CreateBy(new SessionProducer(state, services)).WithDispatcher(SessionDispatcher.Id), $"session-{state.Id}");
            sessions.Add(state, session);
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
            session?.Tell(new ConnectionClosed(CanStillWrite: false));
            if (state is not null)
                sessions.Remove(state);
        }
    }

    /// <summary>True if the client has closed its side in good order.</summary>
    async Task<bool> ReadAsync(PipeReader input, SessionConnection state, IActorRef session)
    {
        var frames = new FrameReader(services.Limits.MaxFrameBytes);
        try
        {
            while (true)
            {
                var read = await input.ReadAsync();
                state.OnBytesReceived();
                var buffer = read.Buffer;
                while (frames.Read(ref buffer, out var frame) is var status && status != FrameStatus.NeedMore)
                {
                    var request = ToRequest(status, frame, frames.IsSpaced);
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

    Request ToRequest(FrameStatus status, in ReadOnlySequence<byte> frame, bool isSpaced) => status switch
    {
        FrameStatus.Frame => RequestReader.Read(frame, isSpaced),
        FrameStatus.TooLarge => new InvalidRequest(
            ErrorCode.TooLarge, $"the object is too large: at most {services.Limits.MaxFrameBytes} bytes are expected")
        { Ref = RequestReader.FindRef(frame) },
        FrameStatus.TooDeep => new InvalidRequest(
            ErrorCode.Malformed, $"the object is nested too deeply: at most {FrameReader.DefaultMaxDepth} levels are expected")
        { Ref = RequestReader.FindRef(frame) },
        FrameStatus.Lost => new InvalidRequest(ErrorCode.TooLarge, "no end of the object in sight") { IsFatal = true },
        _ => new InvalidRequest(ErrorCode.Malformed, "a JSON object was expected"),
    };

    /// <summary>Cheaper than an expression tree per connection.</summary>
    sealed class SessionProducer(SessionConnection connection, GatewayServices services) : IIndirectActorProducer
    {
        public Type ActorType => typeof(SessionActor);

        public ActorBase Produce() => new SessionActor(connection, services);

        public void Release(ActorBase actor)
        {
            // stopped actors need nothing
        }
    }
}
