using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Chat.Node.Auth;
using Chat.Node.People;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>What the product does with its users. Where sessions have to end, it is answered when they are told.</summary>
sealed class UserChanges(
    Registrar registrar, Accounts accounts, ExternalIdentities identities, UserProfiles profiles, LoginTokens tokens, SessionRevocation sessions,
    ErasureStore erasures, TimeProvider clock, ILogger<UserChanges> logger)
{
    const int TokenBytes = 32;

    /// <summary>The id of a new user, or why there is none.</summary>
    public Task<Outcome> CreateAsync(string name, string? password, string? display, RepeatKey? once) =>
        registrar.RegisterAsync(name, password, async (connection, transaction, id) =>
        {
            if (display is not null)
                await UserProfiles.InsertAsync(connection, transaction, id, display);
            if (once is not null)
                await once.NoteAsync(connection, transaction, id);
        });

    /// <summary>The id of the user of an issuer's subject, who is made if there is none yet.</summary>
    public async Task<(Outcome Outcome, bool IsNew)> UpsertAsync(string issuer, string subject, string? name, string? display)
    {
        if (await identities.FindAsync(issuer, subject) is { } known)
            return (await UpdateAsync(known, display), IsNew: false);
        if (name is not null && NameRule.Problem("name", name) is { } problem)
            return (Outcome.Fail(ErrorCode.Malformed, problem), IsNew: false);
        foreach (var candidate in name is null ? ExternalName.Candidates(display, issuer, subject) : [NormalForm.Compose(name)])
        {
            if (await identities.CreateAsync(issuer, subject, candidate, display, avatar: null) is { } id)
                return (Outcome.Ok(id), IsNew: true);
            if (await identities.FindAsync(issuer, subject) is { } meanwhile)
                return (await UpdateAsync(meanwhile, display), IsNew: false); // somebody was quicker
        }

        return (Outcome.Fail(ErrorCode.Rejected, "the name is taken"), IsNew: false);
    }

    /// <summary>What is null stays as it is.</summary>
    public async Task<Outcome> ChangeAsync(int id, string? display, string? password, bool? isDisabled)
    {
        if (await erasures.FindAsync(id) is not null && (display is not null || password is not null || isDisabled == false))
            return Outcome.Fail(ErrorCode.Malformed, $"user {id} is erased: nothing of it is changed any more");
        if (password is not null)
        {
            if (await profiles.IsExternalAsync(id))
                return Outcome.Fail(ErrorCode.Malformed, "a user of an issuer has no password");
            if (await accounts.FindAsync(id) is { } account && await registrar.SetPasswordAsync(account, password) is { Error: not ErrorCode.None } refused)
                return refused;
        }

        if (display is not null)
            await profiles.SetDisplayAsync(id, display);
        if (isDisabled == true)
        {
            await profiles.DisableAsync(id, clock.GetUtcNow());
            ApiLog.UserDisabled(logger, id);
            await sessions.EndAllAsync(id, isBan: true);
        }
        else if (isDisabled == false)
        {
            await profiles.EnableAsync(id);
            ApiLog.UserEnabled(logger, id);
        }

        return Outcome.Ok(id);
    }

    /// <summary>A token that a device logs in with; a hash of it is stored.</summary>
    public async Task<(string Token, DateTimeOffset Expires)> MintAsync(int id, TimeSpan lifetime)
    {
        var token = $"ct_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes))}";
        var expires = clock.GetUtcNow() + lifetime;
        await tokens.SaveAsync(SHA256.HashData(Encoding.UTF8.GetBytes(token)), id, expires);
        return (token, expires);
    }

    async Task<Outcome> UpdateAsync(ExternalUser known, string? display)
    {
        if (display is not null && display != known.Display)
            await identities.DescribeAsync(known.UserId, display, known.Avatar);
        return Outcome.Ok(known.UserId);
    }
}
