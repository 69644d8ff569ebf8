using System.Globalization;
using Akka.Actor;
using Chat.Node.Settings;
using Chat.Node.Storage;

namespace Chat.Node.Cluster;

/// <summary>The address of a node in its other two forms: Akka's, and that of a row.</summary>
static class MemberAddress
{
    /// <summary><c>host:port</c>, as in the settings and in the database.</summary>
    public static string TextOf(Address address) => $"{address.Host}:{(address.Port ?? 0).ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The address as a member of the same cluster as <paramref name="self"/> would have it.</summary>
    public static Address? BesideSelf(this string text, Address self) =>
        NodeAddress.TryParse(text, out var host, out var port) ? self.WithHost(host).WithPort(port) : null;

    /// <summary>Whether a row is about this member.</summary>
    public static bool IsOf(this NodeRow row, Akka.Cluster.Member member) =>
        row.Uid == member.UniqueAddress.Uid && row.Address == TextOf(member.Address);
}
