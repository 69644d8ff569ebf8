namespace Chat.Node.Cluster;

/// <summary>
/// The time before which everything that this node logged is confirmed. No unfinished message is before it, and no message that is being given its time
/// in this moment. So it stays behind the clock for the time that a message may need from its time stamp to its place among the unfinished. The steady
/// clock measures this distance: setting the time of day forward does not take it away. Pure.
/// </summary>
sealed class ConfirmedMark
{
    /// <summary>Far more than any pause in one process.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    readonly Queue<(long Steady, long Time)> _readings = new();
    long? _time;

    /// <param name="steady">Milliseconds of a steady clock.</param>
    /// <param name="now">Milliseconds since 1970.</param>
    /// <param name="oldestUnfinished">Time of the oldest message that is not confirmed.</param>
    public long Next(long steady, long now, long oldestUnfinished)
    {
        _time ??= now - (long)Margin.TotalMilliseconds;
        _readings.Enqueue((steady, now));
        while (_readings.TryPeek(out var oldest) && steady - oldest.Steady >= Margin.TotalMilliseconds)
            _time = _readings.Dequeue().Time;
        return Math.Min(oldestUnfinished, Math.Min(_time.Value, now));
    }
}
