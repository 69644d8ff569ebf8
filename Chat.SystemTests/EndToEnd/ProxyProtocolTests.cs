using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Chat.Node.Gateway;
using Chat.Tests.Gateway;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>A node that a load balancer tells who the clients are.</summary>
[Collection(NodeCollection.Name)]
public sealed class ProxyProtocolTests : IDisposable
{
    readonly TestFolder _folder = new();
    readonly CapturedLog _log = new();

    public void Dispose()
    {
        _log.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Each_client_behind_the_balancer_has_a_limit_of_its_own(int version)
    {
        Func<string, byte[]> header = version == 1 ? address => ProxyHeaders.Text(address) : address => ProxyHeaders.Binary(address, extra: 20);
        await using var node = await StartAsync(loginsPerMinute: 2);
        await using var first = await ConnectAsync(node.Port, header("192.0.2.1"));
        await first.RegisterAndLogInAsync("first");
        await using var again = await ConnectAsync(node.Port, header("192.0.2.1"));
        Assert.Equal(9, (await again.RequestAsync(new { msgid = 4, name = "again", password = "secret" })).Number("errno"));

        await using var other = await ConnectAsync(node.Port, header("192.0.2.2"));
        await other.RegisterAndLogInAsync("other");
        await using var sixth = await ConnectAsync(node.Port, header("2001:db8::1"));
        await sixth.RegisterAndLogInAsync("sixth");
        Assert.Equal(0, (await first.SendToAsync(other.UserId, "hi")).Number("errno"));
        Assert.Equal("hi", (await other.NextAsync()).Text("msg"));
    }

    [Fact]
    public async Task Without_a_client_the_address_of_the_socket_counts_and_loopback_is_free()
    {
        await using var node = await StartAsync(loginsPerMinute: 1);
        await using var local = await ConnectAsync(node.Port, ProxyHeaders.Binary(0x20, 0, []));
        await local.RegisterAndLogInAsync("local");
        await using var unknown = await ConnectAsync(node.Port, ProxyHeaders.Line("PROXY UNKNOWN"));
        await unknown.RegisterAndLogInAsync("unknown");
        await using var loopback = await ConnectAsync(node.Port, ProxyHeaders.Text("127.0.0.1"));
        await loopback.RegisterAndLogInAsync("loopback");
    }

    [Fact]
    public async Task A_header_that_comes_in_pieces_or_together_with_requests_is_understood()
    {
        await using var node = await StartAsync();
        var tcp = await DialAsync(node.Port);
        foreach (var one in ProxyHeaders.Text("192.0.2.1"))
            await tcp.GetStream().WriteAsync((byte[])[one]);
        await using var slow = await ModernTestClient.OverAsync(tcp.GetStream(), tcp);
        Assert.Equal(101, slow.Hello.Number("msgid"));

        await using var quick = await ConnectAsync(
            node.Port, [.. ProxyHeaders.Binary("192.0.2.1"), .. "{\"msgid\":100,\"protocol\":2}\n"u8], saysHello: false);
        Assert.Equal(101, (await quick.NextAsync()).Number("msgid"));
    }

    [Fact]
    public async Task A_connection_without_a_header_is_closed_with_one_line_and_hurts_nobody()
    {
        await using var node = await StartAsync(settings: "--Logging:LogLevel:Chat.Node=Information");
        await using var alice = await ConnectAsync(node.Port, ProxyHeaders.Text("192.0.2.1"));
        await alice.RegisterAndLogInAsync("alice");

        await using var plain = await ConnectAsync(node.Port, "{\"msgid\":100,\"protocol\":2}\n"u8.ToArray(), saysHello: false);
        await plain.Closed.WaitAsync(TestNode.Patience);
        await using var wrong = await ConnectAsync(node.Port, ProxyHeaders.Line("PROXY TCP4 localhost localhost 1 2"), saysHello: false);
        await wrong.Closed.WaitAsync(TestNode.Patience);

        await Eventually.EqualAsync(2, () => Task.FromResult(_log.Of("NoProxyHeader").Count));
        Assert.Empty(_log.Of("ConnectionFailed"));
        await alice.FenceAsync();
    }

    [Fact]
    public async Task The_header_stands_in_front_of_TLS()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var (certificateFile, keyFile) = (Path.Combine(_folder.Path, "cert.pem"), Path.Combine(_folder.Path, "key.pem"));
        await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem());
        await using var node = await StartAsync(
            loginsPerMinute: 2, "--Chat:TlsPort=0", $"--Chat:Certificate={certificateFile}", $"--Chat:CertificateKey={keyFile}");

        await using var first = await ConnectOverTlsAsync(node.TlsPort, ProxyHeaders.Binary("192.0.2.1"), certificate);
        await first.RegisterAndLogInAsync("first");
        await using var again = await ConnectOverTlsAsync(node.TlsPort, ProxyHeaders.Text("192.0.2.1"), certificate);
        Assert.Equal(9, (await again.RequestAsync(new { msgid = 4, name = "again", password = "secret" })).Number("errno"));
        await using var other = await ConnectOverTlsAsync(node.TlsPort, ProxyHeaders.Text("192.0.2.2"), certificate);
        await other.RegisterAndLogInAsync("other");
        await Assert.ThrowsAnyAsync<IOException>(() => ConnectOverTlsAsync(node.TlsPort, [], certificate));
    }

    [Fact]
    public async Task Without_the_setting_a_header_is_bad_input_like_any_other()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var client = await ConnectAsync(node.Port, ProxyHeaders.Text("192.0.2.1"), saysHello: false);
        await client.Closed.WaitAsync(TestNode.Patience);
        await using var other = await node.ConnectAsync();
        Assert.Equal(101, other.Hello.Number("msgid"));
    }

    /// <summary>In a minute that does not end.</summary>
    Task<TestNode> StartAsync(int loginsPerMinute = 0, params string[] settings) => TestNode.StartAsync(
        _folder,
        services => services.AddSingleton<ILoggerProvider>(_log).AddSingleton(new AddressLimiter(loginsPerMinute, new ManualClock())),
        ["--Chat:ProxyProtocol=true", .. settings]);

    static async Task<TcpClient> DialAsync(int port)
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(IPAddress.Loopback, port);
        return tcp;
    }

    static async Task<ModernTestClient> ConnectAsync(int port, byte[] header, bool saysHello = true)
    {
        var tcp = await DialAsync(port);
        await tcp.GetStream().WriteAsync(header);
        return await ModernTestClient.OverAsync(tcp.GetStream(), tcp, saysHello);
    }

    static async Task<ModernTestClient> ConnectOverTlsAsync(int port, byte[] header, X509Certificate2 certificate)
    {
        var tcp = await DialAsync(port);
        await tcp.GetStream().WriteAsync(header);
        var tls = new SslStream(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString(),
        }).WaitAsync(TestNode.Patience);
        return await ModernTestClient.OverAsync(tls, tcp);
    }
}
