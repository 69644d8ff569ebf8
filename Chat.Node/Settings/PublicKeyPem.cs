using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Chat.Node.Settings;

/// <summary>A public key as text: from a setting, or from the file that the setting names.</summary>
static class PublicKeyPem
{
    /// <summary>The shortest RSA key, in bits.</summary>
    public const int MinRsaBits = 2048;

    const string Expected = "expected is a PUBLIC KEY in PEM, or a file with one, RSA of at least 2048 bits or EC on the curve P-256";

    /// <summary>The object identifier of the curve P-256.</summary>
    const string CurveP256 = "1.2.840.10045.3.1.7";

    /// <summary>The object identifiers of the keys of RFC 8410.</summary>
    const string Ed25519 = "1.3.101.112";

    const string Ed448 = "1.3.101.113";

    /// <summary>The text of a key that can be used.</summary>
    /// <exception cref="SettingsException">There is none.</exception>
    public static string Load(string key, string value)
    {
        var pem = value.Contains("-----BEGIN", StringComparison.Ordinal) ? value : ReadFile(key, value);
        if (pem.Contains("PRIVATE KEY", StringComparison.Ordinal))
            throw new SettingsException($"{key} holds a private key, which only the issuer should have: {Expected}");
        using var rsa = TryRsa(pem);
        if (rsa is not null)
            return rsa.KeySize >= MinRsaBits ? pem : throw new SettingsException($"{key} is an RSA key of {rsa.KeySize} bits: {Expected}");
        using var ec = TryEc(pem);
        if (ec is null && IsEdwards(pem))
            throw new SettingsException($"{key} is a key for EdDSA (Ed25519 or Ed448), which is not supported: {Expected}");
        if (ec is null)
            throw new SettingsException($"{key} cannot be read: {Expected}");
        return ec.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == CurveP256
            ? pem
            : throw new SettingsException($"{key} is an EC key on another curve: {Expected}");
    }

    /// <summary>A key for EdDSA: neither the platform nor the library that verifies tokens has it.</summary>
    static bool IsEdwards(string pem)
    {
        try
        {
            var data = Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data]);
            return PublicKey.CreateFromSubjectPublicKeyInfo(data, out _).Oid.Value is Ed25519 or Ed448;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or FormatException)
        {
            return false;
        }
    }

    /// <summary>Null if it is no RSA key.</summary>
    public static RSA? TryRsa(string pem) => TryImport(RSA.Create, pem);

    /// <summary>Null if it is no EC key.</summary>
    public static ECDsa? TryEc(string pem) => TryImport(ECDsa.Create, pem);

    static T? TryImport<T>(Func<T> create, string pem)
        where T : AsymmetricAlgorithm
    {
        var algorithm = create();
        try
        {
            algorithm.ImportFromPem(pem);
            return algorithm;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            algorithm.Dispose();
            return null;
        }
    }

    static string ReadFile(string key, string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new SettingsException($"{key} is neither PEM nor a file that can be read ({e.Message}): {Expected}");
        }
    }
}
