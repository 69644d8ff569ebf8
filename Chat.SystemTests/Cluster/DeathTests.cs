using System.Net;
using Chat.Node.Faults;
using Chat.Node.Settings;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Dapper;
using Xunit;

namespace Chat.SystemTests.Cluster;

/// <summary>Nodes that die, freeze and come back, as processes of their own.</summary>
[Collection(NodeCollection.Name)]
public abstract class DeathTests : IDisposable
{
    const int RemovedExitCode = 4;

    /// <summary>Longer than others wait for a node that may be frozen only.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    readonly TestFolder _folder;

    private protected DeathTests(StorageProvider provider) => _folder = new TestFolder(provider);

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    public sealed class OnSqlite() : DeathTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : DeathTests(StorageProvider.MySql);

    [Fact]
    public async Task The_users_of_a_killed_node_go_on_at_the_others_and_are_offline_until_they_do()
    {
        await using var cluster = await ProcessCluster.StartAsync(_folder, 3);
        await using var alice = await cluster[0].LogInNewAsync("alice");
        await using var bob = await cluster[1].LogInNewAsync("bob");
        var old = await Recipient.RegisterAsync(cluster[1], isModern: false, "old");
        Assert.Equal(0, (await alice.SendToAsync(bob.UserId, "before", "c1")).Number("errno"));
        Assert.Equal("before", (await bob.NextAsync()).Text("msg"));

        await cluster[1].KillAsync();

        Assert.Equal(2, await SendAsync(alice, bob.UserId, "c2"));
        Assert.Equal(1, await SendAsync(alice, old.Id, "o1"));
        await cluster[0].EventuallyAsync(0L, $"SELECT COUNT(*) FROM Users WHERE id IN ({bob.UserId}, {old.Id}) AND state = 'online'");
        await using (var back = await cluster[2].ConnectAsync())
        {
            await back.LogInAsync(new { msgid = 1, token = bob.Token });
            Assert.Equal((2L, "c2"), NumberAndCmid(await NextPushAsync(back, 2)));
            Assert.Equal(3, await SendAsync(alice, bob.UserId, "c3"));
            Assert.Equal((3L, "c3"), NumberAndCmid(await NextPushAsync(back, 3)));
        }

        await old.ConnectionLostAsync();
        await old.LogInAsync(cluster[2]);
        await old.HasReceivedAsync("o1");
        await cluster[0].EventuallyAsync(0L, "SELECT COUNT(*) FROM Node WHERE fenced = 1 AND finished = 0");
        await old.LeaveAsync(cluster[2]);
    }

    [Fact]
    public async Task A_killed_node_is_dead_when_its_connections_end()
    {
        await using var cluster = await ProcessCluster.StartAsync(_folder, 3);
        await cluster[1].KillAsync();
        await Eventually.TrueAsync(() => new[] { cluster[0], cluster[2] }.Any(node => node.Output.Contains("is dead: its connections have ended", StringComparison.Ordinal)));
        Assert.Equal(1L, await cluster.ScalarAsync<long>("SELECT COUNT(*) FROM Node WHERE fenced = 1"));
    }

