using System.Net;
using System.Net.Sockets;
using Chat.Checker.Population;
using Chat.Checker.Processes;

namespace Chat.Checker.Faults;

/// <summary>The nodes of a run over one database of their own, in the network that they live in.</summary>
sealed class ChaosCluster : IAsyncDisposable
{
    const int ChatPort = 6000;
    const int WebPort = 8000;
    const int HealthPort = 8080;
    const int ClusterPort = 4053;
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(3) };
    readonly List<TextWriter> _logs = [];

    ChaosCluster(INodeNetwork network, IRunDatabase database) => (Network, Database) = (network, database);

    public INodeNetwork Network { get; }

    public IRunDatabase Database { get; }

    public List<NodeSlot> Nodes { get; } = [];

    /// <summary>The program of the version before, with which the nodes begin; null: there is none.</summary>
    public string? Previous { get; private init; }

    /// <param name="options">How many, what every node is told to do wrong, and which program they are.</param>
    /// <param name="network">Disposed with the cluster.</param>
    /// <param name="database">Disposed with the cluster.</param>
    /// <param name="folder">For the nodes' logs.</param>
    /// <param name="notes">For people.</param>
    public static ChaosCluster Start(ChaosOptions options, INodeNetwork network, IRunDatabase database, string folder, RunNotes notes)
    {
        var cluster = new ChaosCluster(network, database) { Previous = options.Previous };
        for (var number = 1; number <= options.Nodes; number++)
            cluster.Add(number, folder, options.Fault, notes);
        cluster.Nodes.ForEach(node => node.Start());
        AppDomain.CurrentDomain.ProcessExit += (_, _) => cluster.Nodes.ForEach(node => node.KillForGood()); // nobody leaves nodes behind
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
        var (chat, web, health, cluster) = Network.CanCut
            ? (ChatPort, WebPort, HealthPort, ClusterPort)
            : (FreePort.Next(), FreePort.Next(), FreePort.Next(), FreePort.Next());
        var log = TextWriter.Synchronized(new StreamWriter(Path.Combine(folder, $"node-{number}.log")) { AutoFlush = true });
        _logs.Add(log);
        var launch = new NodeLaunch(
            [
                $"--Chat:Bind={address}", $"--Chat:Port={chat}", $"--Chat:WebPort={web}", $"--Chat:HttpPort={health}",
                $"--Chat:Cluster:Hostname={address}", $"--Chat:Cluster:Port={cluster}", .. Database.Settings,
                "--Chat:Limits:LoginsPerMinutePerAddress=0",
                "--Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host=Error", // why a service ended the node
            ],
            folder)
        {
            Prefix = Network.PrefixOf(number),
            Log = log,
            Fault = fault,
            Program = Previous,
        };
        Nodes.Add(new NodeSlot(
            number, new IPEndPoint(IPAddress.Parse(address), chat), new IPEndPoint(IPAddress.Parse(address), web),
            new IPEndPoint(IPAddress.Parse(address), health), launch, notes));
    }
}
