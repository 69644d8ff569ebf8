using System.Net;

namespace Chat.Node.Webhooks;

/// <summary>
/// Addresses that are not for everybody: loopback, private networks, link-local (also the metadata services of clouds), shared, multicast, reserved.
/// Who may name endpoints must not reach what only this machine can. Pure.
/// </summary>
static class PrivateAddress
{
    static readonly IPNetwork[] Networks =
    [
        .. ((string[])
        [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "2001:db8::/32", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        ]).Select(IPNetwork.Parse),
    ];

    /// <summary>The prefixes under which IPv6 addresses hold an IPv4 address: its place is what counts.</summary>
    static readonly (IPNetwork Network, int At)[] Embedding = [(IPNetwork.Parse("64:ff9b::/96"), 12), (IPNetwork.Parse("2002::/16"), 2), (IPNetwork.Parse("::/96"), 12)];

    public static bool Is(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (Networks.Any(network => network.Contains(address)))
            return true;
        foreach (var (network, at) in Embedding)
        {
            if (network.Contains(address))
                return Is(new IPAddress(address.GetAddressBytes().AsSpan(at, 4)));
        }

        return false;
    }
}
