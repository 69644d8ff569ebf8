using System.Net;
using System.Net.Sockets;
using Chat.Node.Settings;

namespace Chat.Node.Hosting;

/// <summary>Something that the node needs from its machine is not to be had; the message names the setting.</summary>
sealed class CannotStartException(string message) : Exception(message);

/// <summary>Looks at every port before anything is begun: what fails later would fail half way, and not name its setting.</summary>
static class PortCheck
{
    static readonly TimeSpan NamePatience = TimeSpan.FromSeconds(5);

    /// <exception cref="CannotStartException">A port cannot be listened on.</exception>
    public static async Task RunAsync(ChatSettings settings)
    {
        TryListen("Port", settings.Bind, "Bind", settings.Port);
        if (settings.TlsPort is { } tlsPort)
            TryListen("TlsPort", settings.Bind, "Bind", tlsPort);
        TryListen("HttpPort", settings.Bind, "Bind", settings.HttpPort);
        if (settings.Web.Port is { } webPort)
            TryListen("WebPort", settings.Bind, "Bind", webPort);
        if (settings.Web.TlsPort is { } webTlsPort)
            TryListen("WebTlsPort", settings.Bind, "Bind", webTlsPort);
        if (!settings.IsClustered)
            return;
        if (settings.IsClusterEverywhere)
            TryListen("Cluster:Port", settings.Bind, "Bind", settings.ClusterPort);
        else
            TryListen("Cluster:Port", await ResolveAsync(settings.ClusterHostname), "Cluster:Hostname", settings.ClusterPort);
    }

    static void TryListen(string key, IPAddress address, string addressKey, int port)
    {
        RefuseBroadcast(address, addressKey);
        var endpoint = new IPEndPoint(address, port);
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(endpoint);
            socket.Listen();
        }
        catch (SocketException e)
        {
            throw new CannotStartException(Describe(e.SocketErrorCode, key, addressKey, endpoint) ?? $"Chat:{key}: {endpoint} cannot be listened on: {e.Message}");
        }
    }

    /// <summary>
    /// A process may listen at a broadcast address of the machine's networks, and nobody can connect to it. A datagram socket is refused
    /// there until it asks for broadcasts, and sends nothing by being connected.
    /// </summary>
    static void RefuseBroadcast(IPAddress address, string addressKey)
    {
        if (address.AddressFamily != AddressFamily.InterNetwork || UnusableAddress.IsEverybodys(address))
            return;
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(new IPEndPoint(address, 9));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            throw new CannotStartException($"Chat:{addressKey}: {address} is a broadcast address: nobody can connect to it");
        }
        catch (SocketException)
        {
            // listening says better what is wrong with it
        }
    }

    static string? Describe(SocketError error, string key, string addressKey, IPEndPoint endpoint) => error switch
    {
        SocketError.AddressAlreadyInUse => $"Chat:{key}: {endpoint} is taken: another process listens there",
        SocketError.AccessDenied => $"Chat:{key}: {endpoint} may not be listened on: this user has no right to port {endpoint.Port}",
        SocketError.AddressNotAvailable => $"Chat:{addressKey}: {endpoint.Address} is no address of this machine",
        SocketError.AddressFamilyNotSupported => $"Chat:{addressKey}: {endpoint.Address} cannot be used: this machine has no {(endpoint.AddressFamily == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4")}",
        SocketError.InvalidArgument => $"Chat:{addressKey}: {endpoint.Address} cannot be listened at: expected is an address of this machine, with its interface behind a % where it is one of a link",
        _ => null,
    };

    static async Task<IPAddress> ResolveAsync(string hostname)
    {
        if (IPAddress.TryParse(hostname, out var known))
            return known;
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(hostname).WaitAsync(NamePatience);
            var found = addresses.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork) ?? addresses[0];
            return UnusableAddress.ReachesNobody(found.ToString()) ? throw new CannotStartException($"Chat:Cluster:Hostname: {hostname} is {found}, at which no other node reaches this one") : found;
        }
        catch (Exception e) when (e is SocketException or TimeoutException or ArgumentException or IndexOutOfRangeException)
        {
            throw new CannotStartException($"Chat:Cluster:Hostname: {hostname} has no address: {e.Message}");
        }
    }
}
