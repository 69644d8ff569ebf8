using System.Net;
using System.Net.Sockets;

namespace Chat.Checker.Population;

/// <summary>A socket and one buffer: what is received is looked at in place. Reading belongs to one task, sending to whoever holds the client's lock.</summary>
sealed class LeanConnection : IDisposable
{
    const int FirstBufferBytes = 8 * 1024;
    static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(2);

    readonly Socket _socket;
    byte[] _buffer = new byte[FirstBufferBytes];
    int _start;
    int _end;

    LeanConnection(Socket socket) => _socket = socket;

    /// <exception cref="SocketException">Nobody listens.</exception>
    /// <exception cref="OperationCanceledException">Nobody answers.</exception>
    public static async Task<LeanConnection> ConnectAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, SendTimeout = 2000 };
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(ConnectPatience);
            await socket.ConnectAsync(endpoint, deadline.Token);
            return new LeanConnection(socket);
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
            while (bytes.Length > 0)
                bytes = bytes[_socket.Send(bytes)..];
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Abort();
            return false;
        }
    }

    /// <summary>False at the end, however it comes.</summary>
    public async ValueTask<bool> ReceiveAsync()
    {
        if (_end == _buffer.Length)
            MakeRoom();
        try
        {
            var count = await _socket.ReceiveAsync(_buffer.AsMemory(_end));
            _end += count;
            return count > 0;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>The next frame of a modern connection, if it is there as a whole.</summary>
    public bool TryTakeLine(out ReadOnlySpan<byte> line)
    {
        var received = _buffer.AsSpan(_start, _end - _start);
        var length = received.IndexOf((byte)'\n');
        line = length < 0 ? default : received[..length];
        if (length >= 0)
            Advance(length + 1);
        return length >= 0;
    }

    /// <summary>The next object of a legacy connection, without the padding around it.</summary>
    public bool TryTakeObject(out ReadOnlySpan<byte> json)
    {
        var received = _buffer.AsSpan(_start, _end - _start);
        var blanks = received.IndexOfAnyExcept((byte)' ', (byte)0);
        if (blanks < 0)
        {
            Advance(received.Length);
            json = default;
            return false;
        }

        var length = JsonExtent.Of(received[blanks..]);
        json = received.Slice(blanks, length);
        Advance(blanks + length);
        return length > 0;
    }

    /// <summary>Nothing more will be sent; what the other side still has to say can be read to its end.</summary>
    public void EndSending()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            _ = e; // it is over already
        }
    }

    /// <summary>Closes it; the reader ends.</summary>
    public void Abort() => _socket.Dispose();

    public void Dispose() => _socket.Dispose();

    void Advance(int count)
    {
        _start += count;
        if (_start == _end)
            _start = _end = 0;
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
