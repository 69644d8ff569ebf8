using Akka.Actor;
using Chat.Node.Storage;
using Chat.Node.Users;

namespace Chat.Node.Cluster;

/// <summary>Which start of which node is behind an actor. Kept up to date by <see cref="PeerMonitor"/>. Safe to use from any thread.</summary>
sealed class NodeDirectory(NodeIdentity self) : INodeDirectory
{
    volatile Dictionary<string, long> _incarnations = [];

    /// <summary>The rows of the other members of the cluster.</summary>
    public void Update(IEnumerable<NodeRow> members) =>
        _incarnations = members.Where(row => !row.Fenced)
            .GroupBy(row => row.Address).ToDictionary(rows => rows.Key, rows => rows.Last().Incarnation);

    public long IncarnationOf(IActorRef actor)
    {
        var address = actor.Path.Address;
        return address.HasLocalScope ? self.Incarnation : _incarnations.GetValueOrDefault(NodeAddress.TextOf(address), self.Incarnation);
    }

    public bool IsAlive(long incarnation) => incarnation == self.Incarnation || _incarnations.ContainsValue(incarnation);
}
