using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using Chat.Checker.Processes;
using Chat.Node.Files;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Client;
using Chat.Tests.Support;
using ChatActors.Client;
using Xunit;

namespace Chat.SystemTests.Deployment;

/// <summary>Browsers' way through a real nginx.</summary>
[Collection(NodeCollection.Name)]
public sealed class NginxWebTests : IDisposable
{
    readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Clients_chat_over_WebSockets_through_nginx_and_a_dead_node_is_skipped()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var nginx = await NginxServer.StartAsync([node.Port], webPorts: [FreePort.Next(), node.WebPort]);
        var options = new ChatClientOptions { Endpoints = [new ChatEndpoint(new Uri($"ws://127.0.0.1:{nginx.WebPort}/ws"))] };
        await using (var registering = new ChatClient(options))
        {
            await registering.ConnectAsync();
            await registering.RegisterAsync("alice", "pw");
            await registering.RegisterAsync("bob", "pw");
        }

        await using var alice = await TestClient.LogInAsync(options, "alice");
        await using var bob = await TestClient.LogInAsync(options, "bob");
        for (var i = 0; i < 100; i++)
            await alice.Client.SendToUserAsync(bob.Client.UserId!.Value, $"m{i}");
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"m{i}"), await bob.ReceiveAsync(100));

        using var http = new HttpClient();
        Assert.Contains("ChatActors", await http.GetStringAsync(new Uri($"http://127.0.0.1:{nginx.WebPort}/")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_larger_than_nginx_takes_by_itself_go_through_it_in_both_directions()
    {
        await using var node = await TestNode.StartAsync(_folder, $"--Chat:Files:Folder={Path.Combine(_folder.Path, "files")}");
        await using var nginx = await NginxServer.StartAsync([node.Port], webPorts: [node.WebPort]);
        await using var alice = await ModernTestClient.NewAsync(node.Port, "alice");
        var bytes = RandomNumberGenerator.GetBytes(3_000_000);
        var start = await alice.RequestAsync(new { msgid = 138, name = "x", size = bytes.Length, type = "a/b", sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)) });
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{nginx.WebPort}") };
        using var put = await http.PutAsync(new Uri(start.Text("put"), UriKind.Relative), new ByteArrayContent(bytes));
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        var address = node.Service<FileLinks>().GetAddress(start.Text("attachment"), alice.UserId);
        Assert.Equal(bytes, await http.GetByteArrayAsync(new Uri(address, UriKind.Relative)));
    }

    [Fact]
    public async Task Pages_of_the_host_that_nginx_is_reached_by_may_connect_and_others_may_not()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var nginx = await NginxServer.StartAsync([node.Port], webPorts: [node.WebPort]);
        using var own = await ConnectAsync(nginx, $"http://127.0.0.1:{nginx.WebPort}");
        Assert.Equal(WebSocketState.Open, own.State);
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(nginx, "https://evil.example"));
        Assert.Contains("403", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("192.0.2.1", false)]
    public async Task The_limit_of_logins_is_each_clients_own_when_nginx_is_trusted(string trusted, bool isLimited)
    {
        await using var node = await TestNode.StartAsync(_folder, "--Chat:Limits:LoginsPerMinutePerAddress=1", $"--Chat:TrustedProxies={trusted}");
        await using var nginx = await NginxServer.StartAsync([node.Port], webPorts: [node.WebPort]);
        var errors = new List<bool>();
        for (var i = 0; i < 3; i++)
        {
            // What a client says of itself counts as little as any stranger's word, but here nginx itself is asked from this machine, which is trusted.
            using var socket = await ConnectAsync(nginx, null, "198.51.100.7");
            errors.Add((await AskAsync(socket, $$"""{"msgid":4,"name":"user-{{i}}","password":"secret","ref":1}""")).Contains("\"errno\":9", StringComparison.Ordinal));
        }

        // A minute may begin in between, but not twice.
        Assert.Equal(isLimited, errors.Contains(true));
    }

    [Fact]
    public async Task A_node_that_ends_sends_its_clients_away_through_nginx()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var nginx = await NginxServer.StartAsync([node.Port], webPorts: [node.WebPort]);
        using var socket = await ConnectAsync(nginx, null);
        Assert.Contains("101", await AskAsync(socket, """{"msgid":100,"protocol":2}"""), StringComparison.Ordinal);
        var stopping = node.StopAsync();
        Assert.Contains("\"msgid\":106", await ReceiveAsync(socket), StringComparison.Ordinal);
        Assert.Equal("", await ReceiveAsync(socket));
        Assert.Equal(1001, (int)socket.CloseStatus!);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await stopping.WaitAsync(TestNode.Patience);
    }

    static async Task<ClientWebSocket> ConnectAsync(NginxServer nginx, string? origin, string? forwardedFor = null)
    {
        var socket = new ClientWebSocket();
        if (origin is not null)
            socket.Options.SetRequestHeader("Origin", origin);
        if (forwardedFor is not null)
            socket.Options.SetRequestHeader("X-Forwarded-For", forwardedFor);
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{nginx.WebPort}/ws"), CancellationToken.None).WaitAsync(TestNode.Patience);
        return socket;
    }

    static async Task<string> AskAsync(WebSocket socket, string request)
    {
        const string hello = """{"msgid":100,"protocol":2}""";
        if (request != hello)
            await AskAsync(socket, hello);
        await socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(request), WebSocketMessageType.Text, true, CancellationToken.None);
        return await ReceiveAsync(socket);
    }

    static async Task<string> ReceiveAsync(WebSocket socket)
    {
        using var deadline = new CancellationTokenSource(TestNode.Patience);
        var buffer = new byte[64 * 1024];
        var received = await socket.ReceiveAsync(buffer, deadline.Token);
        return System.Text.Encoding.UTF8.GetString(buffer, 0, received.Count);
    }
}
