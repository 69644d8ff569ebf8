using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;

namespace Chat.Node.Cluster;

/// <summary>Which start of which node is behind an actor. Kept up to date by <see cref="PeerMonitor"/>. Safe to use from any thread.</summary>
sealed class NodeDirectory(NodeIdentity self) : INodeDirectory
{
    volatile Dictionary<string, long> _incarnations = [];
    volatile HashSet<long> _unclustered = [];

    public IReadOnlySet<long> UnclusteredNodes => _unclustered;

    /// <summary>The members of the cluster that live, this node among them.</summary>
    public int Members => _incarnations.Count + 1;

    /// <summary>The rows of the other members of the cluster.</summary>
    public void Update(IEnumerable<NodeRow> members) =>
        _incarnations = members.Where(row => !row.Fenced)
            .GroupBy(row => row.Address).ToDictionary(rows => rows.Key, rows => rows.Last().Incarnation);

    /// <summary>The living nodes that are in no cluster with this one.</summary>
    public void UpdateUnclustered(IEnumerable<long> incarnations) => _unclustered = [.. incarnations];

    /// <summary>The address of a living node of the cluster; null for this node and for an unknown one.</summary>
    public string? AddressOf(long incarnation) => _incarnations.FirstOrDefault(known => known.Value == incarnation).Key;

    public long IncarnationOf(IActorRef actor)
    {
        var address = actor.Path.Address;
        return address.HasLocalScope ? self.Incarnation : _incarnations.GetValueOrDefault(MemberAddress.TextOf(address), self.Incarnation);
    }

    public bool IsAlive(long incarnation) => incarnation == self.Incarnation || _incarnations.ContainsValue(incarnation);
}
