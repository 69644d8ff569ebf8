using Akka.Actor;
using Chat.Node.Storage;

namespace Chat.Node.Cluster;

/// <summary>Which start of which node is behind an actor. Kept up to date by <see cref="PeerMonitor"/>. Safe to use from any thread.</summary>
sealed class NodeDirectory(NodeIdentity self)
{
    volatile Dictionary<string, long> _incarnations = [];

    public void Update(IEnumerable<NodeRow> others) =>
        _incarnations = others.Where(row => row is { Joined: true, Fenced: false, Address.Length: > 0 })
            .GroupBy(row => row.Address).ToDictionary(rows => rows.Key, rows => rows.Last().Incarnation);

    /// <summary>The incarnation of an actor's node; our own for one that is here, or whose node is not known yet.</summary>
    public long IncarnationOf(IActorRef actor)
    {
        var address = actor.Path.Address;
        return address.HasLocalScope ? self.Incarnation : _incarnations.GetValueOrDefault(NodeAddress.TextOf(address), self.Incarnation);
    }
}
