using System.Net;
using Chat.Ctl;
using Chat.Node.Settings;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Dapper;
using Xunit;

namespace Chat.SystemTests.Cluster;

/// <summary><c>chatctl safe-to-stop</c> and <c>drain</c> where there are two nodes.</summary>
[Collection(NodeCollection.Name)]
public sealed class SafeToStopTests : IDisposable
{
    const string Key = "a-key-of-the-settings-that-is-long-enough";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly TestFolder _folder = new(StorageProvider.MySql);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task One_of_two_may_be_drained_and_the_other_one_may_not()
    {
        await using var cluster = await StartAsync();
        Assert.Equal((ExitCode.Done, "safe"), await RunAsync(cluster[0], "safe-to-stop"));
        Assert.Equal((ExitCode.Done, "the node is draining, and ends"), await RunAsync(cluster[0], "drain"));
        Assert.Equal(0, await cluster[0].ExitCodeAsync().WaitAsync(Patience));
        await Eventually.EqualAsync(ExitCode.NotSafe, async () => (await RunAsync(cluster[1], "drain")).Exit);
        Assert.Equal(HttpStatusCode.OK, await cluster[1].ReadinessAsync());
    }

    /// <summary>It is a member that is up and reachable until its clients are gone.</summary>
    [Fact]
    public async Task While_one_drains_the_other_one_is_not_safe_to_stop()
    {
        await using var cluster = await StartAsync();
        await using var alice = await cluster[0].LogInNewAsync("alice");
        await using (var other = await _folder.OpenForWritingAsync())
        {
            // A post without its answer keeps the node from ending at once.
            await using var transaction = await other.BeginTransactionAsync();
            await other.ExecuteAsync(
                $"INSERT INTO MessageLog (a, b, seq, sender, cmid, ts, node, body) VALUES ({alice.UserId}, {alice.UserId}, 1, {alice.UserId}, 'x', 1, 1, '')", transaction: transaction);
            var waiting = alice.SendToAsync(alice.UserId, "note", "c1");
            await cluster[1].EventuallyAsync(1L, "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE info LIKE '%INTO MessageLog%' AND id <> CONNECTION_ID()");
            await cluster[0].TerminateAsync();
            await Eventually.EqualAsync(HttpStatusCode.ServiceUnavailable, cluster[0].ReadinessAsync);
            var asked = await RunAsync(cluster[1], "safe-to-stop");
            await transaction.RollbackAsync();
            _ = waiting.ContinueWith(all => all.Exception, TaskScheduler.Default); // it may get no answer
            Assert.Equal(ExitCode.NotSafe, asked.Exit);
            Assert.Contains("no other node is up, reachable and ready", asked.Said, StringComparison.Ordinal); // on a slow machine it has left by now
        }

        Assert.Equal(0, await cluster[0].ExitCodeAsync().WaitAsync(Patience));
    }

    Task<ProcessCluster> StartAsync() => ProcessCluster.StartAsync(_folder, 2, $"--Chat:Api:Keys:0={Key}");

    async Task<(int Exit, string Said)> RunAsync(NodeProcess node, params string[] command)
    {
        var file = Path.Combine(_folder.Path, "key");
        await File.WriteAllTextAsync(file, Key);
        using var said = new StringWriter();
        var exit = await new CtlProgram(TextReader.Null, said, said).RunAsync([.. command, "--node", $"http://127.0.0.1:{node.HttpPort}", "--key-file", file]);
        return (exit, said.ToString().Trim());
    }
}
