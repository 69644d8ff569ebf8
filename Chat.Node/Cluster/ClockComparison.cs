using Chat.Node.Storage;

namespace Chat.Node.Cluster;

/// <summary>Whose clock differs by much from this node's: one of the two is wrong, and only people know which. Said once of each start. Pure.</summary>
sealed class ClockComparison
{
    /// <summary>Far more than a sign of life takes from the clock to here.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(30);

    readonly HashSet<long> _told = [];

    /// <param name="fresh">Nodes whose sign of life has just come.</param>
    /// <param name="now">By this node's clock, in milliseconds since 1970.</param>
    /// <returns>Who is news, and by how much it is ahead.</returns>
    public List<(string Address, TimeSpan Ahead)> Compare(IEnumerable<NodeRow> fresh, long now) => fresh
        .Select(row => (Row: row, Ahead: TimeSpan.FromMilliseconds((double)row.Heartbeat - now)))
        .Where(each => each.Ahead.Duration() > Tolerance && _told.Add(each.Row.Incarnation))
        .Select(each => (each.Row.Address, each.Ahead)).ToList();
}
