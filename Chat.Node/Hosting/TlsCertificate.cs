using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Chat.Node.Settings;

namespace Chat.Node.Hosting;

/// <summary>A certificate with its key and the intermediates up to its root, as it is shown to clients.</summary>
sealed class TlsCertificate
{
    TlsCertificate(X509Certificate2 leaf, X509Certificate2Collection others)
    {
        Leaf = leaf;
        var context = SslStreamCertificateContext.Create(leaf, others, offline: true);
        Options = new SslServerAuthenticationOptions { ServerCertificateContext = context };
        WebOptions = new SslServerAuthenticationOptions { ServerCertificateContext = context, ApplicationProtocols = [SslApplicationProtocol.Http11] };
    }

    public X509Certificate2 Leaf { get; }

    /// <summary>For chat over TLS.</summary>
    public SslServerAuthenticationOptions Options { get; }

    /// <summary>For browsers.</summary>
    public SslServerAuthenticationOptions WebOptions { get; }

    /// <summary>UTC.</summary>
    public DateTime End => Leaf.NotAfter.ToUniversalTime();

    /// <param name="certificateFile">PEM: the certificate and its intermediates, in any order.</param>
    /// <param name="keyFile">PEM: its key, not encrypted.</param>
    /// <param name="now">Has to lie in the certificate's time.</param>
    /// <param name="setting">Which names the certificate; with <c>Key</c> behind it, the key.</param>
    /// <exception cref="SettingsException">It cannot be used; the setting and the file are named.</exception>
    public static TlsCertificate Load(string certificateFile, string keyFile, DateTimeOffset now, string setting = "Chat:Certificate")
    {
        var certificates = ParseCertificates(setting, certificateFile, Read(setting, certificateFile));
        using var key = ParseKey($"{setting}Key", keyFile, Read($"{setting}Key", keyFile));
        var leaf = certificates.FirstOrDefault(certificate => IsOf(certificate, key)) ??
            throw new SettingsException($"{setting}Key: the key in {keyFile} is not that of a certificate in {certificateFile}");
        if (certificates.FirstOrDefault(other => Issuer(other).SequenceEqual(Subject(leaf)) && !Issuer(other).SequenceEqual(Subject(other))) is { } issued)
        {
            throw new SettingsException(
                $"{setting}Key: the key in {keyFile} is that of {leaf.Subject}, which has issued another certificate in {certificateFile}: expected is the key of {issued.Subject}");
        }

        var (begin, end) = (leaf.NotBefore.ToUniversalTime(), leaf.NotAfter.ToUniversalTime());
        if (now.UtcDateTime > end)
            throw new SettingsException($"{setting}: the certificate in {certificateFile} has ended at {end:yyyy-MM-dd HH:mm} UTC");
        if (now.UtcDateTime < begin)
            throw new SettingsException($"{setting}: the certificate in {certificateFile} begins at {begin:yyyy-MM-dd HH:mm} UTC, which is not yet");
        certificates.Remove(leaf);
        try
        {
            return new TlsCertificate(WithKey(leaf, key), certificates);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or NotSupportedException)
        {
            throw new SettingsException($"{setting}: the certificate in {certificateFile} cannot be used: {e.Message}");
        }
    }

    static string Read(string setting, string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new SettingsException($"{setting}: the file {file} cannot be read: {e.Message}");
        }
    }

    static X509Certificate2Collection ParseCertificates(string setting, string file, string pem)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new SettingsException($"{setting}: a certificate in {file} cannot be understood: {e.Message}");
        }

        return certificates.Count > 0 ? certificates : throw new SettingsException($"{setting}: {file} holds no certificate: expected is PEM, -----BEGIN CERTIFICATE-----");
    }

    static AsymmetricAlgorithm ParseKey(string setting, string file, string pem)
    {
        if (pem.Contains("ENCRYPTED", StringComparison.Ordinal))
            throw new SettingsException($"{setting}: the key in {file} is encrypted: expected is one without a passphrase");
        if (!pem.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            throw new SettingsException($"{setting}: {file} holds no key: expected is PEM, -----BEGIN PRIVATE KEY-----");
        return TryImport(RSA.Create(), pem) ?? TryImport(ECDsa.Create(), pem) ??
            throw new SettingsException($"{setting}: the key in {file} cannot be understood: expected is a key for RSA or ECDSA in PEM");
    }

    static AsymmetricAlgorithm? TryImport(AsymmetricAlgorithm key, string pem)
    {
        try
        {
            key.ImportFromPem(pem);
            return key;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            return null;
        }
    }

    static bool IsOf(X509Certificate2 certificate, AsymmetricAlgorithm key) =>
        certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo());

    static ReadOnlySpan<byte> Subject(X509Certificate2 certificate) => certificate.SubjectName.RawData;

    static ReadOnlySpan<byte> Issuer(X509Certificate2 certificate) => certificate.IssuerName.RawData;

    static X509Certificate2 WithKey(X509Certificate2 certificate, AsymmetricAlgorithm key) =>
        key is RSA rsa ? certificate.CopyWithPrivateKey(rsa) : certificate.CopyWithPrivateKey((ECDsa)key);
}