    [Fact]
    public async Task What_a_killed_node_had_logged_reaches_everybody_without_anybody_asking()
    {
        // The first node has all actors at first, so it is the one that commits; it dies between commit and acknowledgement.
        await using var armed = await NodeProcess.StartAsync(_folder, nameof(CrashPoint.AfterCommit));
        await using var alice = await armed.LogInNewAsync("alice");
        await using var cluster = await ProcessCluster.StartAsync(_folder, 1);
        var recipients = new List<Recipient>();
        for (var i = 0; i < 4; i++)
            recipients.Add(await Recipient.RegisterAsync(cluster[0], isModern: i % 2 == 0, $"r{i}"));
        var sending = recipients.SelectMany(to => Enumerable.Range(1, 5).Select(i => alice.StartRequestAsync(
            new { msgid = 6, toid = to.Id, msg = $"{to.Id}-{i}", cmid = $"{to.Id}-{i}" }))).ToList();

        await armed.ExitAsync(NodeProcess.KilledExitCode);

        _ = Task.WhenAll(sending).ContinueWith(all => all.Exception, TaskScheduler.Default); // most of them are never answered
        await using (var connection = await _folder.OpenAsync())
        {
            foreach (var recipient in recipients)
            {
                var logged = await connection.ExecuteScalarAsync<int>($"SELECT COUNT(*) FROM MessageLog WHERE b = {recipient.Id}");
                for (var i = 1; i <= logged; i++)
                    await recipient.HasReceivedAsync($"{recipient.Id}-{i}");
                Assert.Equal(Enumerable.Range(1, logged).Select(i => $"{recipient.Id}-{i}"), recipient.Texts);
            }

            Assert.NotEqual(0, await connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM MessageLog"));
        }

        foreach (var recipient in recipients)
            await recipient.LeaveAsync(cluster[0]);
    }

    [Fact]
    public async Task A_frozen_node_is_given_up_and_ends_when_it_wakes()
    {
        await using var cluster = await ProcessCluster.StartAsync(_folder, 3);
        await using var alice = await cluster[0].LogInNewAsync("alice");
        await using var bob = await cluster[2].LogInNewAsync("bob");
        await cluster[1].SignalAsync("STOP");
        await Eventually.EqualAsync(
            1L, async () => await cluster.ScalarAsync<long>("SELECT COUNT(*) FROM Node WHERE fenced = 1"), Patience);

        Assert.Equal(1, await SendAsync(alice, bob.UserId, "c1"));
        Assert.Equal((1L, "c1"), NumberAndCmid(await NextPushAsync(bob, 1)));
        await cluster[1].SignalAsync("CONT");
        await cluster[1].ExitAsync(RemovedExitCode);
        await using var again = await NodeProcess.StartAsync(_folder);
        await using var back = await again.LogInAsync("alice");
        Assert.Equal(2, await SendAsync(back, bob.UserId, "c2"));
    }

    [Fact]
    public async Task After_a_power_cut_of_all_there_is_one_cluster_again()
    {
        string name;
        int bob;
        await using (var cluster = await ProcessCluster.StartAsync(_folder, 3))
        {
            await using var alice = await cluster[0].LogInNewAsync("alice");
            await using var other = await cluster[1].LogInNewAsync("bob");
            (name, bob) = (other.Name, other.UserId);
            for (var i = 1; i <= 10; i++)
                Assert.Equal(i, await SendAsync(alice, bob, $"c{i}"));
            await Task.WhenAll(Enumerable.Range(0, 3).Select(i => cluster[i].KillAsync()));
        }

        await using var again = await ProcessCluster.StartAsync(_folder, 3);
        Assert.Equal(3L, await again.ScalarAsync<long>("SELECT COUNT(*) FROM Node WHERE joined = 1 AND fenced = 0"));
        Assert.Equal(1, again.Output.Count(line => line.Contains("has formed a cluster", StringComparison.Ordinal)));
        await using var back = await again[2].LogInAsync(name);
        await using var sender = await again[0].LogInAsync("alice");
        Assert.Equal(11, await SendAsync(sender, bob, "c11"));
        Assert.Equal((11L, "c11"), NumberAndCmid(await NextPushAsync(back, 11)));
    }

    [Fact]
    public async Task A_node_that_drains_is_red_and_takes_no_new_connection()
    {
        await using var node = await NodeProcess.StartAsync(_folder);
        await using var alice = await node.LogInNewAsync("alice");
        await using (var other = await _folder.OpenForWritingAsync())
        {
            // A post without its answer keeps the node from ending at once.
            await using var transaction = await other.BeginTransactionAsync();
            await other.ExecuteAsync("INSERT INTO MessageLog (a, b, seq, sender, cmid, ts, node, body) VALUES (1, 1, 1, 9, 'x', 1, 1, '')", transaction: transaction);
            var waiting = alice.SendToAsync(alice.UserId, "note", "c1");
            await node.TerminateAsync();
            await Eventually.EqualAsync(HttpStatusCode.ServiceUnavailable, node.ReadinessAsync);
            await Assert.ThrowsAnyAsync<System.Net.Sockets.SocketException>(node.ConnectAsync);
            await transaction.RollbackAsync();
            await waiting;
        }

        await node.ExitAsync(0);
    }

    /// <summary>As a client does: again with the same cmid, until it is accepted.</summary>
    static async Task<long> SendAsync(ModernTestClient client, int to, string cmid)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (true)
        {
            var reply = await client.SendToAsync(to, cmid, cmid);
            if (reply.Number("errno") == 0)
                return reply.Number("seq");
            Assert.True(reply.GetProperty("retry").GetBoolean() && DateTime.UtcNow < deadline, reply.ToString());
            await Task.Delay(50);
        }
    }

    /// <summary>The push of a number; repetitions of lower ones, which a client knows, are passed over.</summary>
    static async Task<System.Text.Json.JsonElement> NextPushAsync(ModernTestClient client, long seq)
    {
        while (true)
        {
            var push = await client.NextAsync();
            if (!push.Has("seq") || push.Number("seq") < seq)
                continue;
            return push;
        }
    }

    static (long, string) NumberAndCmid(System.Text.Json.JsonElement push) => (push.Number("seq"), push.Text("cmid"));
}
