using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ProductPage;

/// <summary>
/// Tokens (JWT) with which the shop's users log in to chat. The shop and the node share a secret, so the node needs to ask nobody, and a user
/// of the shop is one of chat with the first token.
/// </summary>
sealed class ChatTokens(string issuer, string secret, TimeProvider time)
{
    /// <summary>Short: the client asks for the next one before it ends, and who is signed out gets none.</summary>
    static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    readonly JsonWebTokenHandler _handler = new();
    readonly SigningCredentials _key = new(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(secret)), SecurityAlgorithms.HmacSha256);

    /// <summary>A token for a user who is signed in.</summary>
    public string For(ShopUser user)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = "chat",
            Claims = new Dictionary<string, object> { ["sub"] = user.Subject, ["name"] = user.Name },
            IssuedAt = now,
            NotBefore = now,
            Expires = now + Lifetime,
            SigningCredentials = _key,
        });
    }
}
