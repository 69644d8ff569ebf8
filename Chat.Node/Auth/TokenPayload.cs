using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Chat.Node.Auth;

/// <summary>What is said in a token. Pure.</summary>
static class TokenPayload
{
    /// <summary>A longer address of a picture is left out.</summary>
    const int MaxAvatarBytes = 1024;

    /// <summary>The claims of a token whose signature and times are right already, or what is wrong with them.</summary>
    public static TokenCheck Read(JsonWebToken token, DateTimeOffset expires, DateTimeOffset? issued)
    {
        try
        {
            using var json = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(token.EncodedPayload));
            if (TextOf(json.RootElement, "sub") is not { Length: > 0 } subject)
                return TokenCheck.Not(TokenVerdict.Wrong, "its \"sub\" is missing or no string");
            if (Encoding.UTF8.GetByteCount(subject) > TokenClaims.MaxSubjectBytes)
                return TokenCheck.Not(TokenVerdict.Wrong, $"its \"sub\" is longer than {TokenClaims.MaxSubjectBytes} bytes");
            return TokenCheck.Valid(new TokenClaims(token.Issuer, subject, expires)
            {
                Issued = issued,
                Name = TextOf(json.RootElement, "name"),
                Avatar = TextOf(json.RootElement, "avatar") is { } avatar && Encoding.UTF8.GetByteCount(avatar) <= MaxAvatarBytes ? avatar : null,
            });
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return TokenCheck.Not(TokenVerdict.Wrong, "what it says cannot be read"); // half a surrogate pair in a string is an InvalidOperationException
        }
    }

    /// <summary>
    /// What is wrong with the kind of its times, null if nothing is, or if it cannot be read: that is found out elsewhere. RFC 7519 has numbers (section 2,
    /// NumericDate); the library takes digits in a string too, and others would not.
    /// </summary>
    /// <param name="payload">The second part of the token.</param>
    public static TokenCheck? TimesProblem(string payload)
    {
        try
        {
            using var json = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(payload));
            foreach (var claim in json.RootElement.EnumerateObject())
            {
                if (claim.Name is "exp" or "nbf" or "iat" && claim.Value.ValueKind != JsonValueKind.Number)
                    return TokenCheck.Not(TokenVerdict.Wrong, $"its \"{claim.Name}\" is no number");
            }
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or InvalidOperationException)
        {
            // no JSON object
        }

        return null;
    }

    static string? TextOf(JsonElement json, string key) =>
        json.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
