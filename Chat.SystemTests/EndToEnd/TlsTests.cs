using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Chat.Checker.Processes;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>The certificate that clients are shown, and what is said about one that cannot be used.</summary>
[Collection(NodeCollection.Name)]
public sealed class TlsTests : IDisposable
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
    public async Task A_client_that_knows_the_root_alone_is_shown_the_whole_chain()
    {
        await using var node = await TestNode.StartAsync(_folder, ["--Chat:TlsPort=0", .. _certificates.Settings(_folder)]);
        await ShownAsync(node);

        var rootFile = Path.Combine(_folder.Path, "root.pem");
        await File.WriteAllTextAsync(rootFile, _certificates.Root.ExportCertificatePem());
        var said = await Command.RunAsync(
            "sh", "-c", $"sleep 0 | openssl s_client -connect 127.0.0.1:{node.TlsPort} -servername localhost -verify_hostname localhost -verify_return_error -CAfile {rootFile} 2>&1 || true");
        Assert.Contains("Verify return code: 0 (ok)", said, StringComparison.Ordinal);
    }

    /// <summary>As certbot (one link for each file) and Kubernetes (one link for the folder) do it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_renewal_is_shown_without_a_restart_and_a_broken_one_is_not(bool isLinkedFolder)
    {
        var (first, second, broken) = (Path.Combine(_folder.Path, "1"), Path.Combine(_folder.Path, "2"), Path.Combine(_folder.Path, "3"));
        var (old, renewed) = (_certificates.Write(first), _certificates.Write(second));
        _certificates.Write(broken);
        await File.WriteAllTextAsync(Path.Combine(broken, "key.pem"), "-----BEGIN PRIVATE KEY-----\ngarbage\n-----END PRIVATE KEY-----");
        var live = Path.Combine(_folder.Path, "live");
        Link(live, first, isLinkedFolder);
        await using var node = await StartAsync(TestCertificates.SettingsFor(live));
        Assert.Equal(old, await ShownAsync(node));

        Link(live, broken, isLinkedFolder);
        await _log.SeenAsync(134);
        Assert.Equal(old, await ShownAsync(node));

        Link(live, second, isLinkedFolder);
        await Eventually.EqualAsync(renewed, async () => await ShownAsync(node));
        Assert.Contains("Chat:CertificateKey", Assert.Single(_log.Of("CertificateUnusable").Distinct()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(13.5, true)]
    [InlineData(14.5, false)]
    public async Task An_end_that_is_near_is_warned_of(double days, bool isWarned)
    {
        await using var node = await StartAsync(_certificates.Settings(_folder, end: days));
        Assert.Equal(isWarned ? 1 : 0, _log.Of("CertificateEnds").Count);
    }

    [Theory]
    [InlineData("no certificate file", "Chat:Certificate: the file ")]
    [InlineData("no key file", "Chat:CertificateKey: the file ")]
    [InlineData("a folder", "Chat:Certificate: the file ")]
    [InlineData("garbage as certificate", "Chat:Certificate: ")]
    [InlineData("garbage inside the certificate", "Chat:Certificate: ")]
    [InlineData("the key in its place", "Chat:Certificate: ")]
    [InlineData("garbage as key", "Chat:CertificateKey: ")]
    [InlineData("garbage inside the key", "Chat:CertificateKey: ")]
    [InlineData("another's key", "Chat:CertificateKey: the key in ")]
    [InlineData("the intermediate's key", "Chat:CertificateKey: the key in ")]
    [InlineData("an encrypted key", "Chat:CertificateKey: the key in ")]
    [InlineData("ended", "Chat:Certificate: the certificate in ")]
    [InlineData("not begun", "Chat:Certificate: the certificate in ")]
    public async Task What_cannot_be_used_stops_the_start_and_is_named(string trouble, string expected)
    {
        var settings = _certificates.Settings(_folder, trouble == "not begun" ? 1 : -2, trouble == "ended" ? -1 : 60);
        Spoil(trouble, Path.Combine(_folder.Path, "fullchain.pem"), Path.Combine(_folder.Path, "key.pem"));
        var refused = await Assert.ThrowsAsync<SettingsException>(() => TestNode.StartAsync(_folder, ["--Chat:TlsPort=0", .. settings]));
        Assert.StartsWith(expected, refused.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder.Path, "chat.db")), "something was begun");
    }

    Task<TestNode> StartAsync(string[] settings) => TestNode.StartAsync(
        _folder, services => services.AddSingleton<ILoggerProvider>(_log), ["--Chat:TlsPort=0", "--Logging:LogLevel:Chat.Node=Information", .. settings]);

    void Spoil(string trouble, string certificate, string key)
    {
        switch (trouble)
        {
            case "no certificate file":
                File.Delete(certificate);
                break;
            case "no key file":
                File.Delete(key);
                break;
            case "a folder":
                File.Delete(certificate);
                Directory.CreateDirectory(certificate);
                break;
            case "garbage as certificate":
                File.WriteAllText(certificate, "garbage");
                break;
            case "garbage inside the certificate":
                File.WriteAllText(certificate, "-----BEGIN CERTIFICATE-----\nZ2FyYmFnZQ==\n-----END CERTIFICATE-----");
                break;
            case "the key in its place":
                File.Copy(key, certificate, overwrite: true);
                break;
            case "garbage as key":
                File.WriteAllText(key, "garbage");
                break;
            case "garbage inside the key":
                File.WriteAllText(key, "-----BEGIN PRIVATE KEY-----\nZ2FyYmFnZQ==\n-----END PRIVATE KEY-----");
                break;
            case "another's key":
                _certificates.Write(Path.Combine(_folder.Path, "other"));
                File.Copy(Path.Combine(_folder.Path, "other", "key.pem"), key, overwrite: true);
                break;
            case "the intermediate's key":
                File.WriteAllText(key, _certificates.IntermediateKey);
                break;
            case "an encrypted key":
                using (var rsa = RSA.Create(2048))
                    File.WriteAllText(key, rsa.ExportEncryptedPkcs8PrivateKeyPem("word", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000)));
                break;
            default:
                break; // its time
        }
    }

    /// <summary>In one step, as a rename is.</summary>
    static void Link(string live, string target, bool isLinkedFolder)
    {
        if (isLinkedFolder)
        {
            Replace(live, temporary => Directory.CreateSymbolicLink(temporary, target));
            return;
        }

        Directory.CreateDirectory(live);
        foreach (var file in (string[])["fullchain.pem", "key.pem"])
            Replace(Path.Combine(live, file), temporary => File.CreateSymbolicLink(temporary, Path.Combine(target, file)));
    }

    static void Replace(string path, Action<string> create)
    {
        create($"{path}.new");
        using var move = System.Diagnostics.Process.Start("mv", ["-T", $"{path}.new", path]);
        move.WaitForExit();
        Assert.Equal(0, move.ExitCode);
    }

    /// <summary>What a client that trusts the root, and nobody else, is shown.</summary>
    async Task<string> ShownAsync(TestNode node)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, node.TlsPort);
        await using var tls = new SslStream(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { _certificates.Root },
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            },
        });
        return tls.RemoteCertificate!.GetCertHashString();
    }
}
