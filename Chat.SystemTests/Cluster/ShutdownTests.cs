using Chat.Node.Settings;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Dapper;
using Xunit;

namespace Chat.SystemTests.Cluster;

/// <summary>Nodes that are told to end at moments that do not suit.</summary>
[Collection(NodeCollection.Name)]
public sealed class ShutdownTests : IDisposable
{
    const int RemovedExitCode = 4;

    /// <summary>A node that nobody listens to any more says goodbye for 10 s.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly TestFolder _folder = new(StorageProvider.MySql);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_node_that_is_told_to_end_while_it_joins_ends_and_holds_nobody_up(bool isAnswered)
    {
        await using var cluster = await ProcessCluster.StartAsync(_folder, 1);
        await using var alice = await cluster[0].LogInNewAsync("alice");
        if (!isAnswered)
            await cluster[0].SignalAsync("STOP"); // for less than its lease
        await using var joining = NodeProcess.Launch(_folder, settings: "--Chat:Cluster:Port=0");
        await cluster[0].EventuallyAsync(2L, "SELECT COUNT(*) FROM Node WHERE address <> ''");
        await joining.TerminateAsync();
        if (!isAnswered)
            await cluster[0].SignalAsync("CONT");

        Assert.Equal(0, await joining.ExitCodeAsync().WaitAsync(Patience));
        Assert.Equal(0, (await alice.SendToAsync(alice.UserId, "note", "c1")).Number("errno"));
        await using var next = await NodeProcess.StartAsync(_folder, null, "--Chat:Cluster:Port=0"); // all members have to agree to it
        await using var bob = await next.LogInNewAsync("bob");
        Assert.Equal(0, (await bob.SendToAsync(alice.UserId, "hello", "c2")).Number("errno"));
        Assert.Equal(2L, await cluster.ScalarAsync<long>("SELECT COUNT(*) FROM Node WHERE finished = 0"));
    }

    [Fact]
    public async Task A_node_that_is_given_up_while_it_drains_ends_when_it_wakes_and_what_it_accepted_is_there()
    {
        await using var cluster = await ProcessCluster.StartAsync(_folder, 3);
        await using var alice = await cluster[1].LogInNewAsync("alice");
        await using var bob = await cluster[0].LogInNewAsync("bob");
        for (var i = 1; i <= 10; i++)
            Assert.Equal(0, (await alice.SendToAsync(bob.UserId, $"m{i}", $"c{i}")).Number("errno"));
        await using (var other = await _folder.OpenForWritingAsync())
        {
            // A post without its answer keeps the node from ending at once.
            await using var transaction = await other.BeginTransactionAsync();
            await other.ExecuteAsync(
                $"INSERT INTO MessageLog (a, b, seq, sender, cmid, ts, node, body) VALUES ({alice.UserId}, {bob.UserId}, 11, {alice.UserId}, 'x', 1, 1, '')", transaction: transaction);
            var waiting = alice.SendToAsync(bob.UserId, "m11", "c11");
            // Not INNODB_TRX: it is read anew only when nobody has looked for 100 ms, so who asks more often sees the first answer for ever.
            await cluster[0].EventuallyAsync(1L, "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE info LIKE '%INTO MessageLog%' AND id <> CONNECTION_ID()");
            await cluster[1].TerminateAsync();
            await Eventually.EqualAsync(System.Net.HttpStatusCode.ServiceUnavailable, cluster[1].ReadinessAsync);
            await cluster[1].SignalAsync("STOP");
            await cluster[0].EventuallyAsync(1L, "SELECT COUNT(*) FROM Node WHERE fenced = 1");
            await transaction.RollbackAsync();
            await cluster[1].SignalAsync("CONT");
            _ = waiting.ContinueWith(all => all.Exception, TaskScheduler.Default); // it may get no answer
        }

        Assert.Contains(await cluster[1].ExitCodeAsync().WaitAsync(Patience), (int[])[0, RemovedExitCode]);

        await using var back = await cluster[2].ConnectAsync();
        await back.LogInAsync(new { msgid = 1, token = alice.Token });
        // While its conversation moves to another node, or that row is still locked, it may be told to try again.
        Assert.Equal(11, await CrashTests.SendUntilAcceptedAsync(back, bob.UserId, "m11", "c11"));
        await cluster[0].EventuallyAsync(
            string.Join(' ', Enumerable.Range(1, 11).Select(i => $"{i}:c{i}")),
            $"SELECT GROUP_CONCAT(CONCAT(seq, ':', CONVERT(cmid USING utf8mb4)) ORDER BY seq SEPARATOR ' ') FROM MessageLog WHERE b = {bob.UserId} OR a = {bob.UserId}");
        Assert.Equal(2L, await cluster.ScalarAsync<long>("SELECT COUNT(*) FROM Node WHERE fenced = 0 AND finished = 0"));
    }
}
