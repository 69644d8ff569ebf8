namespace Chat.Node.Storage;

/// <summary>How far the clocks of the nodes at work are behind this node's, and which start was the last one. Safe to use from any thread.</summary>
sealed class NodeTimes
{
    long _newestStart;
    long _behind;

    /// <summary>The number of the last start that this node knows of.</summary>
    public long NewestStart => Volatile.Read(ref _newestStart);

    /// <summary>The time of the slowest clock, in milliseconds since 1970.</summary>
    /// <param name="now">By this node's clock.</param>
    public long SlowestAt(long now) => now - Volatile.Read(ref _behind);

    /// <summary>A node has started.</summary>
    public void Note(long started)
    {
        for (var known = NewestStart; started > known; known = NewestStart)
            Interlocked.CompareExchange(ref _newestStart, started, known);
    }

    /// <summary>Other nodes were looked at. A sign of life is some time old, so a clock counts as slower than it is by as much.</summary>
    /// <param name="others">All that have something to do.</param>
    /// <param name="isAtWork">Those that may write.</param>
    /// <param name="now">By this node's clock.</param>
    public void Look(IReadOnlyCollection<NodeRow> others, Func<NodeRow, bool> isAtWork, long now)
    {
        foreach (var row in others)
            Note(StoredNumbers.OrZero(row.Started));
        Volatile.Write(ref _behind, others.Where(row => row.Heartbeat > 0 && isAtWork(row)).Select(row => now - row.Heartbeat).Append(0).Max());
    }
}
