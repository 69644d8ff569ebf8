using System.Globalization;

namespace ChatActors.Client;

/// <summary>Where a server listens.</summary>
public sealed record ChatEndpoint(string Host, int Port = ChatEndpoint.DefaultPort)
{
    /// <summary>The port of chat over TCP when nothing else is said.</summary>
    public const int DefaultPort = 6000;

    /// <summary>Reads <c>host</c>, <c>host:port</c> or <c>[ipv6]:port</c>.</summary>
    public static bool TryParse(string text, out ChatEndpoint endpoint)
    {
        endpoint = new(text);
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

    /// <inheritdoc />
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
