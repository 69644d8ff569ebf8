using System.Diagnostics;
using System.Runtime.InteropServices;
using Chat.Node.Telemetry;

namespace Chat.Node.Hosting;

/// <summary>Gives memory back after the load has fallen (<see cref="MemoryTrimState"/>), at the price of one pause.</summary>
sealed class MemoryTrim(TimeProvider clock, ILogger<MemoryTrim> logger) : BackgroundService
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    readonly MemoryTrimState _state = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (_state.IsDue(GC.GetTotalAllocatedBytes(), GC.GetGCMemoryInfo().HeapSizeBytes))
                    Trim();
            }
        }
        catch (OperationCanceledException)
        {
            // the host is stopping
        }
    }

    void Trim()
    {
        var before = Environment.WorkingSet;
        var start = Stopwatch.GetTimestamp();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true); // the only mode that gives all back
        TrimNative();
        Log.MemoryTrimmed(logger, (before - Environment.WorkingSet) >> 20, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    /// <summary>What the just-in-time compiler and SQLite have freed: a third of it all.</summary>
    static void TrimNative()
    {
        try
        {
            if (OperatingSystem.IsLinux())
                _ = MallocTrim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // a C library that keeps nothing back, such as musl
        }
    }

    [DllImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int MallocTrim(nuint pad);
}
