using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Chat.SystemTests.Web;

/// <summary>The port for browsers, and what of the node it does not show.</summary>
[Collection(NodeCollection.Name)]
public sealed class WebPortTests : IDisposable
{
    readonly TestFolder _folder = new();
    readonly TestCertificates _certificates = new();
    readonly CapturedLog _log = new();

    public void Dispose()
    {
        _folder.Dispose();
        _certificates.Dispose();
    }

    [Fact]
    public async Task It_shows_nothing_of_the_internal_port()
    {
        await using var node = await TestNode.StartAsync(_folder);
        foreach (var path in (string[])["health/live", "health/ready", "metrics", "HEALTH/READY", "//metrics"])
        {
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync($"http://127.0.0.1:{node.WebPort}/{path}"));
        }

        Assert.Equal(HttpStatusCode.OK, await StatusAsync($"http://127.0.0.1:{node.WebPort}/"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync($"http://127.0.0.1:{node.HttpPort}/metrics"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync($"http://127.0.0.1:{node.HttpPort}/"));
    }

    [Fact]
    public async Task A_node_without_it_names_none()
    {
        await using var node = await StartAsync("--Chat:WebPort=");
        Assert.Equal(0, node.WebPort);
        Assert.Contains($"ChatActors is ready: chat on 127.0.0.1:{node.Port}, ", Assert.Single(_log.Of("Ready")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_listens_everywhere_names_a_page_that_a_browser_can_open()
    {
        await using var node = await StartAsync("--Chat:Bind=0.0.0.0", "--Chat:DemoPage=true");
        Assert.Contains($"ready: open http://127.0.0.1:{node.WebPort}/, chat on 0.0.0.0:", Assert.Single(_log.Of("Ready")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ws://127.0.0.1:{0}/ws", "--Chat:DemoPage=false")]
    [InlineData("ws://127.0.0.1:{0}/ws", "--Chat:Bind=0.0.0.0")]
    [InlineData("wss://chat.example/ws", "--Chat:DemoPage=false", "--Chat:WebPublicUrl=https://chat.example/")]
    public async Task A_node_without_the_page_names_the_WebSocket(string address, params string[] settings)
    {
        await using var node = await StartAsync(settings);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync($"http://127.0.0.1:{node.WebPort}/"));
        var named = string.Format(System.Globalization.CultureInfo.InvariantCulture, address, node.WebPort);
        Assert.Contains($"ready: WebSocket at {named}, chat on ", Assert.Single(_log.Of("Ready")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_behind_a_proxy_names_the_proxys_page()
    {
        await using var node = await StartAsync("--Chat:WebPublicUrl=https://chat.example/");
        Assert.Contains("ready: open https://chat.example/, chat on ", Assert.Single(_log.Of("Ready")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_TLS_it_has_the_certificate_of_the_chat_port_and_speaks_what_can_be_counted()
    {
        await using var node = await TestNode.StartAsync(_folder, ["--Chat:WebTlsPort=0", .. _certificates.Settings(_folder)]);
        using var handler = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Trust() } };
        using var http = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://localhost:{node.WebTlsPort}/") { Version = HttpVersion.Version20 };
        using var answer = await http.SendAsync(request);
        Assert.Equal((HttpStatusCode.OK, HttpVersion.Version11), (answer.StatusCode, answer.Version));

        await Assert.ThrowsAnyAsync<Exception>(() => HandshakeAsync(node.WebTlsPort, SslApplicationProtocol.Http2));
        await HandshakeAsync(node.WebTlsPort, SslApplicationProtocol.Http11);
    }

    [Fact]
    public async Task A_request_that_is_never_finished_is_not_waited_for()
    {
        await using var node = await TestNode.StartAsync(_folder);
        using var slow = new TcpClient();
        await slow.ConnectAsync(IPAddress.Loopback, node.WebPort);
        await slow.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: a\r\n"u8.ToArray());
        using var answer = new MemoryStream();
        await slow.GetStream().CopyToAsync(answer).WaitAsync(TestNode.Patience);
        Assert.StartsWith("HTTP/1.1 408 ", System.Text.Encoding.ASCII.GetString(answer.ToArray()), StringComparison.Ordinal);
    }

    Task<TestNode> StartAsync(params string[] settings) =>
        TestNode.StartAsync(_folder, services => services.AddSingleton<ILoggerProvider>(_log), [.. settings, "--Logging:LogLevel:Chat.Node=Information"]);

    static async Task<HttpStatusCode> StatusAsync(string url)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(url));
        return answer.StatusCode;
    }

    X509ChainPolicy Trust()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(_certificates.Root);
        return policy;
    }

    async Task HandshakeAsync(int port, SslApplicationProtocol protocol)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, port);
        await using var tls = new SslStream(tcp.GetStream(), leaveInnerStreamOpen: false);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", ApplicationProtocols = [protocol], CertificateChainPolicy = Trust() });
        if (tls.NegotiatedApplicationProtocol != protocol)
            throw new AuthenticationException($"{protocol} was not agreed on");
    }
}
