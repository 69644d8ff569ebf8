using Chat.Node.Storage;

namespace Chat.Node.Cluster;

/// <summary>
/// Measures by this node's own clock how long other nodes have given no sign of life. A row counts as silent from the moment at
/// which this node first saw it unchanged. Clocks are never compared. Time in which the database could not be read
/// counts for nobody. Pure.
/// </summary>
sealed class PeerWatch
{
    /// <summary>After a longer pause between two looks all that was seen before means nothing.</summary>
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    readonly Dictionary<long, (long Heartbeat, long Since)> _seen = [];
    readonly HashSet<long> _beating = [];
    long _lastLook = long.MinValue;

    /// <param name="rows">All other nodes, as they were just read.</param>
    /// <param name="now">Milliseconds of a steady clock.</param>
    public void Look(IReadOnlyCollection<NodeRow> rows, long now)
    {
        if (_lastLook != long.MinValue && now - _lastLook > LongestPause.TotalMilliseconds)
            _seen.Clear();
        _lastLook = now;
        foreach (var row in rows)
        {
            var isKnown = _seen.TryGetValue(row.Incarnation, out var seen);
            if (isKnown && seen.Heartbeat == row.Heartbeat)
                continue;
            _seen[row.Incarnation] = (row.Heartbeat, now);
            if (isKnown)
                _beating.Add(row.Incarnation);
        }

        foreach (var gone in _seen.Keys.Except(rows.Select(row => row.Incarnation)).ToList())
            _seen.Remove(gone);
    }

    /// <summary>Whether a node outside every cluster may write: not declared dead, and silent for less than its lease.</summary>
    public bool IsAtWork(NodeRow row) => !row.Fenced && SilenceOf(row.Incarnation) < PeerVerdict.LeaseIsOver;

    /// <summary>Whether a node has given a sign of life while this one watched: a row alone may be of one that is long dead.</summary>
    public bool HasBeaten(long incarnation) => _beating.Contains(incarnation);

    /// <summary>How long a node has been silent at the last look.</summary>
    public TimeSpan SilenceOf(long incarnation) =>
        _seen.TryGetValue(incarnation, out var seen) ? TimeSpan.FromMilliseconds(_lastLook - seen.Since) : TimeSpan.Zero;
}
