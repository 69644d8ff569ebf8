using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Chat.Node.Gateway;

/// <summary>
/// A client's socket as far as Linux knows more of it than the web server passes on: how much the peer's TCP has acknowledged, when it was
/// heard last, and writes that end a segment. The peer is the machine at the other end of the connection, perhaps a load balancer. Safe from any thread.
/// </summary>
sealed class PeerSocket : ITransportPeer
{
    const int UserTimeoutOption = 18;
    const int DontWait = 0x40;
    const int EndOfRecord = 0x80;
    const int NoSignal = 0x4000;
    const int Interrupted = 4;
    const int TryAgain = 11;

    readonly Socket _socket;
    readonly SafeSocketHandle _handle;
    readonly int _timeoutSeconds;

    PeerSocket(Socket socket, bool isPlain, int timeoutSeconds)
    {
        (_socket, _handle, IsPlain, _timeoutSeconds) = (socket, socket.SafeHandle, isPlain, timeoutSeconds);
    }

    /// <summary>What is written is what the socket gets: no TLS in between.</summary>
    public bool IsPlain { get; }

    /// <summary>
    /// Sets the time-outs of a new connection: it ends when its peer has acknowledged nothing that it should have for so long. Null where it
    /// is no socket, or the system does not tell enough.
    /// </summary>
    public static PeerSocket? Of(IFeatureCollection connection, int timeoutSeconds) =>
        connection.Get<IConnectionSocketFeature>()?.Socket is { } socket
            ? Of(socket, connection.Get<ITlsHandshakeFeature>() is null, timeoutSeconds)
            : null;

    /// <inheritdoc cref="Of(IFeatureCollection, int)" />
    public static PeerSocket? Of(Socket socket, bool isPlain, int timeoutSeconds)
    {
        var peer = new PeerSocket(socket, isPlain, timeoutSeconds);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        peer.ProbeSeldom();
        if (!OperatingSystem.IsLinux())
            return null;
        socket.SetRawSocketOption(TcpInfo.TcpLevel, UserTimeoutOption, BitConverter.GetBytes(timeoutSeconds * 1000));
        return peer.TryRead(out _) ? peer : null;
    }

    /// <summary>False when the socket is closed.</summary>
    public bool TryRead(out TcpInfo info)
    {
        Span<byte> bytes = stackalloc byte[TcpInfo.Bytes];
        try
        {
            return TcpInfo.TryParse(bytes[.._socket.GetRawSocketOption(TcpInfo.TcpLevel, TcpInfo.InfoOption, bytes)], out info);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            info = default;
            return false;
        }
    }

    /// <summary>
    /// Writes one frame without waiting. It ends a record (<c>MSG_EOR</c>): the kernel puts nothing else into its last segment, neither
    /// when it has to wait nor when it is sent again.
    /// </summary>
    /// <returns>How many bytes the kernel took; fewer than there are when its buffer is full.</returns>
    /// <exception cref="IOException">The connection has ended.</exception>
    public int Send(ReadOnlySpan<byte> frame)
    {
        while (true)
        {
            nint sent;
            try
            {
                sent = Send(_handle, MemoryMarshal.GetReference(frame), (nuint)frame.Length, DontWait | EndOfRecord | NoSignal);
            }
            catch (ObjectDisposedException e)
            {
                throw new IOException("the socket is closed", e);
            }

            if (sent >= 0)
                return (int)sent;
            switch (Marshal.GetLastPInvokeError())
            {
                case Interrupted:
                    break;
                case TryAgain:
                    return 0;
                case var error:
                    throw new IOException($"the socket takes nothing any more: error {error}");
            }
        }
    }

    /// <summary>Asks the peer's TCP for a sign of life each second, the first time when nothing was heard for a second.</summary>
    public void ProbeOften() => Probe(1, 1);

    /// <summary>As ever: the first probe after half of the time-out, three in all.</summary>
    public void ProbeSeldom() => Probe(Math.Max(1, _timeoutSeconds / 2), Math.Max(1, _timeoutSeconds / 6));

    void Probe(int afterSeconds, int everySeconds)
    {
        try
        {
            _socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, everySeconds);
            _socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 4); // where there is no time-out of ours
            _socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, afterSeconds);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            _ = e; // it has just ended, and its reader says so
        }
    }

    [DllImport("libc", EntryPoint = "send", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern nint Send(SafeSocketHandle socket, in byte frame, nuint length, int flags);
}
