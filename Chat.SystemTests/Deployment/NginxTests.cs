using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Chat.Checker.Processes;
using Chat.Node.Gateway;
using Chat.Node.Settings;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.SystemTests.Deployment;

/// <summary>Nodes behind a real nginx.</summary>
[Collection(NodeCollection.Name)]
public sealed partial class NginxTests : IDisposable
{
    readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Both_kinds_of_clients_chat_through_nginx(bool usesProxyProtocol)
    {
        await using var node = await TestNode.StartAsync(_folder, $"--Chat:ProxyProtocol={usesProxyProtocol}");
        await using var nginx = await NginxServer.StartAsync([node.Port], usesProxyProtocol);
        await using var alice = await nginx.ConnectAsync();
        await alice.RegisterAndLogInAsync("alice");
        await using var bob = await nginx.ConnectLegacyAsync();
        var id = await bob.RegisterAsync("bob");
        await bob.LogInAsync(id);

        await bob.SendChatAsync(id, "bob", alice.UserId, "from the legacy client");
        Assert.Equal("from the legacy client", (await alice.NextAsync()).Text("msg"));
        for (var i = 0; i < 100; i++)
            Assert.Equal(0, (await alice.SendToAsync(id, $"m{i}")).Number("errno"));
        for (var i = 0; i < 100; i++)
            Assert.Equal($"m{i}", (await bob.NextAsync()).Text("msg")); // ends, if two objects come in one read
    }

    [Fact]
    public async Task What_a_client_sent_before_it_left_arrives()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var nginx = await NginxServer.StartAsync([node.Port]);
        await using var alice = await nginx.ConnectAsync();
        await alice.RegisterAndLogInAsync("alice");
        await using var bob = await nginx.ConnectLegacyAsync();
        var id = await bob.RegisterAsync("bob");
        await bob.LogInAsync(id);

