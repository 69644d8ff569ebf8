using System.Data.Common;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.People;

/// <summary>New accounts and new passwords: the rules, and what is stored.</summary>
sealed class Registrar(Accounts accounts, PasswordWorker passwords)
{
    /// <summary>Devices can send no longer one.</summary>
    const int MaxPasswordCharacters = 1024;

    /// <summary>The new user's id, or why there is none.</summary>
    /// <param name="name">As it was typed.</param>
    /// <param name="password">The same; null: nobody logs in to this account by a password.</param>
    /// <param name="alsoAsync">What else is written of the new user, in the same transaction (<see cref="Accounts.RegisterAsync"/>).</param>
    /// <exception cref="StorageException">The database is away, or too many passwords wait.</exception>
    public async Task<Outcome> RegisterAsync(string name, string? password, Func<DbConnection, DbTransaction, int, Task>? alsoAsync = null)
    {
        if (NameRule.Problem("name", name) is { } problem)
            return Outcome.Fail(ErrorCode.Malformed, problem);
        if (password is not null && PasswordProblem(password) is { } wrong)
            return Outcome.Fail(ErrorCode.Malformed, wrong);
        try
        {
            var stored = password is null ? ExternalIdentities.NoPassword() : await passwords.HashAsync(password);
            return await accounts.RegisterAsync(NormalForm.Compose(name), stored, alsoAsync) is { } id
                ? Outcome.Ok(id)
                : Outcome.Fail(ErrorCode.Rejected, "the name is taken");
        }
        catch (RowRefusedException)
        {
            return Outcome.Fail(ErrorCode.Malformed, "other servers that use the same database could not store this name or password: take another one, ASCII is safe");
        }
    }

    /// <summary>Replaces an account's password.</summary>
    /// <exception cref="StorageException">The database is away, or too many passwords wait.</exception>
    public async Task<Outcome> SetPasswordAsync(Account account, string password)
    {
        if (PasswordProblem(password) is { } problem)
            return Outcome.Fail(ErrorCode.Malformed, problem);
        try
        {
            await accounts.SetPasswordAsync(account, await passwords.HashAsync(password));
            return Outcome.Ok(account.Id);
        }
        catch (RowRefusedException)
        {
            return Outcome.Fail(ErrorCode.Malformed, "other servers that use the same database could not store this password: take another one, ASCII is safe");
        }
    }

    static string? PasswordProblem(string password) => password switch
    {
        "" => "the password is empty: at least one character is expected",
        { Length: > MaxPasswordCharacters } => $"the password has {password.Length} characters: at most {MaxPasswordCharacters} are expected",
        _ => null,
    };
}
