using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Chat.Tests.Gateway;

/// <summary>Headers as load balancers write them.</summary>
static class ProxyHeaders
{
    static readonly byte[] Signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];

    public static byte[] Line(string line) => Encoding.Latin1.GetBytes(line + "\r\n");

    /// <summary>Version 1 of a client's address; what it has connected to is on the port 6000.</summary>
    public static byte[] Text(string address, int port = 51234) => IPAddress.Parse(address).AddressFamily == AddressFamily.InterNetwork
        ? Line($"PROXY TCP4 {address} 192.0.2.200 {port} 6000")
        : Line($"PROXY TCP6 {address} 2001:db8::200 {port} 6000");

    /// <summary>Version 2 of the same, with so many bytes of additions.</summary>
    public static byte[] Binary(string address, int port = 51234, int extra = 0)
    {
        var from = IPAddress.Parse(address).GetAddressBytes();
        var to = IPAddress.Parse(from.Length == 4 ? "192.0.2.200" : "2001:db8::200").GetAddressBytes();
        return Binary(0x21, from.Length == 4 ? (byte)0x11 : (byte)0x21, [.. from, .. to, .. Number(port), .. Number(6000), .. new byte[extra]]);
    }

    /// <summary>Version 2 of anything.</summary>
    public static byte[] Binary(byte command, byte kind, byte[] body) => [.. Signature, command, kind, .. Number(body.Length), .. body];

    static byte[] Number(int value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        return bytes;
    }
}
