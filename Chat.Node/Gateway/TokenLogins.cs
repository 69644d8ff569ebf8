using Chat.Node.Auth;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>Whose a token (JWT) is and when its session ends, or why it is nobody's.</summary>
sealed record TokenLogin(ErrorCode Error, string Reason)
{
    public Account Account { get; init; } = new();

    public DateTimeOffset Ends { get; init; }
}

/// <summary>
/// The product's own users: verifies their tokens (JWT), and makes a user of a subject that has none. A client is told little of what is wrong
/// with a token; the log is told what.
/// </summary>
sealed class TokenLogins(
    TokenVerifier verifier, ExternalIdentities identities, Accounts accounts, TimeProvider clock, ILogger<TokenLogins> logger)
{
    static readonly TokenLogin NotValid = new(ErrorCode.Rejected, "the token is not valid");

    /// <param name="jwt">The token.</param>
    /// <param name="mayCreate">Whether a subject without a user gets one.</param>
    /// <exception cref="StorageException">The database does not answer.</exception>
    public async Task<TokenLogin> FindUserAsync(string jwt, bool mayCreate)
    {
        var check = await verifier.CheckAsync(jwt);
        if (check.Claims is not { } claims)
            return Refuse(check);
        var user = await identities.FindAsync(claims.Issuer, claims.Subject);
        if (user is null && !mayCreate)
            return Refuse("its subject has no user here");
        user ??= await CreateAsync(claims);
        if (await accounts.FindAsync(user.UserId) is not { } account)
            return Refuse("the user of its subject is gone");
        if (account.NotBefore > 0 && !(claims.Issued?.ToUnixTimeMilliseconds() >= account.NotBefore))
            return Refuse("it was issued before its user was logged out everywhere");
        if (user.NewsOf(claims.Name, claims.Avatar) is { } news)
            await identities.DescribeAsync(account.Id, news);
        return new TokenLogin(ErrorCode.None, "") { Account = account, Ends = TokenLifetime.SessionEnd(claims.Expires, clock.GetUtcNow()) };
    }

    /// <summary>Several nodes may do it at the same time: one of them makes the user, and the others find it.</summary>
    async Task<ExternalUser> CreateAsync(TokenClaims claims)
    {
        foreach (var name in ExternalName.Candidates(claims.Name, claims.Issuer, claims.Subject))
        {
            if (await TryCreateAsync(claims, name) is { } id)
            {
                Log.ExternalUserMade(logger, id, claims.Issuer);
                return new ExternalUser(id, ExternalIdentities.Cut(claims.Name)) { Said = TokenSaid.Of(claims.Name, claims.Avatar) };
            }

            if (await identities.FindAsync(claims.Issuer, claims.Subject) is { } known)
                return known;
        }

        throw new StorageException("no name is free for a new user");
    }

    async Task<int?> TryCreateAsync(TokenClaims claims, string name)
    {
        try
        {
            return await identities.CreateAsync(claims.Issuer, claims.Subject, name, claims.Name, claims.Avatar, TokenSaid.Of(claims.Name, claims.Avatar));
        }
        catch (RowRefusedException)
        {
            return null; // legacy servers could not store it: the last name is one that they can
        }
    }

    TokenLogin Refuse(TokenCheck check)
    {
        Log.TokenRefused(logger, check.Reason);
        return check.Verdict switch
        {
            TokenVerdict.Expired => new TokenLogin(ErrorCode.Expired, "the token has expired: log in with a new one"),
            TokenVerdict.Unknown => new TokenLogin(ErrorCode.Unavailable, "the token could not be checked now"),
            _ => NotValid,
        };
    }

    TokenLogin Refuse(string reason)
    {
        Log.TokenRefused(logger, reason);
        return NotValid;
    }
}
