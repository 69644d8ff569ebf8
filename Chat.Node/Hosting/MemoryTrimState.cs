namespace Chat.Node.Hosting;

/// <summary>
/// When memory that the collector holds is worth giving back: once after the load has fallen, never while it lasts. The collector
/// decides by allocations alone; when those end, it keeps what the last burst (the logins after a restart, say) has left.
/// </summary>
sealed class MemoryTrimState
{
    /// <summary>So much has to have been allocated since the last time, or there is not enough to give back.</summary>
    public const long WorthBytes = 64L << 20;

    /// <summary>
    /// A larger heap is left alone: the pause grows with it, about 1 ms for each MB, and what could be given back is a part of it that
    /// shrinks.
    /// </summary>
    public const long LargestHeapBytes = 128L << 20;

    /// <summary>Quiet: so many times less than in the busiest interval since the last time.</summary>
    public const int Fall = 10;

    /// <summary>So many intervals in a row have to be quiet.</summary>
    public const int QuietIntervals = 2;

    long _allocated;
    long _allocatedAtTrim;
    long _busiest;
    int _quiet;

    /// <summary>One interval is over.</summary>
    /// <param name="allocated">Bytes allocated since the process started.</param>
    /// <param name="heap">Bytes of the heap after the last collection.</param>
    public bool IsDue(long allocated, long heap)
    {
        var interval = allocated - _allocated;
        _allocated = allocated;
        _busiest = Math.Max(_busiest, interval);
        _quiet = interval <= _busiest / Fall ? _quiet + 1 : 0;
        if (_quiet < QuietIntervals || allocated - _allocatedAtTrim < WorthBytes)
            return false;
        _busiest = 0;
        _quiet = 0;
        _allocatedAtTrim = allocated;
        return heap <= LargestHeapBytes;
    }
}
