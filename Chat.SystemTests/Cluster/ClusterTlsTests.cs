using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Cluster;

/// <summary>Nodes that speak TLS with each other are a cluster; who has no certificate of their authority is let in nowhere.</summary>
[Collection(NodeCollection.Name)]
public sealed class ClusterTlsTests : IDisposable
{
    readonly TestFolder _folder = new();
    readonly TestFolder _certificates = new();
    readonly TestCertificates _authority = new();

    public void Dispose()
    {
        _authority.Dispose();
        _certificates.Dispose();
        _folder.Dispose();
    }

    string[] OwnSettings => _authority.ClusterSettings(Path.Combine(_certificates.Path, "own"));

    [Fact]
    public async Task Three_nodes_are_one_cluster_and_a_node_with_a_foreign_certificate_is_not_let_in()
    {
        await using var cluster = await ProcessCluster.StartAsync(_folder, 3, OwnSettings);
        await using var alice = await cluster[0].LogInNewAsync("alice");
        await using var bob = await cluster[1].LogInNewAsync("bob");
        await using var carol = await cluster[2].LogInNewAsync("carol");
        await AssertChatAsync();

        using var others = new TestCertificates();
        var foreign = others.ClusterSettings(Path.Combine(_certificates.Path, "foreign"));
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => NodeProcess.StartAsync(_folder, null, ["--Chat:Cluster:Port=0", "--Chat:Cluster:JoinSeconds=8", .. foreign]));
        Assert.True(failure.Message.Contains("ChatActors cannot start: ", StringComparison.Ordinal), failure.Message);
        Assert.True(failure.Message.Contains("is not let in at the cluster's port, or not spoken to: its certificate", StringComparison.Ordinal), failure.Message);
        await AssertChatAsync();

        async Task AssertChatAsync()
        {
            ModernTestClient[] users = [alice, bob, carol];
            foreach (var sender in users)
            {
                foreach (var receiver in users.Where(each => each != sender))
                {
                    // As clients do: a busy machine may ask for it once more (errno 10).
                    var cmid = $"{Guid.NewGuid():n}";
                    await Eventually.EqualAsync(0L, async () => (await sender.SendToAsync(receiver.UserId, $"from {sender.Name}", cmid)).Number("errno"));
                    Assert.Equal($"from {sender.Name}", (await receiver.NextAsync()).Text("msg"));
                }
            }
        }
    }

    [Fact]
    public async Task Without_a_certificate_of_the_authority_nobody_is_heard()
    {
        await using var node = await TestNode.StartAsync(_folder, OwnSettings);
        var (host, port) = (IPAddress.Loopback, int.Parse(node.ClusterAddress.Split(':')[^1]));

        using var others = new TestCertificates();
        var folder = Path.Combine(_certificates.Path, "foreign");
        others.Write(folder);
        using var foreign = X509Certificate2.CreateFromPemFile(Path.Combine(folder, "fullchain.pem"), Path.Combine(folder, "key.pem"));
        foreach (var shown in (X509CertificateCollection[])[[], [foreign]])
        {
            using var tcp = new TcpClient();
            await tcp.ConnectAsync(host, port);
#pragma warning disable CA5359 // it is the other side that has to look
            await using var tls = new SslStream(tcp.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
#pragma warning restore CA5359
            await AssertEndsAsync(async () =>
            {
                await tls.AuthenticateAsClientAsync("localhost", shown, checkCertificateRevocation: false); // of TLS 1.3 the client's part ends before the server has looked
                return await tls.ReadAsync(new byte[1]);
            });
        }

        using var plain = new TcpClient();
        await plain.ConnectAsync(host, port);
        await plain.GetStream().WriteAsync(Encoding.ASCII.GetBytes(new string('x', 100)));
        await AssertEndsAsync(async () => await plain.GetStream().ReadAsync(new byte[1]));

        await using var alice = await node.LogInNewAsync();
        Assert.Equal(0, (await alice.SendToAsync(alice.UserId, "still here")).Number("errno"));
    }

    [Fact]
    public async Task A_node_without_tls_is_told_that_the_cluster_has_it()
    {
        await using var node = await TestNode.StartAsync(_folder, OwnSettings);
        var failure = await Assert.ThrowsAsync<Node.Cluster.SettingsDifferException>(() => TestNode.StartAsync(_folder));
        Assert.Contains($"Chat:Cluster:Certificate is not set here and set at {node.ClusterAddress}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_the_other_nodes_would_not_take_stops_the_start()
    {
        using var others = new TestCertificates();
        var foreign = others.ClusterSettings(Path.Combine(_certificates.Path, "foreign"));
        var failure = await Assert.ThrowsAsync<Node.Settings.SettingsException>(() => TestNode.StartAsync(_folder, [.. foreign[..2], OwnSettings[2]]));
        Assert.StartsWith("Chat:Cluster:Certificate: the other nodes will not take the certificate in ", failure.Message, StringComparison.Ordinal);

        var (certificate, key, authority) = (OwnSettings[0], OwnSettings[1], OwnSettings[2]);
        foreach (var (settings, expected) in new (string[], string)[]
        {
            ([certificate, key, "--Chat:Cluster:CertificateAuthority=/nowhere.pem"], "Chat:Cluster:CertificateAuthority: the file /nowhere.pem cannot be read"),
            ([certificate, "--Chat:Cluster:CertificateKey=/nowhere.pem", authority], "Chat:Cluster:CertificateKey: the file /nowhere.pem cannot be read"),
            (["--Chat:Cluster:Certificate=/nowhere.pem", key, authority], "Chat:Cluster:Certificate: the file /nowhere.pem cannot be read"),
        })
            Assert.StartsWith(expected, (await Assert.ThrowsAsync<Node.Settings.SettingsException>(() => TestNode.StartAsync(_folder, settings))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_others_may_reach_and_that_is_not_protected_is_warned_of()
    {
        string[] reachable = ["--Chat:Bind=0.0.0.0", "--Chat:Cluster:Hostname=node.example"];
        await using (var open = await NodeProcess.StartAsync(_folder, null, reachable))
            Assert.Contains("the cluster's port listens at 0.0.0.0 and is not protected", open.Output, StringComparison.Ordinal);
        foreach (var quiet in (string[][])[[.. reachable, "--Chat:Cluster:Unprotected=allow"], [.. reachable, .. OwnSettings], ["--Chat:Bind=0.0.0.0"], []])
        {
            await using var node = await NodeProcess.StartAsync(_folder, null, quiet);
            Assert.DoesNotContain("is not protected", node.Output, StringComparison.Ordinal);
        }
    }

    /// <summary>By its other side.</summary>
    static async Task AssertEndsAsync(Func<Task<int>> reading)
    {
        try
        {
            Assert.Equal(0, await reading().WaitAsync(TestNode.Patience));
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
            // that is an end as well
        }
    }
}
