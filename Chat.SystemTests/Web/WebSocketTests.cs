using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using Chat.Checker;
using Chat.Checker.Checking;
using Chat.Checker.Faults;
using Chat.Protocol;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Client;
using Chat.Tests.Support;
using ChatActors.Client;
using Xunit;
using Xunit.Abstractions;

namespace Chat.SystemTests.Web;

/// <summary>Clients over WebSockets, and nodes that die, end, or are attacked.</summary>
[Collection(NodeCollection.Name)]
public sealed class WebSocketTests(ITestOutputHelper output) : IDisposable
{
    readonly TestFolder _folder = new();
    readonly TestCertificates _certificates = new();

    public void Dispose()
    {
        _folder.Dispose();
        _certificates.Dispose();
    }

    [Fact]
    public async Task Messages_arrive_once_and_in_order_although_the_node_is_killed_in_between()
    {
        const int messages = 200;
        var node = await NodeProcess.StartAsync(_folder);
        var options = new ChatClientOptions { Endpoints = [EndpointOf(node.WebPort)] };
        await RegisterAsync(options, "alice", "bob");
        await using var alice = await TestClient.LogInAsync(options, "alice");
        await using var bob = await TestClient.LogInAsync(options, "bob");

        var sending = SendAsync(alice.Client, bob.Client.UserId!.Value, messages);
        await bob.ReceiveAsync(messages / 4);
        await node.KillAsync();
        await node.DisposeAsync();
        await using var again = await NodeProcess.StartAsync(
            _folder, settings: [$"--Chat:Port={node.Port}", $"--Chat:WebPort={node.WebPort}", $"--Chat:HttpPort={node.HttpPort}"]);
        await sending.WaitAsync(TestNode.Patience * 2);

        Assert.Equal(Enumerable.Range(0, messages).Select(i => $"m{i}"), await bob.ReceiveAsync(messages));
        Assert.Contains(alice.Events.Items, happened => happened is Reconnected);
    }

    [Fact]
    public async Task The_checker_finds_no_broken_promise_when_nodes_die_and_end()
    {
        var options = new ChaosOptions(Nodes: 2)
        {
            Seconds = 12,
            Rate = 200,
            Faults = 2,
            Kinds = [FaultKind.Kill, FaultKind.Terminate],
            IsPatient = true,
            Database = ChaosDatabase.Sqlite,
            UsesWebSockets = true,
            Folder = Path.Combine(Repository.Root, "artifacts", "chaos"),
        };
        var result = await ChaosRun.RunAsync(options, output.WriteLine);
        Assert.True(result.Violations.Count == 0, $"{result.Summary}\n{DeliveryChecker.Describe([.. result.Violations])}");
    }

    [Fact]
    public async Task A_node_that_is_to_end_sends_its_clients_away_and_closes()
    {
        await using var node = await NodeProcess.StartAsync(_folder);
        using var socket = await SayHelloAsync(node.WebPort);
        await node.TerminateAsync();
        Assert.Contains("\"msgid\":106", await ReceiveAsync(socket), StringComparison.Ordinal);
        Assert.Null(await ReceiveAsync(socket));
        Assert.Equal(1001, (int)socket.CloseStatus!);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await node.ExitAsync(0);
    }

