using System.Runtime.InteropServices;

namespace Chat.Node.Hosting;

/// <summary>How the kernel schedules this process's threads.</summary>
static class ProcessScheduling
{
    const int Batch = 3; // SCHED_BATCH of sched.h

    /// <summary>
    /// A thread that wakes up does not push another one off its core: the thread that waits for sockets finds many events at once,
    /// instead of interrupting the workers for each. Needs no rights; where it is not allowed or not Linux, nothing changes.
    /// </summary>
    /// <remarks>
    /// Has to come first: threads take it over from the one that makes them, and what they once knew of their policy is set again by the
    /// C library. So the settings are looked at here for this one switch; what is wrong with it is said later.
    /// </remarks>
    public static void Apply(string[] args)
    {
        if (OperatingSystem.IsLinux() && IsWanted(args))
            _ = SetScheduler(0, Batch, new Parameters());
    }

    static bool IsWanted(string[] args)
    {
        try
        {
            var settings = new ConfigurationBuilder().SetBasePath(AppContext.BaseDirectory)
                .AddJsonFile("appsettings.json", optional: true).AddEnvironmentVariables().AddCommandLine(args).Build();
            return !bool.TryParse(settings["Chat:BatchScheduling"], out var isBatch) || isBatch;
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or IOException or UnauthorizedAccessException)
        {
            return false; // the node will not start
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    readonly struct Parameters
    {
        readonly int _priority;
    }

    [DllImport("libc", EntryPoint = "sched_setscheduler")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int SetScheduler(int thread, int policy, in Parameters parameters);
}
