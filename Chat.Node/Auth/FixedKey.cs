using System.Text;
using Chat.Node.Settings;
using Microsoft.IdentityModel.Tokens;

namespace Chat.Node.Auth;

/// <summary>A key from the settings, whatever its tokens call it.</summary>
sealed class FixedKey(SecurityKey key, string algorithm) : IIssuerKeys
{
    readonly IReadOnlyList<SecurityKey> _keys = [key];

    public IReadOnlyList<string> Algorithms { get; } = [algorithm];

    public static FixedKey OfSecret(string secret) => new(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(secret)), SecurityAlgorithms.HmacSha256);

    /// <param name="pem">A key that <see cref="PublicKeyPem.Load"/> has let through.</param>
    public static FixedKey OfPem(string pem)
    {
        if (PublicKeyPem.TryRsa(pem) is { } rsa)
            return new FixedKey(new RsaSecurityKey(rsa), SecurityAlgorithms.RsaSha256);
        return PublicKeyPem.TryEc(pem) is { } ec
            ? new FixedKey(new ECDsaSecurityKey(ec), SecurityAlgorithms.EcdsaSha256)
            : throw new ArgumentException("no key", nameof(pem));
    }

    public ValueTask<IReadOnlyList<SecurityKey>?> FindAsync(string? keyId) => new(_keys);

    public ValueTask<KeyRenewal> RenewAsync() => new(KeyRenewal.Never);
}
