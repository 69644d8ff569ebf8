using Chat.Node.Settings;
using Microsoft.IdentityModel.Tokens;

namespace Chat.Node.Auth;

/// <summary>The keys of a set (RFC 7517) that we may use. Pure.</summary>
sealed class JwksDocument
{
    /// <summary>A set with more keys is refused.</summary>
    public const int MaxKeys = 100;

    /// <summary>A longer RSA key costs too much to be checked, in bits.</summary>
    const int MaxRsaBits = 8192;

    readonly IReadOnlyList<JsonWebKey> _keys;

    JwksDocument(IReadOnlyList<JsonWebKey> keys) => _keys = keys;

    /// <exception cref="FormatException">It is no set of keys, has too many, or none that we may use.</exception>
    public static JwksDocument Read(string json)
    {
        List<JsonWebKey> all;
        try
        {
            all = [.. new JsonWebKeySet(json).Keys];
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException or System.Text.Json.JsonException)
        {
            throw new FormatException("the answer is no set of keys", e);
        }

        if (all.Count > MaxKeys)
            throw new FormatException($"the answer has {all.Count} keys: at most {MaxKeys} are expected");
        var usable = all.FindAll(IsUsable);
        return usable.Count > 0 ? new JwksDocument(usable) : throw new FormatException("the answer has no public key for RS256 or ES256");
    }

    /// <summary>The keys of this id; all of them for a token that names none.</summary>
    public IReadOnlyList<SecurityKey> Find(string? keyId) => keyId is null ? _keys : [.. _keys.Where(key => key.Kid == keyId)];

    /// <summary>Never a symmetric one: it would not be a secret, and a token could be signed with what everybody can read.</summary>
    static bool IsUsable(JsonWebKey key)
    {
        if (key.Use is not (null or "" or JsonWebKeyUseNames.Sig) || key.HasPrivateKey || (key.KeyOps.Count > 0 && !key.KeyOps.Contains("verify")))
            return false;
        try
        {
            return key.Kty switch
            {
                JsonWebAlgorithmsKeyTypes.RSA => key.Alg is null or "" or SecurityAlgorithms.RsaSha256
                    && Base64UrlEncoder.DecodeBytes(key.N).Length * 8 is >= PublicKeyPem.MinRsaBits and <= MaxRsaBits && key.E is { Length: > 0 and < 16 },
                JsonWebAlgorithmsKeyTypes.EllipticCurve => key.Alg is null or "" or SecurityAlgorithms.EcdsaSha256
                    && key.Crv == JsonWebKeyECTypes.P256 && key.X is { Length: > 0 and < 64 } && key.Y is { Length: > 0 and < 64 },
                _ => false,
            };
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return false;
        }
    }
}
