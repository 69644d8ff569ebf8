using System.Net;
using System.Net.Sockets;

namespace Chat.Checker.Wire;

/// <summary>A socket and one buffer: what is received is looked at in place. Reading belongs to one task, sending to whoever holds the client's lock.</summary>
sealed class WireConnection(Socket socket, bool isModern, WebSocketFraming? framing = null) : IDisposable
{
    const int FirstBufferBytes = 8 * 1024;
    static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(2);

    byte[] _buffer = new byte[FirstBufferBytes];
    int _start;
    int _end;

    public Socket Socket => socket;

    /// <summary>Null over TCP.</summary>
    public WebSocketFraming? Framing => framing;

    /// <exception cref="SocketException">Nobody listens.</exception>
    /// <exception cref="OperationCanceledException">Nobody answers.</exception>
    public static async Task<WireConnection> ConnectAsync(IPEndPoint endpoint, bool isModern, bool isWebSocket, CancellationToken cancellationToken)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, SendTimeout = 2000 };
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(ConnectPatience);
            await socket.ConnectAsync(endpoint, deadline.Token);
            if (isWebSocket)
                await OpenWebSocketAsync(socket, endpoint, deadline.Token);
            return new WireConnection(socket, isModern, isWebSocket ? new WebSocketFraming() : null);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>False if the connection is broken: then its reader will see it too.</summary>
    public bool TrySend(ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (framing is not null)
            {
                var frame = new byte[bytes.Length + WebSocketFraming.MaxHead];
                bytes = frame.AsSpan(0, WebSocketFraming.Wrap(bytes, frame));
            }

            while (bytes.Length > 0)
                bytes = bytes[socket.Send(bytes)..];
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Abort();
            return false;
        }
    }

    /// <summary>
    /// The same for a blocking socket: one that was once used asynchronously stays with the runtime's own socket thread for good.
    /// False at its end.
    /// </summary>
    /// <exception cref="SocketException">It broke, or nothing came in time.</exception>
    public bool Receive()
    {
        if (_end == _buffer.Length)
            MakeRoom();
        return !IsClosed && Take(socket.Receive(_buffer.AsSpan(_end)));
    }

    /// <summary>False at the end, however it comes.</summary>
    public async ValueTask<bool> ReceiveAsync()
    {
        if (_end == _buffer.Length)
            MakeRoom();
        try
        {
            return !IsClosed && Take(await socket.ReceiveAsync(_buffer.AsMemory(_end)));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>The next object, if it is there as a whole: a line of a modern server, without its end; of a legacy one without the padding around it.</summary>
    public bool TryTake(out ReadOnlySpan<byte> frame)
    {
        ReadOnlySpan<byte> received = _buffer.AsSpan(_start, _end - _start);
        var isThere = FrameScanner.TryTake(ref received, isModern, out frame);
        _start = _end - received.Length;
        if (_start == _end)
            _start = _end = 0;
        return isThere;
    }

    /// <summary>What has come and was not taken: whoever takes the socket over begins with it.</summary>
    public ReadOnlySpan<byte> Rest => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Nothing more will be sent; what the other side still has to say can be read to its end.</summary>
    public void EndSending()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            _ = e; // it is over already
        }
    }

    /// <summary>Closes it; the reader ends.</summary>
    public void Abort() => socket.Dispose();

    public void Dispose() => socket.Dispose();

    /// <exception cref="InvalidOperationException">It is no WebSocket.</exception>
    static async Task OpenWebSocketAsync(Socket socket, IPEndPoint server, CancellationToken cancellationToken)
    {
        await socket.SendAsync(WebSocketFraming.Request(server), cancellationToken);
        var answer = new byte[2048];
        for (var length = 0; !WebSocketFraming.IsOpen(answer.AsSpan(0, length));)
        {
            var count = await socket.ReceiveAsync(answer.AsMemory(length), cancellationToken);
            if (count == 0)
                throw new SocketException((int)SocketError.ConnectionReset);
            length += count;
        }
    }

    bool IsClosed => framing is { IsClosed: true };

    /// <summary>So much has come; false at the end.</summary>
    bool Take(int count)
    {
        var text = framing?.Unwrap(_buffer.AsSpan(_end, count)) ?? count;
        _end += text;
        return text > 0 || (count > 0 && !IsClosed);
    }

    void MakeRoom()
    {
        if (_start == 0)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        else
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
        (_start, _end) = (0, _end - _start);
    }
}
