using System.Globalization;

namespace Chat.Node.Settings;

/// <summary>The address of a node as settings and the database have it: <c>host:port</c>.</summary>
static class NodeAddress
{
    /// <summary>False if the text is not <c>host:port</c>.</summary>
    public static bool TryParse(string text, out string host, out int port)
    {
        var colon = text.LastIndexOf(':');
        (host, port) = (colon > 0 ? text[..colon] : "", 0);
        return colon > 0 && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535;
    }
}
