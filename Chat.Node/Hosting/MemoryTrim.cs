using System.Diagnostics;
using System.Runtime.InteropServices;
using Chat.Node.Telemetry;

namespace Chat.Node.Hosting;

/// <summary>Gives memory back after the load has fallen (<see cref="MemoryTrimState"/>), at the price of one pause.</summary>
sealed class MemoryTrim(TimeProvider clock, ILogger<MemoryTrim> logger) : BackgroundService
{
    readonly MemoryTrimState _state = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(MemoryTrimState.Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                _state.TrimWhenDue(GC.GetTotalAllocatedBytes(), GC.GetGCMemoryInfo().HeapSizeBytes, Trim);
        }
        catch (OperationCanceledException)
        {
            // the host is stopping
        }
    }

    TimeSpan Trim()
    {
        var before = Environment.WorkingSet;
        var start = Stopwatch.GetTimestamp();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true); // others keep most: docs/measurements/what-did-not-help.md
        TrimNative();
        var pause = Stopwatch.GetElapsedTime(start);
        Log.MemoryTrimmed(logger, (before - Environment.WorkingSet) >> 20, pause.TotalMilliseconds);
        return pause;
    }

    /// <summary>What the just-in-time compiler and SQLite have freed, and the C library keeps.</summary>
    static void TrimNative()
    {
        try
        {
            if (OperatingSystem.IsLinux())
                _ = MallocTrim(0);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // another C library, such as musl: it keeps nothing
        }
    }

    [DllImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int MallocTrim(nuint pad);
}