    [Fact]
    public async Task Garbage_ends_its_own_connection_and_nobody_elses()
    {
        await using var node = await TestNode.StartAsync(_folder);
        using var socket = await SayHelloAsync(node.WebPort);
        var random = new Random(1);
        for (var i = 0; i < 100; i++)
        {
            using var bad = await RawWebSocket.OpenAsync(node.WebPort);
            var garbage = new byte[random.Next(1, 4000)];
            random.NextBytes(garbage);
            var stream = bad.Stream;
            await stream.WriteAsync(garbage);
            await Record.ExceptionAsync(async () => // it may have been reset already
            {
                stream.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
                await stream.CopyToAsync(Stream.Null);
            }).WaitAsync(TestNode.Patience);
        }

        await SendAsync(socket, """{"msgid":104}""");
        Assert.Contains("\"msgid\":105", await ReceiveAsync(socket), StringComparison.Ordinal);
        using var http = new HttpClient();
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri($"http://127.0.0.1:{node.HttpPort}/health/ready"))).StatusCode);
    }

    [Fact]
    public async Task A_message_without_an_end_takes_no_memory_and_is_ended()
    {
        await using var node = await NodeProcess.StartAsync(_folder, settings: ["--Chat:Limits:MaxFrameBytes=524288"]);
        using var process = System.Diagnostics.Process.GetProcessById(node.Id);
        using var socket = await RawWebSocket.OpenAsync(node.WebPort);
        await socket.SendTextAsync("""{"msgid":100,"protocol":2}""");
        await socket.ReadAsync();
        var before = process.WorkingSet64;
        var part = RawWebSocket.FrameOf(RawWebSocket.Continuation, new byte[500_000].Select(_ => (byte)' ').ToArray(), isFinal: false);
        await socket.SendAsync(RawWebSocket.Text, "{\"x\":\""u8.ToArray(), isFinal: false);
        for (var i = 0; i < 60; i++)
            await socket.Stream.WriteAsync(part);
        process.Refresh();
        Assert.InRange(process.WorkingSet64 - before, long.MinValue, 20_000_000); // of 30 MB

        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < 60; i++)
                await socket.Stream.WriteAsync(part);
        });
        Assert.Equal((int)CloseCode.BadInput, await socket.CloseCodeAsync());
        socket.Dispose();
        await Record.ExceptionAsync(() => sending);
    }

    [Fact]
    public async Task Who_does_not_read_is_closed_and_gets_everything_after_the_next_login()
    {
        await using var node = await TestNode.StartAsync(_folder, "--Chat:Limits:OutboxFrames=16");
        var options = new ChatClientOptions { Endpoints = [EndpointOf(node.WebPort)] };
        await RegisterAsync(options, "bob", "alice");
        using var slow = await SayHelloAsync(node.WebPort);
        await SendAsync(slow, """{"msgid":1,"name":"bob","password":"pw","ref":1}""");
        await node.EventuallyAsync("online", "SELECT state FROM Users WHERE name = 'bob'");

        await using var alice = await TestClient.LogInAsync(options, "alice");
        var bob = (int)await node.ScalarAsync<long>("SELECT id FROM Users WHERE name = 'bob'");
        var padding = new string('x', 16_000); // the kernel's buffers take some megabytes before anything waits
        var sent = 0;
        while (await node.ScalarAsync<string>("SELECT state FROM Users WHERE name = 'bob'") == "online" && sent < 5000)
            await alice.Client.SendToUserAsync(bob, $"m{sent++} {padding}").WaitAsync(TestNode.Patience);
        Assert.True(sent < 5000, "it was never closed");

        await using var again = await TestClient.LogInAsync(options, "bob");
        Assert.Equal(Enumerable.Range(0, sent).Select(i => $"m{i}"), (await again.ReceiveAsync(sent)).Select(text => text.Split(' ')[0]));
    }

    [Fact]
    public async Task Over_TLS_a_client_that_trusts_the_certificate_chats()
    {
        await using var node = await TestNode.StartAsync(_folder, ["--Chat:WebTlsPort=0", .. _certificates.Settings(_folder)]);
        var trusting = new ChatClientOptions
        {
            Endpoints = [new ChatEndpoint(new Uri($"wss://localhost:{node.WebTlsPort}/ws"))],
            ValidateCertificate = (_, certificate, _, _) => certificate is X509Certificate2 { Subject: "CN=localhost" },
        };
        await RegisterAsync(trusting, "alice");
        await using var alice = await TestClient.LogInAsync(trusting, "alice");
        Assert.Equal(1, (await alice.Client.SendToUserAsync(alice.Client.UserId!.Value, "note to self")).Seq);

        await using var wary = new ChatClient(trusting with { ValidateCertificate = null });
        await Assert.ThrowsAsync<ChatConnectionException>(() => wary.ConnectAsync());
    }

    [Fact]
    public async Task Both_transports_share_a_users_places_and_the_limit_of_connections()
    {
        await using var node = await TestNode.StartAsync(_folder, "--Chat:Users:MaxSessions=1", "--Chat:Limits:MaxConnections=2");
        await using var alice = await node.LogInNewAsync("alice");
        using var socket = await SayHelloAsync(node.WebPort);
        await SendAsync(socket, $$"""{"msgid":1,"name":"{{alice.Name}}","password":"secret","ref":1}""");
        Assert.Contains("\"errno\":2", await ReceiveAsync(socket), StringComparison.Ordinal);

        using var third = new ClientWebSocket();
        await Assert.ThrowsAsync<WebSocketException>(() => third.ConnectAsync(new Uri($"ws://127.0.0.1:{node.WebPort}/ws"), CancellationToken.None));
    }

    static ChatEndpoint EndpointOf(int webPort) => new(new Uri($"ws://127.0.0.1:{webPort}/ws"));

    static async Task RegisterAsync(ChatClientOptions options, params string[] names)
    {
        await using var client = new ChatClient(options);
        await client.ConnectAsync();
        foreach (var name in names)
            await client.RegisterAsync(name, "pw");
    }

    static async Task SendAsync(ChatClient client, int to, int count)
    {
        for (var i = 0; i < count; i++)
            await client.SendToUserAsync(to, $"m{i}");
    }

    static async Task<ClientWebSocket> SayHelloAsync(int port)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{port}/ws"), CancellationToken.None).WaitAsync(TestNode.Patience);
        await SendAsync(socket, """{"msgid":100,"protocol":2}""");
        Assert.Contains("\"msgid\":101", await ReceiveAsync(socket), StringComparison.Ordinal);
        return socket;
    }

    static Task SendAsync(WebSocket socket, string text) =>
        socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None).WaitAsync(TestNode.Patience);

    /// <summary>A message; null when the server has closed.</summary>
    static async Task<string?> ReceiveAsync(WebSocket socket)
    {
        using var deadline = new CancellationTokenSource(TestNode.Patience);
        var buffer = new byte[128 * 1024];
        var received = await socket.ReceiveAsync(buffer, deadline.Token);
        return received.MessageType == WebSocketMessageType.Close ? null : System.Text.Encoding.UTF8.GetString(buffer, 0, received.Count);
    }
}
