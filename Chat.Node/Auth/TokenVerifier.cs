using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Chat.Node.Auth;

/// <summary>
/// Verifies tokens (JWT) of the issuers that the settings name. Signature, algorithm, issuer and audience are the library's business; the times are
/// judged by <see cref="TokenLifetime"/>, on our clock. Blocks nobody: at most it waits for an issuer's keys, for <see cref="JwksKeys.Patience"/>.
/// </summary>
sealed class TokenVerifier(IReadOnlyList<TokenIssuer> issuers, TimeProvider clock)
{
    /// <summary>The longest token, in characters.</summary>
    public const int MaxLength = Chat.Protocol.LoginRequest.MaxJwtBytes;

    /// <summary>Three parts, two dots; an encrypted one has five.</summary>
    const int Dots = 2;

    readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = MaxLength, MapInboundClaims = false };
    readonly Dictionary<string, TokenIssuer> _issuers = issuers.ToDictionary(issuer => issuer.Settings.Name, StringComparer.Ordinal);

    public async Task<TokenCheck> CheckAsync(string text)
    {
        if (_issuers.Count == 0)
            return TokenCheck.Not(TokenVerdict.Wrong, "Chat:Auth:Issuers names nobody");
        var isInParts = text.Length <= MaxLength && text.AsSpan().Count('.') == Dots;
        if (isInParts && TokenPayload.TimesProblem(text.Split('.')[1]) is { } wrongTime)
            return wrongTime; // the library would say less of it, or nothing
        if (!isInParts || TryRead(text) is not { } token)
            return TokenCheck.Not(TokenVerdict.Wrong, "it is no signed JWT");
        if (token.TryGetHeaderValue<object>("crit", out _))
            return TokenCheck.Not(TokenVerdict.Wrong, "its header demands what is not known here (\"crit\")");
        if (!_issuers.TryGetValue(token.Issuer, out var issuer))
            return TokenCheck.Not(TokenVerdict.Wrong, "its issuer is none of Chat:Auth:Issuers");
        var check = await CheckAsync(token, issuer);
        return check.Verdict == TokenVerdict.Valid ? check : check with { Reason = $"{check.Reason} (issuer {issuer.Settings.Name})" };
    }

    async Task<TokenCheck> CheckAsync(JsonWebToken token, TokenIssuer issuer)
    {
        var keyId = string.IsNullOrEmpty(token.Kid) ? null : token.Kid;
        for (var isRepeated = false; ; isRepeated = true)
        {
            if (await issuer.Keys.FindAsync(keyId) is not { } keys)
                return KeysNotToBeHad();
            if (keys.Count == 0)
                return TokenCheck.Not(TokenVerdict.Wrong, "its issuer has no key of its \"kid\"");
            var (check, isBadSignature) = await CheckAsync(token, issuer, keys);
            if (!isBadSignature || isRepeated || keyId is not null)
                return check;
            switch (await issuer.Keys.RenewAsync())
            {
                case KeyRenewal.Never:
                    return check;
                case KeyRenewal.Stale:
                    return KeysNotToBeHad();
            }
        }
    }

    static TokenCheck KeysNotToBeHad() => TokenCheck.Not(TokenVerdict.Unknown, "the newest keys of its issuer are not to be had now");

    async Task<(TokenCheck Check, bool IsBadSignature)> CheckAsync(JsonWebToken token, TokenIssuer issuer, IReadOnlyList<SecurityKey> keys)
    {
        TokenCheck? lifetime = null;
        var result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = issuer.Settings.Name,
            ValidAudience = issuer.Settings.Audience,
            ValidAlgorithms = issuer.Keys.Algorithms,
            IssuerSigningKeys = keys,
            RequireSignedTokens = true,
            LifetimeValidator = (notBefore, expires, _, _) =>
                (lifetime = TokenLifetime.Problem(Utc(expires), Utc(notBefore), IssuedOf(token), issuer.Settings.MaxHours, clock.GetUtcNow())) is null,
        });
        if (!result.IsValid)
            return (lifetime ?? TokenCheck.Not(TokenVerdict.Wrong, ReasonOf(result.Exception)), result.Exception is SecurityTokenInvalidSignatureException);
        return (TokenPayload.Read(token, Utc(token.ValidTo)!.Value, IssuedOf(token)), false);
    }

    JsonWebToken? TryRead(string text)
    {
        try
        {
            return _handler.ReadJsonWebToken(text);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or SecurityTokenException or InvalidOperationException or System.Text.Json.JsonException)
        {
            return null;
        }
    }

    static DateTimeOffset? IssuedOf(JsonWebToken token) => Utc(token.IssuedAt == DateTime.MinValue ? null : token.IssuedAt);

    static DateTimeOffset? Utc(DateTime? time) => time is { } known ? new DateTimeOffset(DateTime.SpecifyKind(known, DateTimeKind.Utc)) : null;

    /// <summary>In words of ours: those of the library may repeat parts of the token.</summary>
    static string ReasonOf(Exception? problem) => problem switch
    {
        SecurityTokenInvalidAlgorithmException => "its algorithm is not the one of its issuer's kind of key",
        SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidSignatureException => "its signature is wrong, or its algorithm is none for its issuer's kind of key",
        SecurityTokenInvalidAudienceException => "its \"aud\" does not name us",
        SecurityTokenInvalidIssuerException => "its \"iss\" is wrong",
        null => "it is not valid",
        _ => problem.GetType().Name,
    };
}
