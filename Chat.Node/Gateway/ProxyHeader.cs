using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Chat.Node.Gateway;

/// <summary>What <see cref="ProxyHeader.Read"/> found.</summary>
enum ProxyHeaderStatus
{
    /// <summary>The beginning of a header, or nothing: call again with more bytes.</summary>
    NeedMore,

    /// <summary>A whole header.</summary>
    Found,

    /// <summary>This is no header, whatever follows.</summary>
    Malformed,
}

/// <summary>
/// Pure. Reads the PROXY header, version 1 (text) or 2 (binary), that a load balancer sends in front of what it passes on
/// (https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt). Bounded: a longer header is malformed.
/// </summary>
static class ProxyHeader
{
    /// <summary>The longest line of version 1, its end included (section 2.1).</summary>
    public const int MaxTextBytes = 107;

    /// <summary>Version 2 with whatever the balancer adds; nginx draws the same line.</summary>
    public const int MaxBinaryBytes = 4096;

    const int FixedBytes = 16;
    const byte LocalCommand = 0x20;
    const byte ProxyCommand = 0x21;
    const byte TcpOverIPv4 = 0x11;
    const byte TcpOverIPv6 = 0x21;

    static ReadOnlySpan<byte> TextSignature => "PROXY "u8;

    static ReadOnlySpan<byte> BinarySignature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Bytes of both addresses and ports, by the family: unspecified, IPv4, IPv6, Unix (section 2.2).</summary>
    static ReadOnlySpan<byte> AddressBytes => [0, 12, 36, 216];

    /// <summary>
    /// Takes the header off the front of <paramref name="buffer"/>. Otherwise the buffer stays as it is: present it again
    /// with more bytes behind it. No <paramref name="client"/>: the balancer speaks for itself (LOCAL), or does not know.
    /// </summary>
    public static ProxyHeaderStatus Read(ref ReadOnlySequence<byte> buffer, out IPEndPoint? client)
    {
        client = null;
        Span<byte> start = stackalloc byte[(int)Math.Min(buffer.Length, MaxTextBytes)];
        buffer.Slice(0, start.Length).CopyTo(start);
        if (Begins(start, TextSignature))
            return ReadText(ref buffer, start, out client);
        return Begins(start, BinarySignature) ? ReadBinary(ref buffer, start, out client) : ProxyHeaderStatus.Malformed;
    }

    static bool Begins(ReadOnlySpan<byte> start, ReadOnlySpan<byte> signature) =>
        start.Length < signature.Length ? signature.StartsWith(start) : start.StartsWith(signature);

    static ProxyHeaderStatus ReadText(ref ReadOnlySequence<byte> buffer, ReadOnlySpan<byte> start, out IPEndPoint? client)
    {
        client = null;
        var end = start.IndexOf("\r\n"u8);
        if (end < 0)
            return start.Length == MaxTextBytes ? ProxyHeaderStatus.Malformed : ProxyHeaderStatus.NeedMore;
        var fields = Encoding.Latin1.GetString(start[TextSignature.Length..end]).Split(' ');
        if (fields[0] != "UNKNOWN" && !TryReadFields(fields, out client)) // what stands behind UNKNOWN is to be ignored
            return ProxyHeaderStatus.Malformed;
        buffer = buffer.Slice(end + 2);
        return ProxyHeaderStatus.Found;
    }

    static bool TryReadFields(string[] fields, out IPEndPoint? client)
    {
        client = null;
        if (fields is not ["TCP4" or "TCP6", var from, var to, var fromPort, var toPort])
            return false;
        var family = fields[0] == "TCP4" ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        if (!TryReadAddress(from, family, out var address) || !TryReadAddress(to, family, out _)
            || !TryReadPort(fromPort, out var port) || !TryReadPort(toPort, out _))
            return false;
        client = EndPoint(address, port);
        return true;
    }

    /// <summary>Stricter than the runtime, to which <c>1</c>, <c>0x7f.1</c>, <c>[::1]</c> and <c>fe80::1%lo</c> are addresses too.</summary>
    static bool TryReadAddress(string text, AddressFamily family, out IPAddress address)
    {
        if (!IPAddress.TryParse(text, out address!) || address.AddressFamily != family)
            return false;
        return family == AddressFamily.InterNetwork
            ? address.ToString() == text
            : text.All(character => char.IsAsciiHexDigit(character) || character is ':' or '.');
    }

    static bool TryReadPort(string text, out ushort port) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port)
        && text == port.ToString(CultureInfo.InvariantCulture);

    static ProxyHeaderStatus ReadBinary(ref ReadOnlySequence<byte> buffer, ReadOnlySpan<byte> start, out IPEndPoint? client)
    {
        client = null;
        if (start.Length > 12 && start[12] is not (LocalCommand or ProxyCommand))
            return ProxyHeaderStatus.Malformed;
        if (start.Length < FixedBytes)
            return ProxyHeaderStatus.NeedMore;
        var (isLocal, kind, length) = (start[12] == LocalCommand, start[13], BinaryPrimitives.ReadUInt16BigEndian(start[14..]));
        if (FixedBytes + length > MaxBinaryBytes || (!isLocal && !IsKnown(kind, length)))
            return ProxyHeaderStatus.Malformed;
        if (buffer.Length < FixedBytes + length)
            return ProxyHeaderStatus.NeedMore;
        var addresses = start[FixedBytes..];
        client = (isLocal, kind) switch
        {
            (false, TcpOverIPv4) => EndPoint(new IPAddress(addresses[..4]), BinaryPrimitives.ReadUInt16BigEndian(addresses[8..])),
            (false, TcpOverIPv6) => EndPoint(new IPAddress(addresses[..16]), BinaryPrimitives.ReadUInt16BigEndian(addresses[32..])),
            _ => null,
        };
        buffer = buffer.Slice(FixedBytes + length);
        return ProxyHeaderStatus.Found;
    }

    /// <summary>A family and a transport that exist, with room for their addresses.</summary>
    static bool IsKnown(byte kind, int length) =>
        kind >> 4 < AddressBytes.Length && (kind & 0x0f) <= 2 && length >= AddressBytes[kind >> 4];

    /// <summary>One client has one address, also where a balancer writes IPv4 as IPv6.</summary>
    static IPEndPoint EndPoint(IPAddress address, ushort port) =>
        new(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, port);
}
