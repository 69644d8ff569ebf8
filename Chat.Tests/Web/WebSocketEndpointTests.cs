using System.Net;
using System.Net.WebSockets;
using Chat.Node.Settings;
using Chat.Node.Web;
using Chat.Tests.Gateway;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Web;

/// <summary>What is said before there is a WebSocket.</summary>
public sealed class WebSocketEndpointTests : WebSocketTest
{
    [Fact]
    public async Task A_page_of_another_host_is_refused_before_the_upgrade()
    {
        var (socket, answer) = await RawWebSocket.RequestAsync(await ListenAsync(), "Origin: https://evil.example");
        using (socket)
        {
            Assert.StartsWith("HTTP/1.1 403 ", answer, StringComparison.Ordinal);
            Assert.Equal(0, Sessions.Count);
        }
    }

    [Fact]
    public async Task Two_origins_are_no_origin()
    {
        var port = await ListenAsync();
        var (socket, answer) = await RawWebSocket.RequestAsync(port, $"Origin: http://127.0.0.1:{port}", "Origin: https://evil.example");
        using (socket)
            Assert.StartsWith("HTTP/1.1 403 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_of_this_host_and_of_the_list_may_connect()
    {
        var port = await ListenAsync(new WebSettings { Origins = ["https://shop.example"] });
        foreach (var origin in (string[])[$"http://127.0.0.1:{port}", "https://shop.example"])
        {
            using var socket = await OpenAsync(port, options => options.SetRequestHeader("Origin", origin));
            Assert.Equal(WebSocketState.Open, socket.State);
        }
    }

    [Fact]
    public async Task A_request_that_is_no_WebSocket_is_told_what_is_expected()
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{await ListenAsync()}/ws"));
        Assert.Equal(HttpStatusCode.UpgradeRequired, answer.StatusCode);
        Assert.Equal("websocket", answer.Headers.Upgrade.ToString());
    }

    [Theory]
    [InlineData("chatactors.v2", "Sec-WebSocket-Protocol: chatactors.v2")]
    [InlineData("mqtt, chatactors.v2", "Sec-WebSocket-Protocol: chatactors.v2")]
    [InlineData("mqtt", null)]
    public async Task The_sub_protocol_is_offered_and_not_asked_for(string asked, string? expected)
    {
        var (socket, answer) = await RawWebSocket.RequestAsync(await ListenAsync(), $"Sec-WebSocket-Protocol: {asked}");
        using (socket)
        {
            Assert.StartsWith("HTTP/1.1 101 ", answer, StringComparison.Ordinal);
            Assert.Equal(expected, answer.Split("\r\n").FirstOrDefault(line => line.StartsWith("Sec-WebSocket-Protocol", StringComparison.Ordinal)));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Messages_are_compressed_only_if_the_settings_say_so(bool compresses)
    {
        var port = await ListenAsync(new WebSettings { Compresses = compresses });
        var (raw, answer) = await RawWebSocket.RequestAsync(port, "Sec-WebSocket-Extensions: permessage-deflate");
        raw.Dispose();
        Assert.Equal(compresses, answer.Contains("permessage-deflate", StringComparison.Ordinal));

        using var socket = await OpenAsync(port, options => options.DangerousDeflateOptions = new WebSocketDeflateOptions());
        await SendAsync(socket, Hello);
        Assert.Equal(101, KindOf(await ReceiveAsync(socket)));
    }

    [Theory]
    [InlineData("Accept: */*")]
    [InlineData("Content-Length: 0")] // no usual request, and all the same a right one
    public async Task The_short_way_and_the_long_way_lead_to_the_same_session(string header)
    {
        var (socket, answer) = await RawWebSocket.RequestAsync(await ListenAsync(), header, "Sec-WebSocket-Protocol: chatactors.v2");
        using (socket)
        {
            Assert.StartsWith("HTTP/1.1 101 ", answer, StringComparison.Ordinal);
            await socket.SendTextAsync($"{Hello}\n{{\"msgid\":104}}");
            var lines = new List<string>();
            while (lines.Count < 2)
                lines.AddRange(LinesOf(System.Text.Encoding.UTF8.GetString((await socket.ReadAsync()).Payload)));
            Assert.Equal([101, 105], lines.Select(KindOf));
            var closing = CloseListenersAsync();
            Assert.Equal(1001, await socket.CloseCodeAsync());
            await socket.SendAsync(RawWebSocket.Close, new byte[] { 3, 232 });
            await closing;
        }
    }

    [Fact]
    public async Task Requests_of_HTTP_on_its_connections_are_answered_however_they_are_cut()
    {
        using var tcp = new System.Net.Sockets.TcpClient { NoDelay = true };
        await tcp.ConnectAsync(IPAddress.Loopback, await ListenAsync());
        var stream = tcp.GetStream();
        foreach (var part in "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /ws HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".Chunk(9))
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(part));
        using var answers = new MemoryStream();
        await stream.CopyToAsync(answers).WaitAsync(Patience);
        var text = System.Text.Encoding.ASCII.GetString(answers.ToArray());
        Assert.StartsWith("HTTP/1.1 200 ", text, StringComparison.Ordinal);
        Assert.Contains("HTTP/1.1 426 ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_connections_count_and_one_too_many_is_closed()
    {
        var port = await ListenAsync();
        Connections.Max = 1;
        using var socket = await SayHelloAsync(port);
        Assert.Equal(1, Connections.Count);
        using var other = new ClientWebSocket();
        await Assert.ThrowsAsync<WebSocketException>(() => other.ConnectAsync(new Uri($"ws://127.0.0.1:{port}/ws"), CancellationToken.None));
    }

    [Fact]
    public async Task The_address_of_a_client_is_what_a_trusted_proxy_says()
    {
        var port = await ListenAsync(new WebSettings { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] });
        var (socket, _) = await RawWebSocket.RequestAsync(port, "X-Forwarded-For: 198.51.100.7");
        using (socket)
        {
            await AwaitAssertAsync(() => Assert.Equal(IPAddress.Parse("198.51.100.7"), Assert.Single(Sessions.All).Connection.Address), Patience);
        }
    }

    [Fact]
    public void Its_protocol_is_that_of_the_documents() =>
        Assert.Contains($"`{WebSocketEndpoint.Protocol}`", Repository.Read("docs/PROTOCOL.md"), StringComparison.Ordinal);
}
