namespace Chat.Node.Settings;

/// <summary>Where the keys of an issuer come from, and so by which algorithms it may sign.</summary>
enum IssuerKeySource
{
    /// <summary>A secret that both sides know: HS256.</summary>
    Secret,

    /// <summary>A public key in PEM: RS256 or ES256.</summary>
    PublicKey,

    /// <summary>A set of public keys behind a URL: RS256 and ES256.</summary>
    Jwks,
}

/// <summary>Somebody whose tokens (JWT) log users in: <c>Chat:Auth:Issuers:N</c>.</summary>
/// <param name="Name">The <c>iss</c> of its tokens.</param>
/// <param name="Audience">What their <c>aud</c> must name.</param>
/// <param name="Source">What <paramref name="Key"/> is.</param>
/// <param name="Key">The secret, the PEM text, or the URL.</param>
/// <param name="MaxHours">So far ahead their <c>exp</c> may be.</param>
sealed record IssuerSettings(string Name, string Audience, IssuerKeySource Source, string Key, int MaxHours)
{
    /// <summary>The longest name of an issuer, in bytes of UTF-8.</summary>
    public const int MaxNameBytes = 200;

    /// <summary>The shortest secret, in bytes of UTF-8: as many as HMAC-SHA256 makes.</summary>
    public const int MinSecretBytes = 32;

    /// <summary>Never shows a secret.</summary>
    public override string ToString() => $"{nameof(IssuerSettings)} {{ {Name}, {Source} }}";
}
