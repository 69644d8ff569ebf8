namespace Chat.Node.Hosting;

/// <summary>
/// When memory that is held and not used is worth giving back: after the load has fallen. The collector decides by allocations alone;
/// when those end, it keeps what the last burst (the logins after a restart, say) has left.
/// </summary>
sealed class MemoryTrimState
{
    /// <summary>How often to ask.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

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

    /// <summary>Of the time, at most one part in so many is spent in pauses, whatever comes in bursts.</summary>
    public const int MaxPauses = 100;

    long? _allocated;
    long _allocatedAtTrim;
    long _busiest;
    int _quiet;
    int _resting;

    /// <summary>One interval is over.</summary>
    /// <param name="allocated">Bytes allocated since the process started.</param>
    /// <param name="heap">Bytes of the heap after the last collection.</param>
    /// <param name="trim">Gives back what there is; returns how long everything stood still.</param>
    public void TrimWhenDue(long allocated, long heap, Func<TimeSpan> trim)
    {
        if (_allocated is not { } before)
        {
            _allocated = _allocatedAtTrim = allocated; // what a start allocates is no load
            return;
        }

        var interval = allocated - before;
        _allocated = allocated;
        _busiest = Math.Max(_busiest, interval);
        _quiet = interval <= _busiest / Fall ? _quiet + 1 : 0;
        if (_resting > 0)
            _resting--;
        if (_resting > 0 || _quiet < QuietIntervals || allocated - _allocatedAtTrim < WorthBytes || heap > LargestHeapBytes)
            return;
        _resting = (int)Math.Ceiling(trim() * MaxPauses / Interval);
        _allocatedAtTrim = allocated;
        _busiest = 0;
        _quiet = 0;
    }
}
