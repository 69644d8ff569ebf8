using Chat.Node.Storage;

namespace Chat.Node.Cluster;

/// <summary>When a silent node is dead. Pure.</summary>
static class PeerVerdict
{
    /// <summary>Nobody is asked about a node that was silent for less: it gives a sign of life every half second.</summary>
    public static readonly TimeSpan WorthAsking = TimeSpan.FromMilliseconds(1500);

    /// <summary>So long after the first knock at the port of a node whose connection has ended comes the second.</summary>
    public static readonly TimeSpan SecondKnock = TimeSpan.FromMilliseconds(50);

    /// <summary>Longer than <see cref="Storage.NodeLease.Length"/>: it does not write any more, and the clocks may differ a little.</summary>
    public static readonly TimeSpan LeaseIsOver = TimeSpan.FromMilliseconds(5750);

    /// <summary>Without the database for so long, while others have it, a node is of no use to those whose actors it keeps.</summary>
    public static readonly TimeSpan Useless = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Another start at the same address gives signs of life, and this one does not. Only one process can hold the port, so this one is gone.
    /// </summary>
    public static bool IsSuperseded(NodeRow row, IEnumerable<NodeRow> all, PeerWatch watch) =>
        row.Address.Length > 0 && watch.SilenceOf(row.Incarnation) >= WorthAsking
        && all.Any(other => other.Address == row.Address && !other.Fenced && watch.SilenceOf(other.Incarnation) < WorthAsking);

    /// <param name="silence">How long the database has had no sign of its life.</param>
    /// <param name="answer">What its cluster port says.</param>
    /// <param name="isReachable">Whether the cluster still hears from it; false where nothing is known of that.</param>
    /// <param name="canWrite">Whether the asking node itself reaches the database.</param>
    public static bool IsDead(TimeSpan silence, PeerAnswer answer, bool isReachable, bool canWrite) => answer switch
    {
        PeerAnswer.Superseded => true,
        PeerAnswer.Refused => silence >= WorthAsking,
        _ => silence >= (isReachable ? Useless : LeaseIsOver) && (canWrite || !isReachable),
    };
}
