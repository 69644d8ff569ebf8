using System.Net;
using System.Net.Sockets;
using Chat.SystemTests.Chaos.Population;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;

namespace Chat.SystemTests.Chaos.Faults;

/// <summary>The nodes of a run over one MariaDB of their own, in the network that they live in.</summary>
sealed class ChaosCluster : IAsyncDisposable
{
    const int ChatPort = 6000;
    const int HealthPort = 8080;
    const int ClusterPort = 4053;
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(3) };
    readonly List<TextWriter> _logs = [];

    ChaosCluster(INodeNetwork network, MariaDbServer database, string databaseName) =>
        (Network, Database, DatabaseName) = (network, database, databaseName);

    public INodeNetwork Network { get; }

    public MariaDbServer Database { get; }

    public string DatabaseName { get; }

    public List<NodeSlot> Nodes { get; } = [];

    /// <param name="nodes">How many.</param>
    /// <param name="network">Disposed with the cluster.</param>
    /// <param name="folder">For the nodes' logs.</param>
    /// <param name="fault">What every node is told to do wrong.</param>
    /// <param name="notes">For people.</param>
    public static async Task<ChaosCluster> StartAsync(int nodes, INodeNetwork network, string folder, string? fault, RunNotes notes)
    {
        var database = network.CanCut ? await MariaDbServer.StartAtAsync(network.DatabaseAddress) : await MariaDbServer.StartNewAsync();
        var cluster = new ChaosCluster(network, database, await database.CreateDatabaseAsync());
        for (var number = 1; number <= nodes; number++)
            cluster.Add(number, folder, fault, notes);
        cluster.Nodes.ForEach(node => node.Start());
        return cluster;
    }

    /// <summary>Waits until every node says that it is ready.</summary>
    /// <exception cref="TimeoutException">Somebody did not; with its number.</exception>
    public async Task HealthyAsync(TimeSpan patience, CancellationToken cancellationToken = default)
    {
        using var deadline = new CancellationTokenSource(patience);
        foreach (var node in Nodes)
        {
            while (!await IsReadyAsync(node))
            {
                if (deadline.IsCancellationRequested)
                    throw new TimeoutException($"node {node.Number} is not ready after {patience.TotalSeconds:0} s");
                await Task.Delay(Poll, cancellationToken);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
            await node.DisposeAsync();
        await Database.DisposeAsync();
        await Network.DisposeAsync();
        _http.Dispose();
        foreach (var log in _logs)
            await log.DisposeAsync();
    }

    async Task<bool> IsReadyAsync(NodeSlot node)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri($"http://{node.Health}/health/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or SocketException)
        {
            return false;
        }
    }

    void Add(int number, string folder, string? fault, RunNotes notes)
    {
        var address = Network.AddressOf(number);
        // Behind addresses of their own all nodes have the same ports, as on machines of their own.
        var (chat, health, cluster) = Network.CanCut ? (ChatPort, HealthPort, ClusterPort) : (FreePort.Next(), FreePort.Next(), FreePort.Next());
        var log = TextWriter.Synchronized(new StreamWriter(Path.Combine(folder, $"node-{number}.log")) { AutoFlush = true });
        _logs.Add(log);
        var connectionString = Network.CanCut
            ? $"Server={Network.DatabaseAddress};Port={Database.Port};User ID={MariaDbServer.GuestUser};Database={DatabaseName}"
            : Database.ConnectionString(DatabaseName);
        var launch = new NodeLaunch(
            [
                $"--Chat:Bind={address}", $"--Chat:Port={chat}", $"--Chat:HttpPort={health}", $"--Chat:Cluster:Hostname={address}",
                $"--Chat:Cluster:Port={cluster}", "--Chat:Storage:Provider=MySql", $"--Chat:Storage:ConnectionString={connectionString}",
                "--Chat:Limits:LoginsPerMinutePerAddress=0",
                "--Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host=Error", // why a service ended the node
            ],
            folder)
        {
            Prefix = Network.PrefixOf(number),
            Log = log,
            Fault = fault,
        };
        Nodes.Add(new NodeSlot(
            number, new IPEndPoint(IPAddress.Parse(address), chat), new IPEndPoint(IPAddress.Parse(address), health), launch, notes));
    }
}
