using Chat.Node.Auth;
using Chat.Node.People;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>What the product does with its users. Where sessions have to end, it is answered when they are told.</summary>
sealed class UserChanges(
    Registrar registrar, Accounts accounts, ExternalIdentities identities, UserProfiles profiles, LoginTokens tokens, SessionRevocation sessions,
    ErasureStore erasures, RepeatedWrites repeated, TimeProvider clock, ILogger<UserChanges> logger)
{
    /// <summary>The user is shown as before.</summary>
    public static readonly ChangeProfileRequest Nothing = new(null, null, null);

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
    /// <exception cref="DuplicateKeyException">The same request was carried out before.</exception>
    public async Task<(Outcome Outcome, bool IsNew)> UpsertAsync(string issuer, string subject, string? name, string? display, RepeatKey? once)
    {
        if (await identities.FindAsync(issuer, subject) is { } known)
            return (await UpdateAsync(known, display, once), IsNew: false);
        if (name is not null && NameRule.Problem("name", name) is { } problem)
            return (Outcome.Fail(ErrorCode.Malformed, problem), IsNew: false);
        foreach (var candidate in name is null ? ExternalName.Candidates(display, issuer, subject) : [NormalForm.Compose(name)])
        {
            if (await identities.CreateAsync(issuer, subject, candidate, display, avatar: null, once: once) is { } id)
                return (Outcome.Ok(id), IsNew: true);
            if (await identities.FindAsync(issuer, subject) is { } meanwhile)
                return (await UpdateAsync(meanwhile, display, once), IsNew: false); // somebody was quicker
        }

        return (Outcome.Fail(ErrorCode.Rejected, "the name is taken"), IsNew: false);
    }

    /// <summary>What is null stays as it is.</summary>
    /// <param name="id">The user.</param>
    /// <param name="profile">How the user is shown.</param>
    /// <param name="password">For logins by name.</param>
    /// <param name="isDisabled">Whether the user is shut out.</param>
    public async Task<Outcome> ChangeAsync(int id, ChangeProfileRequest profile, string? password, bool? isDisabled)
    {
        if (await erasures.FindAsync(id) is not null && (profile != Nothing || password is not null || isDisabled == false))
            return Outcome.Fail(ErrorCode.Malformed, $"user {id} is erased: nothing of it is changed any more");
        if (password is not null)
        {
            if (await profiles.IsExternalAsync(id))
                return Outcome.Fail(ErrorCode.Malformed, "a user of an issuer has no password");
            if (await accounts.FindAsync(id) is { } account && await registrar.SetPasswordAsync(account, password) is { Error: not ErrorCode.None } refused)
                return refused;
        }

        if (profile != Nothing)
            await profiles.ChangeAsync(id, profile.Display, profile.Avatar, profile.About);
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
    /// <exception cref="DuplicateKeyException">The same request has made one before.</exception>
    public Task MintAsync(int id, LoginTokenText token, DateTimeOffset expires, RepeatKey? once) => tokens.SaveAsync(token.Hash, id, expires, once);

    async Task<Outcome> UpdateAsync(ExternalUser known, string? display, RepeatKey? once)
    {
        if (display is not null && display != known.Display)
            await profiles.SetDisplayAsync(known.UserId, display);
        if (once is not null)
            await repeated.NoteAsync(once, known.UserId); // afterwards: who was told nothing asks again, and it is done again
        return Outcome.Ok(known.UserId);
    }
}
