using System.Net;
using System.Net.Sockets;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>A port or an address that is not to be had stops the start with its setting's name.</summary>
[Collection(NodeCollection.Name)]
public sealed class PortTests : IDisposable
{
    readonly TestFolder _folder = new();
    readonly TestCertificates _certificates = new();

    public void Dispose()
    {
        _folder.Dispose();
        _certificates.Dispose();
    }

    [Theory]
    [InlineData("Port")]
    [InlineData("TlsPort")]
    [InlineData("HttpPort")]
    [InlineData("WebPort")]
    [InlineData("WebTlsPort")]
    [InlineData("Cluster:Port")]
    public async Task A_port_that_is_taken_is_named(string key)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var certificate = key.Contains("Tls", StringComparison.Ordinal) ? _certificates.Settings(_folder) : []; // without TLS it would be refused
        await using var node = NodeProcess.Launch(_folder, null, [$"--Chat:{key}={((IPEndPoint)other.LocalEndpoint).Port}", .. certificate]);
        await node.ExitAsync(3);
        Assert.Contains($"ChatActors cannot start: Chat:{key}: {other.LocalEndpoint} is taken: another process listens there", node.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Bind", "192.0.2.1", "Chat:Bind: 192.0.2.1 is no address of this machine")]
    [InlineData("Cluster:Hostname", "192.0.2.1", "Chat:Cluster:Hostname: 192.0.2.1 is no address of this machine")]
    [InlineData("Cluster:Hostname", "no-such-host.invalid", "Chat:Cluster:Hostname: no-such-host.invalid has no address")]
    public async Task An_address_that_is_not_this_machine_is_named(string key, string address, string expected)
    {
        await using var node = NodeProcess.Launch(_folder, null, $"--Chat:{key}={address}");
        await node.ExitAsync(3);
        Assert.StartsWith($"ChatActors cannot start: {expected}", node.Output.Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_of_IPv6_are_written_with_brackets()
    {
        if (!Socket.OSSupportsIPv6)
            return;
        var log = new CapturedLog();
        await using var node = await TestNode.StartAsync(
            _folder, services => services.AddSingleton<ILoggerProvider>(log), "--Chat:Bind=::1", "--Logging:LogLevel:Chat.Node=Information");
        Assert.Contains($"ready: open http://[::1]:{node.WebPort}/, chat on [::1]:{node.Port}, health on http://[::1]:", Assert.Single(log.Of("Ready")), StringComparison.Ordinal);
    }
}
