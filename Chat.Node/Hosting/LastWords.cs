using System.Diagnostics;
using Chat.Node.Telemetry;

namespace Chat.Node.Hosting;

/// <summary>What the process says on standard error when it ends. Nobody has to read it: a full pipe holds the end up for a moment only.</summary>
static class LastWords
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The runtime prints a failure that nobody caught before it aborts, and may write a dump.</summary>
    static readonly TimeSpan AbortPatience = TimeSpan.FromSeconds(30);

    static Timer? _abort;

    /// <summary>A process that fails and cannot say so ends all the same.</summary>
    public static void EndWhateverHappens() => AppDomain.CurrentDomain.UnhandledException += (_, _) =>
        _abort = new Timer(_ => Process.GetCurrentProcess().Kill(), null, AbortPatience, Timeout.InfiniteTimeSpan);

    public static async Task SayAsync(string text)
    {
        // A thread of its own, in the background: the write may never end.
        var writing = Task.Factory.StartNew(
            () => Console.Error.WriteLine(LogText.OneLine(text)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await writing.WaitAsync(Patience);
        }
        catch (Exception e) when (e is TimeoutException or IOException or UnauthorizedAccessException)
        {
            // nobody listens
        }
    }
}
