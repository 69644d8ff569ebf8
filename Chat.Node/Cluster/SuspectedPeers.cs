using System.Threading.Channels;
using Akka.Actor;

namespace Chat.Node.Cluster;

/// <summary>Addresses of members that a connection to has ended: perhaps their process has. Safe to use from any thread.</summary>
sealed class SuspectedPeers
{
    /// <summary>More is not kept: Akka tries to connect again every second, and fails again.</summary>
    public const int MaxWaiting = 64;

    readonly Channel<Address> _addresses = Channel.CreateBounded<Address>(new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropWrite });

    public int Waiting => _addresses.Reader.Count;

    public void Add(Address address) => _addresses.Writer.TryWrite(address);

    public IAsyncEnumerable<Address> ReadAllAsync(CancellationToken cancellationToken) => _addresses.Reader.ReadAllAsync(cancellationToken);
}
