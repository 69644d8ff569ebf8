using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Chat.Checker.Processes;
using Chat.Node.Hosting;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>A node with few file descriptors, and strangers who want them all.</summary>
[Collection(NodeCollection.Name)]
public sealed class DescriptorTests : IDisposable
{
    const int Strangers = 1500;

    readonly TestFolder _folder = new();
    readonly List<Socket> _strangers = [];

    public void Dispose()
    {
        _strangers.ForEach(stranger => stranger.Dispose());
        _folder.Dispose();
    }

    [Theory]
    [InlineData(ListenerKind.Chat)]
    [InlineData(ListenerKind.Tls)]
    [InlineData(ListenerKind.Http)]
    [InlineData(ListenerKind.Cluster)]
    public async Task Silent_connections_take_nothing_from_those_who_chat(ListenerKind listener)
    {
        using var certificates = new TestCertificates();
        var tlsPort = FreePort.Next();
        await using var node = await NodeProcess.StartBehindAsync(
            _folder, "ulimit -n 1024; exec \"$@\"", false, ["--Chat:Limits:LoginSeconds=5", $"--Chat:TlsPort={tlsPort}", .. certificates.Settings(_folder)]);
        await using var alice = await node.LogInNewAsync("alice");
        await using var bob = await node.LogInNewAsync("bob");
        var port = listener switch
        {
            ListenerKind.Chat => node.Port,
            ListenerKind.Tls => tlsPort,
            ListenerKind.Cluster => _folder.ClusterPort,
            _ => node.HttpPort,
        };
        for (var i = 0; i < Strangers; i++)
        {
            await ConnectAsync(port);
            if (i % 50 == 0)
                await ExchangeAsync(alice, bob, i);
        }

        await ExchangeAsync(alice, bob, Strangers);
        Assert.Equal(HttpStatusCode.OK, await node.ReadinessAsync());
        if (listener is ListenerKind.Chat or ListenerKind.Tls)
            Assert.Contains("connection refused: ", node.Output, StringComparison.Ordinal);

        // Who does not log in makes room for others by and by.
        await Eventually.EqualAsync(true, () => CanLogInAsync(node));
        await node.TerminateAsync();
        await node.ExitAsync(0);
    }

    /// <summary>Their connections count with those of the chat ports. Some come with the beginning of a request, which never ends.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("GET /ws HTTP/1.1\r\nHost: x\r\n")]
    public async Task A_crowd_at_the_web_port_takes_nothing_from_those_who_chat_and_leaves_nothing_behind(string beginning)
    {
        await using var node = await NodeProcess.StartBehindAsync(_folder, "ulimit -n 1024; exec \"$@\"", false);
        await using var alice = await node.LogInNewAsync("alice");
        await using var bob = await node.LogInNewAsync("bob");
        using var browser = await SayHelloAsync(node);
        for (var i = 0; i < Strangers; i++)
        {
            await ConnectAsync(node.WebPort, beginning);
            if (i % 50 == 0)
                await ExchangeAsync(alice, bob, i);
        }

        await ExchangeAsync(alice, bob, Strangers);
        Assert.Equal(HttpStatusCode.OK, await node.ReadinessAsync());
        Assert.Contains("connection refused: ", node.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Too many open files", node.Output, StringComparison.Ordinal);
        await PingAsync(browser);

        _strangers.ForEach(stranger => stranger.Dispose());
        await Eventually.EqualAsync(true, async () =>
        {
            try
            {
                using var another = await SayHelloAsync(node);
                return true;
            }
            catch (Exception e) when (e is WebSocketException or IOException or SocketException)
            {
                return false;
            }
        });
        await PingAsync(browser);
        await ExchangeAsync(alice, bob, Strangers + 1);
        await node.TerminateAsync();
        await node.ExitAsync(0);
    }

    /// <summary>
    /// All of them are there at once, as after a pause of the machine: accepting is faster than closing. Some say something that no node says.
    /// </summary>
    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("GET / HTTP/1.0\r\n\r\n")]
    [InlineData("\u0004\0\0\0abcd")]
    public async Task A_crowd_at_the_clusters_port_is_taken_in_by_and_by(string words)
    {
        await using var node = await NodeProcess.StartBehindAsync(_folder, "ulimit -n 1024; exec \"$@\"", false);
        await using var alice = await node.LogInNewAsync("alice");
        await using var bob = await node.LogInNewAsync("bob");
        await node.SignalAsync("STOP");
        for (var i = 0; i < Strangers; i++)
            await ConnectAsync(_folder.ClusterPort, words);
        await node.SignalAsync("CONT");
        for (var i = 0; i < 50; i++)
            await ExchangeAsync(alice, bob, i);
        await node.TerminateAsync();
        await node.ExitAsync(0);
        Assert.DoesNotContain("Too many open files", node.Output, StringComparison.Ordinal);
    }

