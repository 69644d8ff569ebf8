using System.Globalization;

namespace ChatActors.Client;

/// <summary>Where a server listens: a host and a port for chat over TCP, or the address of a WebSocket.</summary>
public sealed record ChatEndpoint(string Host, int Port = ChatEndpoint.DefaultPort)
{
    /// <summary>The port of chat over TCP when nothing else is said.</summary>
    public const int DefaultPort = 6000;

    /// <summary>The path of a WebSocket's address when nothing else is said.</summary>
    public const string DefaultPath = "/ws";

    /// <summary>A WebSocket: <c>wss://chat.example.com/ws</c>; <c>ws://</c> is without TLS. Without a path it is <see cref="DefaultPath"/>.</summary>
    /// <exception cref="ArgumentException">It is no address of a WebSocket.</exception>
    public ChatEndpoint(Uri webSocket)
        : this(HostOf(webSocket), webSocket.Port) =>
        WebSocket = webSocket.PathAndQuery == "/" ? new Uri(webSocket, DefaultPath) : webSocket;

    /// <summary>The address of the WebSocket; null for TCP.</summary>
    public Uri? WebSocket { get; }

    /// <summary>Reads <c>host</c>, <c>host:port</c>, <c>[ipv6]:port</c>, <c>ws://host:port/ws</c> or <c>wss://host/ws</c>.</summary>
    public static bool TryParse(string text, out ChatEndpoint endpoint)
    {
        endpoint = new(text);
        if (text.Contains("://", StringComparison.Ordinal))
        {
            if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || !IsWebSocket(address))
                return false;
            endpoint = new(address);
            return true;
        }

        if (text.StartsWith('['))
        {
            var close = text.IndexOf(']', StringComparison.Ordinal);
            return close > 1 && WithPort(text[1..close], text[(close + 1)..], out endpoint);
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 || text.LastIndexOf(':') != colon
            ? text.Length > 0
            : WithPort(text[..colon], text[colon..], out endpoint);
    }

    static bool WithPort(string host, string rest, out ChatEndpoint endpoint)
    {
        endpoint = new(host);
        if (rest.Length == 0)
            return host.Length > 0;
        if (host.Length == 0 || rest[0] != ':'
            || !int.TryParse(rest.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port is < 1 or > 65535)
            return false;
        endpoint = new(host, port);
        return true;
    }

    static string HostOf(Uri webSocket) =>
        IsWebSocket(webSocket) ? webSocket.DnsSafeHost : throw new ArgumentException($"{webSocket} is no address of a WebSocket: expected is ws://… or wss://…", nameof(webSocket));

    static bool IsWebSocket(Uri address) =>
        address.IsAbsoluteUri && (address.Scheme == Uri.UriSchemeWs || address.Scheme == Uri.UriSchemeWss) && address.Host.Length > 0 && address.Fragment.Length == 0;

    /// <inheritdoc />
    public override string ToString() =>
        WebSocket is not null ? WebSocket.ToString() : Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
