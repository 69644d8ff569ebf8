using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Chat.Node.Gateway;

/// <summary>
/// What Linux says of a TCP connection (<c>TCP_INFO</c>, <c>struct tcp_info</c> of linux/tcp.h): bytes of the stream since its beginning, and
/// how many milliseconds ago something came from the other side.
/// </summary>
readonly record struct TcpInfo(long BytesAcknowledged, long BytesWritten, long MillisecondsSinceHeard)
{
    public const int TcpLevel = 6;
    public const int InfoOption = 11;

    /// <summary>So many bytes are looked at; a kernel before 4.19 gives fewer.</summary>
    public const int Bytes = 216;

    const int LastDataReceived = 52;
    const int LastAcknowledgementReceived = 56;
    const int Acknowledged = 120;
    const int Received = 128;
    const int NotSent = 144;
    const int Sent = 200;
    const int Retransmitted = 208;

    /// <summary>False if the kernel knows less than is needed.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out TcpInfo info)
    {
        info = default;
        if (bytes.Length < Bytes)
            return false;
        var written = Long(bytes, Sent) - Long(bytes, Retransmitted) + Int(bytes, NotSent);
        info = new TcpInfo(Long(bytes, Acknowledged), written, Math.Min(Int(bytes, LastDataReceived), Int(bytes, LastAcknowledgementReceived)));
        return true;
    }

    /// <summary>Whether a byte of the stream has come. Yes, where the kernel does not tell, or the socket is closed.</summary>
    public static bool HasReceived(Socket socket)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        try
        {
            return socket.GetRawSocketOption(TcpLevel, InfoOption, bytes) < Received + sizeof(long) || Long(bytes, Received) > 0;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }

    static uint Int(ReadOnlySpan<byte> bytes, int at) => MemoryMarshal.Read<uint>(bytes[at..]);

    static long Long(ReadOnlySpan<byte> bytes, int at) => MemoryMarshal.Read<long>(bytes[at..]);
}
