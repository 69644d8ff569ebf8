using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Chat.Tests.Support;

/// <summary>
/// An issuer of tokens (JWT), made by hand and not by the library that verifies them: it also makes what no issuer should.
/// </summary>
sealed class TestIssuer : IDisposable
{
    public const string Audience = "chat";

    readonly Func<byte[], byte[]> _sign;
    readonly AsymmetricAlgorithm? _key;

    TestIssuer(string algorithm, Func<byte[], byte[]> sign, AsymmetricAlgorithm? key = null) => (Algorithm, _sign, _key) = (algorithm, sign, key);

    public string Name { get; init; } = "https://product.example";

    public string Algorithm { get; }

    public string? KeyId { get; init; }

    /// <summary>The public key in PEM.</summary>
    public string Pem => _key!.ExportSubjectPublicKeyInfoPem();

    public static TestIssuer WithSecret(string secret) => new("HS256", text => HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), text));

    public static TestIssuer WithRsa(string? keyId = null, int bits = 2048)
    {
        var rsa = RSA.Create(bits);
        return new TestIssuer("RS256", text => rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), rsa) { KeyId = keyId };
    }

    public static TestIssuer WithEc(string? keyId = null)
    {
        var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new TestIssuer("ES256", text => ec.SignData(text, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation), ec) { KeyId = keyId };
    }

    /// <summary>A good token.</summary>
    /// <param name="subject">Whose.</param>
    /// <param name="now">When it is issued.</param>
    /// <param name="lifetime">Until it expires.</param>
    /// <param name="change">What is different; null takes a claim away.</param>
    public string Token(string subject, DateTimeOffset now, TimeSpan lifetime, params (string Claim, object? Value)[] change)
    {
        var claims = new Dictionary<string, object?>
        {
            ["iss"] = Name,
            ["aud"] = Audience,
            ["sub"] = subject,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + lifetime).ToUnixTimeSeconds(),
        };
        foreach (var (claim, value) in change)
        {
            if (value is null)
                claims.Remove(claim);
            else
                claims[claim] = value;
        }

        return Signed(JsonSerializer.Serialize(claims));
    }

    /// <summary>Whatever it says, signed; the header may be another one too.</summary>
    public string Signed(string payload, string? header = null)
    {
        header ??= JsonSerializer.Serialize(KeyId is null ? new Dictionary<string, string> { ["alg"] = Algorithm, ["typ"] = "JWT" } : new() { ["alg"] = Algorithm, ["kid"] = KeyId });
        var text = $"{Part(Encoding.UTF8.GetBytes(header))}.{Part(Encoding.UTF8.GetBytes(payload))}";
        return $"{text}.{Part(_sign(Encoding.UTF8.GetBytes(text)))}";
    }

    /// <summary>The public key as a member of a set.</summary>
    public Dictionary<string, object?> Jwk()
    {
        var key = new Dictionary<string, object?> { ["use"] = "sig", ["alg"] = Algorithm, ["kid"] = KeyId };
        if (_key is RSA rsa)
        {
            var parameters = rsa.ExportParameters(includePrivateParameters: false);
            (key["kty"], key["n"], key["e"]) = ("RSA", Part(parameters.Modulus!), Part(parameters.Exponent!));
        }
        else
        {
            var point = ((ECDsa)_key!).ExportParameters(includePrivateParameters: false).Q;
            (key["kty"], key["crv"], key["x"], key["y"]) = ("EC", "P-256", Part(point.X!), Part(point.Y!));
        }

        return key;
    }

    public static string Jwks(params IEnumerable<TestIssuer> issuers) => JsonSerializer.Serialize(new { keys = issuers.Select(issuer => issuer.Jwk()) });

    public static string Part(byte[] bytes) => Base64Url.EncodeToString(bytes);

    public void Dispose() => _key?.Dispose();
}
