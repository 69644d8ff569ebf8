namespace Chat.Node.Search;

/// <summary>
/// When a node indexes what it has written: at once, unless it is busy. A message costs the index about as much as its way through the node. So in a rush
/// messages go first, and the index follows when it is over, or after a while in larger pieces. Pure.
/// </summary>
sealed class IndexPace
{
    /// <summary>Messages in a round, from which a node is busy: 400 a second.</summary>
    const int Busy = 200;

    /// <summary>No message waits longer for the index.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    long _before;

    /// <summary>Once a round.</summary>
    /// <param name="written">What the node has written since its start.</param>
    /// <param name="oldest">When the oldest thing that waits was written, in milliseconds since 1970, UTC; null: nothing waits.</param>
    /// <param name="now">Milliseconds since 1970, UTC.</param>
    public bool IsDue(long written, long? oldest, long now)
    {
        var isBusy = written - _before > Busy;
        _before = written;
        return !isBusy || (oldest is { } since && Math.Abs(now - since) >= Longest.TotalMilliseconds);
    }
}
