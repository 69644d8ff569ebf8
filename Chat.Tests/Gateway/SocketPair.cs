using System.Net;
using System.Net.Sockets;
using Chat.Node.Gateway;

namespace Chat.Tests.Gateway;

/// <summary>Two ends of one connection on this machine.</summary>
sealed class SocketPair : IDisposable
{
    public SocketPair()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.SetRawSocketOption(6, 2, BitConverter.GetBytes(1460)); // TCP_MAXSEG: segments as on Ethernet
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Theirs = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 8192 };
        Theirs.Connect(listener.LocalEndPoint!);
        Ours = listener.Accept();
        Ours.NoDelay = true;
        Ours.Blocking = false;
        Peer = PeerSocket.Of(Ours, isPlain: true, timeoutSeconds: 30)!;
    }

    public Socket Ours { get; }

    public Socket Theirs { get; }

    /// <summary>Over <see cref="Ours"/>.</summary>
    public PeerSocket Peer { get; }

    public void Dispose()
    {
        Ours.Dispose();
        Theirs.Dispose();
    }
}
