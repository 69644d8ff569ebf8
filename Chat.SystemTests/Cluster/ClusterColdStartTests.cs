using System.Diagnostics;
using System.Globalization;
using Chat.Checker.Processes;
using Chat.Node.Settings;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Chat.SystemTests.Cluster;

/// <summary>
/// Three nodes that start at the same moment on an empty database, on a busy machine, with clocks that differ by hours: each becomes a member of the
/// one cluster. docs/OPERATIONS.md says how to have more than a few such starts.
/// </summary>
[Collection(NodeCollection.Name)]
public abstract class ClusterColdStartTests(ITestOutputHelper output)
{
    /// <summary>Only against hanging: a node that cannot join says so itself, and how long a start takes is a matter of the machine.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    static readonly int Starts = Read("COLD_STARTS", 2);

    /// <summary>Processes that do nothing but use a core.</summary>
    static readonly int Busy = Read("COLD_STARTS_BUSY", 4);

    /// <summary>Between the clocks of two nodes.</summary>
    static readonly int ClockSeconds = Read("COLD_STARTS_CLOCK", 3600);

    private protected abstract StorageProvider Provider { get; }

    public sealed class OnSqlite(ITestOutputHelper output) : ClusterColdStartTests(output)
    {
        private protected override StorageProvider Provider => StorageProvider.Sqlite;
    }

    public sealed class OnMariaDb(ITestOutputHelper output) : ClusterColdStartTests(output)
    {
        private protected override StorageProvider Provider => StorageProvider.MySql;
    }

    [Fact]
    public async Task Three_nodes_that_start_at_once_on_a_busy_machine_become_one_cluster()
    {
        // They end with this process, however it ends.
        var burn = $"while [ -d /proc/{Environment.ProcessId} ]; do :; done";
        var burners = Enumerable.Range(0, Busy).Select(_ => Process.Start(new ProcessStartInfo("sh", ["-c", burn]))!).ToList();
        try
        {
            var slowest = TimeSpan.Zero;
            for (var start = 0; start < Starts; start++)
            {
                var began = Stopwatch.GetTimestamp();
                await StartOnceAsync(start);
                slowest = TimeSpan.FromTicks(Math.Max(slowest.Ticks, Stopwatch.GetElapsedTime(began).Ticks));
            }

            output.WriteLine(
                $"{Starts} cold starts of three nodes ({Provider}, {Busy} busy processes, clocks {ClockSeconds} s apart): all became one cluster; the slowest took {slowest.TotalSeconds:0.0} s");
        }
        finally
        {
            burners.ForEach(burner => burner.Kill());
            burners.ForEach(burner => burner.Dispose());
        }
    }

    async Task StartOnceAsync(int start)
    {
        using var folder = new TestFolder(Provider);
        // Which of the three is ahead and which is behind changes, as which of them forms the cluster does.
        var nodes = Enumerable.Range(0, 3).Select(i => Launch(folder, ((i + start) % 3 - 1) * ClockSeconds)).ToList();
        try
        {
            var exits = nodes.ConvertAll(node => node.ExitCodeAsync());
            var allReady = Task.WhenAll(nodes.Select(node => node.Ready));
            await Task.WhenAny([allReady, Task.Delay(Patience), .. exits]);
            Assert.True(allReady.IsCompletedSuccessfully, $"start {start} of {Starts}:\n" + string.Join("\n---\n", nodes.Select(node => node.Output)));
            Assert.Single(nodes, node => node.Output.Contains("has formed a cluster", StringComparison.Ordinal));
            await nodes[0].EventuallyAsync(3L, "SELECT COUNT(*) FROM Node WHERE joined = 1 AND fenced = 0");
        }
        finally
        {
            await Task.WhenAll(nodes.Select(node => node.DisposeAsync().AsTask()));
        }
    }

    static NodeProcess Launch(TestFolder folder, int clockSeconds)
    {
        var port = FreePort.Next();
        return NodeProcess.Launch(
            new NodeLaunch(
                [$"--Chat:Port={port}", $"--Chat:HttpPort={FreePort.Next()}", $"--Chat:Cluster:Port={FreePort.Next()}", .. folder.Storage], folder.Path)
            {
                Clock = clockSeconds == 0 ? null : clockSeconds.ToString(CultureInfo.InvariantCulture),
            },
            port, folder);
    }

    static int Read(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
