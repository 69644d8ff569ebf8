using System.Diagnostics;
using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;

namespace Chat.Checker.Faults;

/// <summary>
/// A full blocking collection of another process, made from outside: the runtime does it when a tracing session asks for a
/// description of the heap, and walks over every object while all its threads stand still.
/// </summary>
sealed record ForcedCollection(TimeSpan Elapsed, long WalkedBytes)
{
    const string Runtime = "Microsoft-Windows-DotNETRuntime";

    /// <summary>GC, GCHeapDump, GCHeapCollect: https://learn.microsoft.com/dotnet/framework/performance/clr-etw-keywords-and-levels</summary>
    const long Keywords = 0x1 | 0x10_0000 | 0x80_0000;

    /// <summary>A node at rest has far more; a session in which nothing was walked has only its own header.</summary>
    const long LeastBytes = 200_000;

    /// <summary>Longer than the pause itself: the session begins and ends in this time too.</summary>
    /// <exception cref="InvalidOperationException">It has not collected.</exception>
    public static async Task<ForcedCollection> RunAsync(int processId, TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience);
        var client = new DiagnosticsClient(processId);
        var clock = Stopwatch.StartNew();
        using var session = await client.StartEventPipeSessionAsync(
            [new EventPipeProvider(Runtime, EventLevel.Informational, Keywords)], requestRundown: false, circularBufferMB: 1024, deadline.Token);
        var walked = CountAsync(session.EventStream, deadline.Token);
        await session.StopAsync(deadline.Token);
        var bytes = await walked;
        return bytes >= LeastBytes
            ? new ForcedCollection(clock.Elapsed, bytes)
            : throw new InvalidOperationException($"process {processId} described its heap in {bytes} bytes: it did not collect");
    }

    static async Task<long> CountAsync(Stream stream, CancellationToken cancellation)
    {
        var buffer = new byte[64 * 1024];
        var total = 0L;
        while (await stream.ReadAsync(buffer, cancellation) is var count and > 0)
            total += count;
        return total;
    }
}