        for (var i = 0; i < 50; i++)
            await bob.SendChatAsync(id, "bob", alice.UserId, $"m{i}");
        await bob.LeaveAsync();
        for (var i = 0; i < 50; i++)
            Assert.Equal($"m{i}", (await alice.NextAsync()).Text("msg"));
    }

    [Fact]
    public async Task A_dead_node_is_skipped_and_no_client_notices()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var nginx = await NginxServer.StartAsync([FreePort.Next(), FreePort.Next(), node.Port]);
        await using var clients = new Clients();
        for (var i = 0; i < 20; i++)
            await clients.AddAsync(nginx);

        Assert.DoesNotContain("timed out", nginx.Log, StringComparison.Ordinal); // no client has waited for a dead node
        // Of 20 clients few came to a dead node: after its first failure it is left alone.
        Assert.InRange(RefusedConnection().Count(nginx.Log), 2, 10);
    }

    [Fact]
    public async Task The_clients_of_a_frozen_node_get_to_another_one()
    {
        // As a frozen node: its kernel takes connections, and nobody answers. It has fewer clients than the others all the time.
        using var frozen = new TcpListener(IPAddress.Loopback, 0);
        frozen.Start(512);
        using var otherFolder = new TestFolder();
        await using var first = await TestNode.StartAsync(_folder);
        await using var second = await TestNode.StartAsync(otherFolder);
        await using var nginx = await NginxServer.StartAsync([((IPEndPoint)frozen.LocalEndpoint).Port, first.Port, second.Port]);
        await using var clients = new Clients();
        for (var attempt = 0; attempt < 100 && clients.All.Count < 8; attempt++)
            await clients.TryAddAsync(nginx, TimeSpan.FromMilliseconds(250));
        Assert.Equal(8, clients.All.Count);
    }

    [Fact]
    public async Task A_node_that_comes_back_gets_clients_again_and_nobody_waits_long_when_all_were_down()
    {
        var port = FreePort.Next();
        await using var nginx = await NginxServer.StartAsync([port]);
        await using (var refused = await ModernTestClient.ConnectAsync(nginx.Port, saysHello: false))
            await refused.Closed.WaitAsync(TestNode.Patience);
        await using var node = await TestNode.StartAsync(_folder, $"--Chat:Port={port}");

        Assert.Contains("fail_timeout=3s", Repository.Read("nginx.conf"), StringComparison.Ordinal); // it is asked again so soon
        await Eventually.EqualAsync(101L, async () =>
        {
            try
            {
                await using var client = await nginx.ConnectAsync();
                return client.Hello.Number("msgid");
            }
            catch (Exception e) when (e is IOException or System.Threading.Channels.ChannelClosedException)
            {
                return 0;
            }
        });
    }

    [Fact]
    public async Task Connections_are_spread_over_the_nodes_by_their_number()
    {
        using var otherFolder = new TestFolder();
        await using var first = await TestNode.StartAsync(_folder, $"--Chat:Cluster:Port={FreePort.Next()}");
        await using var second = await TestNode.StartAsync(otherFolder, $"--Chat:Cluster:Port={FreePort.Next()}");
        await using var nginx = await NginxServer.StartAsync([first.Port, second.Port]);
        await using var clients = new Clients();
        for (var i = 0; i < 21; i++)
            await clients.AddAsync(nginx);
        var perNode = clients.All.CountBy(client => client.Hello.Text("node")).ToList();
        Assert.Equal(2, perNode.Count);
        Assert.All(perNode, node => Assert.InRange(node.Value, 9, 12)); // one may have come before a dead node was known
    }

    [Fact]
    public async Task A_silent_connection_is_ended_by_its_node_and_not_by_nginx()
    {
        // Longer than nginx waits for a node or leaves one alone. That proxy_timeout is longer than any silence has to be read.
        const int seconds = 4;
        await using var node = await TestNode.StartAsync(_folder, $"--Chat:Limits:LegacyIdleSeconds={seconds}");
        await using var nginx = await NginxServer.StartAsync([node.Port]);
        await using var bob = await nginx.ConnectLegacyAsync();
        var id = await bob.RegisterAsync("bob");
        await bob.LogInAsync(id);
        var clock = Stopwatch.StartNew();

        await bob.Closed.WaitAsync(TestNode.Patience);

        Assert.True(clock.Elapsed > TimeSpan.FromSeconds(seconds - 1), $"ended after {clock.Elapsed}");
        var timeout = TimeSpan.FromHours(int.Parse(ProxyTimeout().Match(Repository.Read("nginx.conf")).Groups["hours"].Value));
        Assert.True(timeout.TotalSeconds > new ChatLimits().LegacyIdleSeconds);
        Assert.True(timeout.TotalSeconds > new ChatLimits().IdleSeconds);
    }

    [Fact]
    public async Task With_the_PROXY_protocol_the_limit_of_logins_is_each_clients_own()
    {
        await using var node = await TestNode.StartAsync(_folder, TwoLoginsAMinute, "--Chat:ProxyProtocol=true");
        await using var nginx = await NginxServer.StartAsync([node.Port], usesProxyProtocol: true);
        await using var first = await ConnectFromOutsideAsync(nginx);
        await first.RegisterAndLogInAsync("first");
        await using var again = await ConnectFromOutsideAsync(nginx);
        Assert.Equal(9, (await again.RequestAsync(new { msgid = 4, name = "again", password = "secret" })).Number("errno"));

        await using var other = await nginx.ConnectAsync(); // from another address: loopback
        await other.RegisterAndLogInAsync("other");
    }

    [Fact]
    public async Task Without_the_PROXY_protocol_nothing_is_known_of_a_client_behind_an_nginx_on_the_same_machine()
    {
        await using var node = await TestNode.StartAsync(_folder, TwoLoginsAMinute);
        await using var nginx = await NginxServer.StartAsync([node.Port]);
        for (var i = 0; i < 3; i++)
        {
            await using var client = await ConnectFromOutsideAsync(nginx);
            await client.RegisterAndLogInAsync($"user-{i}");
        }
    }

    [Fact]
    public async Task When_only_one_side_speaks_the_PROXY_protocol_nobody_gets_in()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var nginx = await NginxServer.StartAsync([node.Port], usesProxyProtocol: true);
        await using var client = await ModernTestClient.ConnectAsync(nginx.Port, saysHello: false);
        await client.Closed.WaitAsync(TestNode.Patience);
    }

    /// <summary>For each address, in a minute that does not end.</summary>
    static void TwoLoginsAMinute(IServiceCollection services) => services.AddSingleton(new AddressLimiter(2, new ManualClock()));

    /// <summary>From an address of this machine that is not loopback.</summary>
    static async Task<ModernTestClient> ConnectFromOutsideAsync(NginxServer nginx)
    {
        var address = NetworkInterface.GetAllNetworkInterfaces()
            .Where(network => network.OperationalStatus == OperationalStatus.Up)
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));
        Assert.True(address is not null, "this machine has no address but loopback: the test needs one, for a client that is limited");
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(address, nginx.Port);
        return await ModernTestClient.OverAsync(tcp.GetStream(), tcp);
    }

    /// <summary>Connections that stay open together.</summary>
    sealed class Clients : IAsyncDisposable
    {
        public List<ModernTestClient> All { get; } = [];

        public async Task AddAsync(NginxServer nginx) => All.Add(await nginx.ConnectAsync());

        /// <summary>Gives up, and closes, if no node has answered by then.</summary>
        public async Task TryAddAsync(NginxServer nginx, TimeSpan patience)
        {
            var client = await ModernTestClient.ConnectAsync(nginx.Port, saysHello: false);
            try
            {
                await client.SendAsync("""{"msgid":100,"protocol":2}""");
                Assert.Equal(101, (await client.NextAsync().WaitAsync(patience)).Number("msgid"));
                All.Add(client);
            }
            catch (TimeoutException)
            {
                await client.DisposeAsync();
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var client in All)
                await client.DisposeAsync();
        }
    }

    [GeneratedRegex(@"connect\(\) failed \(111", RegexOptions.None, 5000)]
    private static partial Regex RefusedConnection();

    [GeneratedRegex(@"^\s*proxy_timeout (?<hours>\d+)h;", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex ProxyTimeout();
}
