namespace Chat.Node.Cluster;

/// <summary>
/// The time before which all that this node logged is confirmed: what is unfinished is not before it, and neither is what is being given its time in this
/// moment. So it stays behind the clock by as much as a message may need between its time and its place among the unfinished, by the steady clock: a
/// clock of day that is put forward does not take this distance away. Pure.
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
