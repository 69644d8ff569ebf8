using System.Net;
using System.Net.Sockets;

namespace Chat.Node.Settings;

/// <summary>
/// Addresses that are nobody's own. The system lets a process listen at some of them, as if it could be reached there. Pure: the broadcast
/// addresses of this machine's networks are not known here.
/// </summary>
static class UnusableAddress
{
    /// <summary>Whether nobody can listen there: multicast, broadcast and reserved addresses, and those of "this network" (0.0.0.1 and so on).</summary>
    public static bool IsNobodys(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return IsEverybodys(address.MapToIPv4()) || IsNobodys(address.MapToIPv4());
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? address.IsIPv6Multicast
            : address.GetAddressBytes()[0] is 0 or >= 224 && !IsEverybodys(address);
    }

    /// <summary>Where a process listens at all of its machine's addresses: nobody is reached there.</summary>
    public static bool IsEverybodys(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    /// <summary>Whether a text is an address at which no other node can be reached; a name is none.</summary>
    public static bool ReachesNobody(string host) => IPAddress.TryParse(host, out var address) && (IsEverybodys(address) || IsNobodys(address));
}
