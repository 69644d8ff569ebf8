using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Chat.Bench.Workloads;

namespace Chat.Bench.Storms;

/// <summary>
/// Something that goes on beside chatting pairs. Its threads give way to the pairs' and, on the same machine, to the node's: what is measured is the
/// node under attack, not who gets the core.
/// </summary>
abstract partial class Storm : IDisposable
{
    const int Nice = 15;

    readonly ConcurrentDictionary<string, long> _seen = new(StringComparer.Ordinal);
    readonly List<Thread> _threads = [];
    readonly CancellationTokenSource _over = new();

    public abstract string Name { get; }

    /// <summary>In words, with its numbers.</summary>
    public abstract string What { get; }

    /// <summary>What it was answered, and how often.</summary>
    public IReadOnlyDictionary<string, long> Seen => _seen;

    protected CancellationToken Over => _over.Token;

    /// <summary>Before the pairs are measured without it: accounts, and what else is no part of the storm.</summary>
    public virtual void Prepare()
    {
        // most need nothing
    }

    public abstract void Start();

    /// <summary>Ends when all of it has ended.</summary>
    public virtual void Stop()
    {
        _over.Cancel();
        foreach (var thread in _threads)
            thread.Join();
    }

    public void Dispose()
    {
        Stop();
        Clean();
        _over.Dispose();
        GC.SuppressFinalize(this);
    }

    protected virtual void Clean()
    {
        // most leave nothing
    }

    protected void Count(string what, long count = 1) => _seen.AddOrUpdate(what, count, (_, before) => before + count);

    /// <summary>A thread that gives way. What it throws because the server has ended a connection is counted: it may do that.</summary>
    protected void Run(Action action)
    {
        var thread = new Thread(() =>
        {
            if (OperatingSystem.IsLinux())
                _ = SetPriority(0, 0, Nice);
            while (!Over.IsCancellationRequested)
            {
                try
                {
                    action();
                }
                catch (BenchException)
                {
                    Count("ended by the server");
                    Over.WaitHandle.WaitOne(100);
                }
            }
        })
        { IsBackground = true, Name = $"storm {Name}" };
        _threads.Add(thread);
        thread.Start();
    }

    /// <summary>On Linux of the calling thread alone.</summary>
    [LibraryImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetPriority(int which, int who, int nice);
}
