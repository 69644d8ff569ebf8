using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Chat.Bench.Workloads;

/// <summary>What carries the protocol.</summary>
enum Transport
{
    Tcp,
    Ws,
}

/// <summary>A server's address: <c>host:port</c>, <c>:port</c> or <c>host</c> (port 6000; over WebSockets 8000).</summary>
sealed record ChatTarget(string Host, int Port)
{
    const int DefaultPort = 6000;
    const int DefaultWebPort = 8000;

    /// <summary>It is the web port of a node.</summary>
    public bool IsWebSocket { get; init; }

    public IPEndPoint EndPoint { get; } = new(AddressOf(Host), Port);

    public static ChatTarget Parse(string text, Transport transport = Transport.Tcp)
    {
        var isWebSocket = transport == Transport.Ws;
        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? text : text[..colon];
        var port = isWebSocket ? DefaultWebPort : DefaultPort;
        if (colon >= 0 && (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is 0 or > ushort.MaxValue))
            throw new BenchException($"\"{text}\" is no address: host:port is expected, with a port of 1 to 65535");
        return new(host.Length == 0 ? "127.0.0.1" : host, port) { IsWebSocket = isWebSocket };
    }

    /// <exception cref="BenchException">There is no such host.</exception>
    static IPAddress AddressOf(string host)
    {
        try
        {
            return Dns.GetHostAddresses(host)[0];
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw new BenchException($"\"{host}\" is no host: {e.Message}", e);
        }
    }

    public override string ToString() => IsWebSocket ? $"ws://{Host}:{Port}" : $"{Host}:{Port}";
}

/// <summary>Something that the user has to know and can do something about; printed without a stack.</summary>
sealed class BenchException(string message, Exception? inner = null) : Exception(message, inner);
