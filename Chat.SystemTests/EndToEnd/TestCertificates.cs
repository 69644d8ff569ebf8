using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Chat.Tests.Support;

namespace Chat.SystemTests.EndToEnd;

/// <summary>A root, an intermediate under it, and certificates for localhost under that.</summary>
sealed class TestCertificates : IDisposable
{
    readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    readonly ECDsa _intermediateKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    readonly X509Certificate2 _intermediate;

    public TestCertificates()
    {
        var now = DateTimeOffset.UtcNow;
        Root = Authority("CN=test root", _rootKey).CreateSelfSigned(now.AddYears(-2), now.AddYears(2));
        using var signed = Authority("CN=test intermediate", _intermediateKey).Create(Root, now.AddYears(-1), now.AddYears(1), [1, 2, 3]);
        _intermediate = signed.CopyWithPrivateKey(_intermediateKey);
    }

    public X509Certificate2 Root { get; }

    public string IntermediateKey => _intermediateKey.ExportPkcs8PrivateKeyPem();

    /// <summary>Writes a new certificate with its intermediate, and its key; what identifies it is returned.</summary>
    /// <param name="folder">Where <c>fullchain.pem</c> and <c>key.pem</c> go.</param>
    /// <param name="begin">In days from now.</param>
    /// <param name="end">In days from now.</param>
    public string Write(string folder, double begin = -1, double end = 60)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        using var leaf = request.Create(
            _intermediate.SubjectName, X509SignatureGenerator.CreateForECDsa(_intermediateKey), now.AddDays(begin), now.AddDays(end), RandomNumberGenerator.GetBytes(8));
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "fullchain.pem"), $"{leaf.ExportCertificatePem()}\n{_intermediate.ExportCertificatePem()}\n");
        File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        return leaf.Thumbprint;
    }

    /// <summary>The settings for TLS between nodes: a new certificate for each, and who has signed it.</summary>
    public string[] ClusterSettings(string folder)
    {
        Write(folder);
        var (certificate, key, authority) = (Path.Combine(folder, "fullchain.pem"), Path.Combine(folder, "key.pem"), Path.Combine(folder, "authority.pem"));
        File.WriteAllText(authority, $"{Root.ExportCertificatePem()}\n{_intermediate.ExportCertificatePem()}\n");
        return [$"--Chat:Cluster:Certificate={certificate}", $"--Chat:Cluster:CertificateKey={key}", $"--Chat:Cluster:CertificateAuthority={authority}"];
    }

    /// <summary>The settings for a new certificate in this folder.</summary>
    public string[] Settings(TestFolder folder, double begin = -1, double end = 60)
    {
        Write(folder.Path, begin, end);
        return SettingsFor(folder.Path);
    }

    public static string[] SettingsFor(string folder) =>
        [$"--Chat:Certificate={Path.Combine(folder, "fullchain.pem")}", $"--Chat:CertificateKey={Path.Combine(folder, "key.pem")}"];

    public void Dispose()
    {
        _rootKey.Dispose();
        _intermediateKey.Dispose();
        _intermediate.Dispose();
        Root.Dispose();
    }

    static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        return request;
    }
}
