using System.Net.Sockets;
using System.Threading.Channels;

namespace Chat.SystemTests.Bridge;

/// <summary>
/// A client's connection to a <see cref="LegacyServer"/>. What is sent waits in a queue without an end, as there, and goes out
/// in one write each, without a terminator.
/// </summary>
sealed class LegacyConnection : IDisposable
{
    readonly Socket _socket;
    readonly Channel<byte[]> _outgoing = Channel.CreateUnbounded<byte[]>();
    readonly Task _writing;

    public LegacyConnection(Socket socket)
    {
        _socket = socket;
        // Theirs leaves Nagle's algorithm on. Here that would glue frames by chance, and their client dies of glued frames.
        socket.NoDelay = true;
        _writing = WriteAsync();
    }

    public void Send(byte[] frame) => _outgoing.Writer.TryWrite(frame);

    /// <summary>What is there; nothing when the connection has ended, however.</summary>
    public async Task<int> ReadAsync(Memory<byte> buffer)
    {
        try
        {
            return await _socket.ReceiveAsync(buffer);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return 0;
        }
    }

    public void Dispose()
    {
        _outgoing.Writer.TryComplete();
        _socket.Dispose();
    }

    /// <summary>After <see cref="Dispose"/>: until nothing is under way any more.</summary>
    public Task EndedAsync() => _writing;

    async Task WriteAsync()
    {
        try
        {
            await foreach (var frame in _outgoing.Reader.ReadAllAsync())
                for (var sent = 0; sent < frame.Length;)
                    sent += await _socket.SendAsync(frame.AsMemory(sent));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            _ = e; // its reader sees that too, and is the one who says so
        }
    }
}
