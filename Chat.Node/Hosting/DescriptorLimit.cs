using System.Runtime.InteropServices;
using Chat.Node.Cluster;

namespace Chat.Node.Hosting;

/// <summary>
/// How many files, sockets and the like this process may have open (<c>ulimit -n</c>, <c>LimitNOFILE</c>). Linux only: elsewhere there is
/// none to be known.
/// </summary>
static class DescriptorLimit
{
    const int OpenFiles = 7; // RLIMIT_NOFILE of resource.h
    const int StandardError = 2;
    const short Writable = 4; // POLLOUT of poll.h
    const int MaxWaitMilliseconds = 2000;

    /// <summary>
    /// Takes what the hard limit gives. If that is too little for a node, says so on standard error. Has to come first, and may use nothing but
    /// the core library: with few descriptors nothing else can be loaded, not even the console.
    /// </summary>
    /// <returns>Whether it is enough.</returns>
    public static bool TryRaise()
    {
        if (Read() is not { } limits)
            return true;
        if (limits.Soft < limits.Hard && Set(OpenFiles, new Limits { Soft = limits.Hard, Hard = limits.Hard }) == 0)
            limits.Soft = limits.Hard;
        if (limits.Soft >= DescriptorBudget.Least)
            return true;
        Say("ChatActors cannot start: the limit of open files (ulimit -n, LimitNOFILE) is " + limits.Soft.ToString() + ": a node needs at least "
            + DescriptorBudget.Least.ToString() + ", and one more for each connection above " + DescriptorBudget.LeastConnections.ToString() + "\n");
        return false;
    }

    /// <param name="text">ASCII, and short: what a pipe has room for is written whole.</param>
    static void Say(string text)
    {
        var bytes = new byte[text.Length];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)text[i];
        var output = new Descriptor { Number = StandardError, Wanted = Writable };
        if (Poll(ref output, 1, MaxWaitMilliseconds) > 0 && (output.Found & Writable) != 0)
            _ = Write(StandardError, ref bytes[0], bytes.Length);
    }

    /// <summary>How many may be open; null if that is not known.</summary>
    public static long? Current => Read() is { } limits ? (long)Math.Min(limits.Soft, int.MaxValue) : null;

    /// <summary>How many are.</summary>
    public static int Open => Directory.Exists("/proc/self/fd") ? Directory.EnumerateFileSystemEntries("/proc/self/fd").Count() : 0;

    static Limits? Read()
    {
        try
        {
            return OperatingSystem.IsLinux() && Get(OpenFiles, out var limits) == 0 ? limits : null;
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            return null;
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    struct Limits
    {
        public ulong Soft;
        public ulong Hard;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct Descriptor
    {
        public int Number;
        public short Wanted;
        public short Found;
    }

    [DllImport("libc", EntryPoint = "getrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Get(int resource, out Limits limits);

    [DllImport("libc", EntryPoint = "setrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Set(int resource, in Limits limits);

    [DllImport("libc", EntryPoint = "poll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Poll(ref Descriptor descriptor, nuint count, int milliseconds);

    [DllImport("libc", EntryPoint = "write")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern nint Write(int descriptor, ref byte bytes, nint count);
}

/// <summary>Pure: how many of the process's descriptors clients may have.</summary>
static class DescriptorBudget
{
    /// <summary>With fewer the node does not start.</summary>
    public const int Least = 768;

    /// <summary>So many connections there is room for in any case.</summary>
    public const int LeastConnections = 64;

    /// <summary>Connections of the health port.</summary>
    public const int HttpConnections = 64;

    /// <summary>Connections that others have opened to the cluster's port.</summary>
    public const int ClusterConnections = GuardedTransport.MaxOpenSilent;

    /// <summary>
    /// What the node itself opens later: the above, connections to other nodes (64) and to a database (48), and files, of which programs
    /// that are loaded when they are needed for the first time are most (two descriptors each).
    /// </summary>
    public const int Reserve = HttpConnections + ClusterConnections + 64 + 48 + 128;

    /// <summary>Connections of clients that fit.</summary>
    /// <param name="wanted">The setting.</param>
    /// <param name="limit">Of the process; null if it is not known.</param>
    /// <param name="open">What is open before the first client.</param>
    public static int ConnectionsFor(int wanted, long? limit, int open) =>
        limit is null ? wanted : (int)Math.Min(wanted, Math.Max(LeastConnections, limit.Value - open - Reserve));
}
