using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Chat.Bench.Workloads;

/// <summary>A server's address: <c>host:port</c>, <c>:port</c> or <c>host</c> (port 6000).</summary>
sealed record ChatTarget(string Host, int Port)
{
    const int DefaultPort = 6000;

    public IPEndPoint EndPoint { get; } = new(AddressOf(Host), Port);

    public static ChatTarget Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? text : text[..colon];
        var port = DefaultPort;
        if (colon >= 0 && (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is 0 or > ushort.MaxValue))
            throw new BenchException($"\"{text}\" is no address: host:port is expected, with a port of 1 to 65535");
        return new(host.Length == 0 ? "127.0.0.1" : host, port);
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

    public override string ToString() => $"{Host}:{Port}";
}

/// <summary>Something that the user has to know and can do something about; printed without a stack.</summary>
sealed class BenchException(string message, Exception? inner = null) : Exception(message, inner);