    /// <summary>With 64 the runtime itself starts, and can load next to nothing.</summary>
    [Theory]
    [InlineData(400)]
    [InlineData(64)]
    [InlineData(32)]
    public async Task Too_few_descriptors_stop_the_start_and_it_says_how_many_are_needed(int limit)
    {
        await using var node = NodeProcess.LaunchBehind(_folder, $"ulimit -n {limit}; exec \"$@\"");
        await node.ExitAsync(3);
        Assert.Contains($"the limit of open files (ulimit -n, LimitNOFILE) is {limit}: a node needs at least {DescriptorBudget.Least}", node.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_takes_what_the_hard_limit_gives_and_says_what_that_is_enough_for()
    {
        await using var node = await NodeProcess.StartBehindAsync(_folder, "ulimit -S -n 300; ulimit -H -n 2000; exec \"$@\"");
        Assert.Contains("the limit of open files (ulimit -n, LimitNOFILE) is 2000: it leaves room for ", node.Output, StringComparison.Ordinal);
    }

    async Task ConnectAsync(int port, string beginning = "")
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _strangers.Add(socket);
        await socket.ConnectAsync(IPAddress.Loopback, port);
        try
        {
            if (beginning.Length > 0)
                await socket.SendAsync(Encoding.ASCII.GetBytes(beginning));
        }
        catch (SocketException)
        {
            // refused already
        }
    }

    static async Task<ClientWebSocket> SayHelloAsync(NodeProcess node)
    {
        var socket = new ClientWebSocket();
        try
        {
            using var deadline = new CancellationTokenSource(TestNode.Patience);
            await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{node.WebPort}/ws"), deadline.Token);
            Assert.Contains("\"msgid\":101", await AskAsync(socket, """{"msgid":100,"protocol":2}"""), StringComparison.Ordinal);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    static async Task PingAsync(ClientWebSocket socket) =>
        Assert.Contains("\"msgid\":105", await AskAsync(socket, """{"msgid":104}"""), StringComparison.Ordinal);

    static async Task<string> AskAsync(ClientWebSocket socket, string request)
    {
        using var deadline = new CancellationTokenSource(TestNode.Patience);
        await socket.SendAsync(Encoding.UTF8.GetBytes(request), WebSocketMessageType.Text, true, deadline.Token);
        var buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, (await socket.ReceiveAsync(buffer, deadline.Token)).Count);
    }

    static async Task<bool> CanLogInAsync(NodeProcess node)
    {
        try
        {
            await using var client = await node.LogInAsync("bob");
            return true;
        }
        catch (Exception e) when (e is IOException or System.Threading.Channels.ChannelClosedException or SocketException)
        {
            return false;
        }
    }

    static async Task ExchangeAsync(ModernTestClient alice, ModernTestClient bob, int number)
    {
        Assert.Equal(0, (await alice.SendToAsync(bob.UserId, $"m{number}")).Number("errno"));
        Assert.Equal($"m{number}", (await bob.NextAsync()).Text("msg"));
    }

    public enum ListenerKind
    {
        Chat,
        Tls,
        Http,
        Cluster,
    }
}
