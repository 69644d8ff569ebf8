using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Akka.Cluster;
using Akka.Event;

namespace Chat.Node.Cluster;

/// <summary>The members that this node knows to be dead. The cluster takes them for unreachable at once, and not after a pause. Safe to use from any thread.</summary>
sealed class GonePeers
{
    static readonly ConditionalWeakTable<EventStream, GonePeers> Known = [];

    ImmutableHashSet<UniqueAddress> _members = [];

    /// <summary>Those of an actor system: Akka gives a failure detector nothing else to know its system by.</summary>
    public static GonePeers Of(EventStream events) => Known.GetValue(events, _ => new GonePeers());

    public void Add(UniqueAddress member) => ImmutableInterlocked.Update(ref _members, known => known.Add(member));

    /// <summary>Forgets all others: a later start may have the address of one that has been removed.</summary>
    public void Keep(IEnumerable<UniqueAddress> members) => ImmutableInterlocked.Update(ref _members, known => known.Intersect(members));

    /// <param name="address">Of the start that the cluster knows there: a later one is let in only when the dead one has been removed.</param>
    public bool Contains(string address)
    {
        foreach (var member in _members)
        {
            if (member.Address.ToString() == address)
                return true;
        }

        return false;
    }
}
