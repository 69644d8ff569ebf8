using System.Globalization;
using Akka.Actor;
using Chat.Node.Storage;

namespace Chat.Node.Cluster;

/// <summary>The address of a node in its three forms: <c>host:port</c> in settings and the database, Akka's, and a row's.</summary>
static class NodeAddress
{
    public static string TextOf(Address address) => $"{address.Host}:{(address.Port ?? 0).ToString(CultureInfo.InvariantCulture)}";

    /// <summary>False if the text is not <c>host:port</c>.</summary>
    public static bool TryParse(string text, out string host, out int port)
    {
        var colon = text.LastIndexOf(':');
        (host, port) = (colon > 0 ? text[..colon] : "", 0);
        return colon > 0 && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535;
    }

    /// <summary>The address as a member of the same cluster as <paramref name="self"/> would have it.</summary>
    public static Address? BesideSelf(this string text, Address self) =>
        TryParse(text, out var host, out var port) ? self.WithHost(host).WithPort(port) : null;

    /// <summary>Whether a row is about this member.</summary>
    public static bool IsOf(this NodeRow row, Akka.Cluster.Member member) =>
        row.Uid == member.UniqueAddress.Uid && row.Address == TextOf(member.Address);
}
