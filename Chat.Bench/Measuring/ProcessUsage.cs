using System.Globalization;

namespace Chat.Bench.Measuring;

/// <summary>CPU time and resident memory of processes of this machine, from <c>/proc</c>; elsewhere there is none.</summary>
static class ProcessUsage
{
    /// <summary>The unit of <c>/proc/PID/stat</c>: USER_HZ, which is 100 on every Linux of today.</summary>
    const double TicksPerSecond = 100;

    public static bool IsAvailable { get; } = File.Exists("/proc/self/stat");

    /// <summary>User and system time so far, children that are still there not included; null if there is no such process.</summary>
    public static double? CpuSeconds(int pid)
    {
        if (TryRead($"/proc/{pid}/stat") is not { } stat)
            return null;
        // The name of the program stands in brackets and may contain anything.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (Number(fields[11]) + Number(fields[12])) / TicksPerSecond;
    }

    /// <summary>In bytes; null if there is no such process.</summary>
    public static long? ResidentBytes(int pid)
    {
        var line = TryRead($"/proc/{pid}/status")?.Split('\n').FirstOrDefault(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return line is null ? null : Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
    }

    /// <summary>How long the calling thread ran, and how long it was ready but had no core, in seconds.</summary>
    public static (double Ran, double Waited)? OfThisThread()
    {
        if (TryRead("/proc/thread-self/schedstat") is not { } text)
            return null;
        var fields = text.Split(' ');
        return (Number(fields[0]) / 1e9, Number(fields[1]) / 1e9);
    }

    static long Number(string text) => long.Parse(text.AsSpan().Trim(), NumberStyles.Integer, CultureInfo.InvariantCulture);

    static string? TryRead(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
