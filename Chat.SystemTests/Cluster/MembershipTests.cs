using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Chat.Node.Cluster;
using Chat.Node.Telemetry;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Chat.Tests.Telemetry;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Chat.SystemTests.Cluster;

/// <summary>Who becomes a member of which cluster, and who does not.</summary>
[Collection(NodeCollection.Name)]
public sealed class MembershipTests : IDisposable
{
    readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_node_that_comes_later_joins_and_one_that_leaves_is_not_missed()
    {
        await using var first = await TestNode.StartAsync(_folder);
        using var readings = new Readings(first.Service<NodeMeter>().Meter); // /metrics has those of every node in this process
        await using (var second = await TestNode.StartAsync(_folder))
        {
            await Eventually.TrueAsync(() => first.Members == 2 && second.Members == 2);
            await Eventually.TrueAsync(() => (int)readings.Of("chat.cluster.members") == 2);
            await using var alice = await second.LogInNewAsync("alice");
            await using var bob = await first.LogInNewAsync("bob");
            Assert.Equal(0, (await alice.SendToAsync(bob.UserId, "hi")).Number("errno"));
            Assert.Equal("hi", (await bob.NextAsync()).Text("msg"));
        }

        await Eventually.TrueAsync(() => first.Members == 1);
        await Eventually.TrueAsync(() => (int)readings.Of("chat.cluster.members") == 1);
        await first.EventuallyAsync(1L, "SELECT COUNT(*) FROM Node WHERE finished = 0");
        await using var carol = await first.LogInNewAsync("carol");
        Assert.Equal(1, (await carol.SendToAsync(carol.UserId, "note")).Number("seq"));
    }

    [Fact]
    public async Task The_first_node_joins_the_others_when_it_comes_back()
    {
        var first = await TestNode.StartAsync(_folder);
        await using var second = await TestNode.StartAsync(_folder);
        await first.DisposeAsync();
        await using var again = await TestNode.StartAsync(_folder);
        await Eventually.TrueAsync(() => second.Members == 2 && again.Members == 2);
    }

    [Fact]
    public async Task A_seed_of_another_database_is_not_joined()
    {
        using var elsewhere = new TestFolder();
        await using var stranger = await TestNode.StartAsync(elsewhere);
        await using var node = await TestNode.StartAsync(_folder, $"--Chat:Cluster:SeedNodes:0={stranger.ClusterAddress}");
        await Eventually.TrueAsync(() => node.Members > 0 && stranger.Members > 0); // what a node sees of its cluster may lag behind
        Assert.Equal((1, 1), (node.Members, stranger.Members));
    }

    [Fact]
    public async Task A_seed_is_joined()
    {
        await using var first = await TestNode.StartAsync(_folder);
        await using var second = await TestNode.StartAsync(_folder, $"--Chat:Cluster:SeedNodes={first.ClusterAddress},127.0.0.1:1");
        await Eventually.TrueAsync(() => first.Members == 2 && second.Members == 2);
    }

    [Fact]
    public async Task A_node_that_cannot_join_says_why_and_does_not_form_a_second_cluster()
    {
        await using (await TestNode.StartAsync(_folder))
        {
            // only for the schema
        }

        // A member that lives, as far as the database and its port say, and never answers.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        using var end = new CancellationTokenSource();
        var beating = BeatAsync(address, end.Token);

        var failure = await Assert.ThrowsAsync<CannotJoinException>(() => TestNode.StartAsync(_folder, "--Chat:Cluster:JoinSeconds=3"));

        Assert.Contains($"no answer from {address}", failure.Message, StringComparison.Ordinal);
        await end.CancelAsync();
        await beating;
    }

    [Fact]
    public async Task A_node_of_its_own_is_in_no_cluster()
    {
        await using var clustered = await TestNode.StartAsync(_folder);
        await using var alone = await TestNode.StartAsync(_folder, "--Chat:Cluster:Enabled=false");
        Assert.Equal((1, 1), (clustered.Members, alone.Members));
    }

    [Fact]
    public async Task One_session_of_a_user_is_one_in_the_whole_cluster()
    {
        await using var cluster = await TestCluster.StartAsync(_folder, "--Chat:Users:MaxSessions=1");
        await using var first = await cluster.Nodes[0].ConnectLegacyAsync();
        var id = await first.RegisterAsync("alice");
        Assert.Equal(0, (await first.LogInAsync(id)).Number("errno"));
        foreach (var node in cluster.Nodes)
        {
            await using var second = await node.ConnectLegacyAsync();
            Assert.Equal(2, (await second.LogInAsync(id)).Number("errno"));
        }
    }

    /// <summary>The cluster tells that a node is up, and who else is up, by different actors: on a busy machine one of them is late.</summary>
    [Fact]
    public async Task A_node_that_does_not_know_yet_who_let_it_in_waits_for_the_news()
    {
        await using var first = await TestNode.StartAsync(_folder);
        await using var second = await TestNode.StartAsync(_folder, services => services.AddHostedService<LateNews>());
        await Eventually.TrueAsync(() => first.Members == 2 && second.Members == 2);
        Assert.Equal(2L, await first.ScalarAsync<long>("SELECT COUNT(*) FROM Node WHERE joined = 1 AND fenced = 0"));
    }

    /// <summary>Holds up what a node knows of its cluster until a second after it is up.</summary>
    sealed class LateNews(ActorSystem system) : IHostedService
    {
        static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

        public async Task StartAsync(CancellationToken cancellationToken)
        {
            var cluster = Akka.Cluster.Cluster.Get(system);
            var news = (IInternalActorRef)await system.ActorSelection("/system/clusterEventBusListener").ResolveOne(TestNode.Patience, cancellationToken);
            news.Suspend();
            cluster.RegisterOnMemberUp(() => _ = ResumeAsync(news));
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        static async Task ResumeAsync(IInternalActorRef news)
        {
            await Task.Delay(Delay); // long enough for a node that does not wait to give up
            news.Resume();
        }
    }

    async Task BeatAsync(string address, CancellationToken end)
    {
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"{_folder.ConnectionString};Pooling=False");
        await connection.OpenAsync(CancellationToken.None);
        await connection.ExecuteAsync(
            "INSERT INTO Node (incarnation, name, started, heartbeat, confirmed_before, address, uid, joined) VALUES (77, 'x', 1, 1, 1, @address, 5, 1)",
            new { address });
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        try
        {
            for (var beat = 2L; await timer.WaitForNextTickAsync(end); beat++)
                await connection.ExecuteAsync("UPDATE Node SET heartbeat = @beat WHERE incarnation = 77", new { beat });
        }
        catch (OperationCanceledException)
        {
            // the test is done
        }
    }
}
