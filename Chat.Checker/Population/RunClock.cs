using System.Diagnostics;

namespace Chat.Checker.Population;

/// <summary>Milliseconds since the start of a run, and the time of day as the nodes' logs print it.</summary>
sealed class RunClock
{
    readonly Stopwatch _watch = Stopwatch.StartNew();
    readonly DateTime _start = DateTime.UtcNow;

    public long Now => _watch.ElapsedMilliseconds;

    public string TimeOfDay(long at) => (_start + TimeSpan.FromMilliseconds(at)).ToString("HH:mm:ss.fff");
}
