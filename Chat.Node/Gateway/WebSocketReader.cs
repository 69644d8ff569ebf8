using System.Buffers;
using System.Net.WebSockets;
using Akka.Actor;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>
/// Reads the text messages of one client and hands their objects to its session, no faster than the session takes them. Messages may have
/// any length and any number of parts: no more is kept than one object, and an object ends with its message.
/// </summary>
sealed class WebSocketReader(WebSocket socket, WebSocketConnection connection, IActorRef session, int maxFrameBytes)
{
    const int FirstBufferBytes = 4096;

    readonly FrameReader _frames = new(maxFrameBytes);
    byte[]? _buffer; // only within a message: most connections are idle
    int _length;
    bool _isInMessage;
    bool _hasSaidHello;
    bool _isRefused;

    /// <summary>Ends when the client closes or the connection breaks. What comes when the session has ended is not handed over.</summary>
    /// <returns>True if the client has closed in good order.</returns>
    public async Task<bool> ReadAsync()
    {
        try
        {
            while (true)
            {
                var received = await socket.ReceiveAsync(Room(), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                    return true;
                _isInMessage = !received.EndOfMessage;
                if (connection.IsDraining || connection.IsEnded || _isRefused)
                    _length = 0;
                else if (received.MessageType == WebSocketMessageType.Binary)
                    Refuse(CloseCode.UnsupportedData, "binary messages are not spoken here: text is expected");
                else
                    await TakeAsync(received);
            }
        }
        catch (Exception e) when (WebSocketConnection.IsEnd(e))
        {
            return false;
        }
        finally
        {
            ReturnBuffer();
        }
    }

    /// <summary>Between two messages nothing: the socket then only waits until there is something. A byte is left for the end of a message.</summary>
    Memory<byte> Room()
    {
        if (!_isInMessage)
        {
            ReturnBuffer();
            return default;
        }

        if (_buffer is null || _length >= _buffer.Length - 1)
            Grow();
        return _buffer.AsMemory(_length, _buffer!.Length - _length - 1);
    }

    async ValueTask TakeAsync(ValueWebSocketReceiveResult received)
    {
        if (received.Count > 0)
            connection.OnBytesReceived();
        _length += received.Count;
        if (received.EndOfMessage)
            EndObject();
        var buffer = new ReadOnlySequence<byte>(_buffer ?? [], 0, _length);
        while (_frames.Read(ref buffer, out var frame) is var status && status != FrameStatus.NeedMore)
        {
            var request = IncomingFrame.ToRequest(status, frame, _frames.IsSpaced, maxFrameBytes, connection.ReadAt);
            await connection.TakeCreditAsync();
            if (connection.IsEnded || !IsAdmitted(request))
                break;
            session.Tell(request);
            if (status == FrameStatus.Lost)
                _isRefused = true; // its session answers, and ends
        }

        Keep((int)buffer.Length);
        if (received.EndOfMessage)
            _frames.EndMessage();
    }

    /// <summary>A raw NUL is no part of any object: what is not complete is malformed, and the next message begins anew.</summary>
    void EndObject()
    {
        if (_buffer is null)
            Grow();
        _buffer![_length++] = 0;
    }

    bool IsAdmitted(Request request)
    {
        _hasSaidHello |= request is HelloRequest;
        if (!_hasSaidHello)
            Refuse(CloseCode.HelloExpected, request is InvalidRequest invalid ? $"hello comes first: {invalid.Reason}" : "hello comes first: {\"msgid\":100,\"protocol\":2}");
        return _hasSaidHello;
    }

    void Refuse(CloseCode code, string reason)
    {
        (_isRefused, _length) = (true, 0);
        session.Tell(new CloseSession(code, reason));
    }

    /// <summary>The last bytes are the beginning of an object.</summary>
    void Keep(int rest)
    {
        if (_isRefused || connection.IsEnded)
            rest = 0;
        if (rest > 0 && rest < _length)
            Buffer.BlockCopy(_buffer!, _length - rest, _buffer!, 0, rest);
        _length = rest;
    }

    /// <summary>The reader of objects keeps no more than one of them, so that this ends.</summary>
    void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_buffer is null ? FirstBufferBytes : Math.Min(_buffer.Length * 2, maxFrameBytes + FirstBufferBytes));
        if (_buffer is not null)
        {
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = larger;
    }

    void ReturnBuffer()
    {
        if (_buffer is null)
            return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
    }
}
