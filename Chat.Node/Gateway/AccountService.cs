using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>A login that may go on, with all that its ack lists, or why it may not.</summary>
sealed record LoginOutcome(ErrorCode Error, string Reason)
{
    public Account Account { get; init; } = new();

    public string Token { get; init; } = "";

    public byte[]? TokenHash { get; init; }

    public IReadOnlyList<FriendEntry> Friends { get; init; } = [];

    public IReadOnlyList<GroupEntry> Groups { get; init; } = [];
}

/// <summary>A new account's id, or why there is none.</summary>
sealed record RegisterResult(ErrorCode Error, string Reason, int UserId = 0);

/// <summary>
/// Everything about an account before a session attaches to its user: registration, passwords, resume tokens. Runs
/// beside the session actor; changes nothing of it.
/// </summary>
sealed class AccountService(
    Accounts accounts, ContactLists lists, int maxFrameBytes, PasswordWorker passwords, IBridge others, TimeProvider clock, ILogger<AccountService> logger, Lazy<IActorRef> users)
{
    const int TokenBytes = 32;
    static readonly TimeSpan TokenLifetime = TimeSpan.FromDays(30);
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    static readonly LoginOutcome WrongPassword = new(ErrorCode.Rejected, "id or password is invalid!");

    public async Task<RegisterResult> RegisterAsync(RegisterRequest request)
    {
        if (NameRule.Problem("name", request.Name) is { } problem)
            return new RegisterResult(ErrorCode.Malformed, problem);
        if (request.Password.Length == 0)
            return new RegisterResult(ErrorCode.Malformed, "the password is empty: at least one character is expected");
        try
        {
            var hash = await passwords.HashAsync(request.Password);
            return await accounts.RegisterAsync(NormalForm.Compose(request.Name), hash) is { } id
                ? new RegisterResult(ErrorCode.None, "", id)
                : new RegisterResult(ErrorCode.Rejected, "the name is taken");
        }
        catch (RowRefusedException)
        {
            return new RegisterResult(ErrorCode.Malformed, "other servers that use the same database could not store this name or password: take another one, ASCII is safe");
        }
        catch (StorageException e)
        {
            Log.RequestFailed(logger, "register", e);
            return new RegisterResult(ErrorCode.Unavailable, "the account could not be stored now");
        }
    }

    /// <param name="request">The login.</param>
    /// <param name="isModern">Whether to hand out a resume token (a legacy client knows none), and how long the lists may be.</param>
    public async Task<LoginOutcome> LogInAsync(LoginRequest request, bool isModern)
    {
        try
        {
            if (request is { Token: not null, Password: not null })
                return new LoginOutcome(ErrorCode.Malformed, "\"token\" and \"password\" are both there: one of them is expected");
            return request.Token is { } token
                ? await ByTokenAsync(request, token, isModern)
                : await ByPasswordAsync(request, isModern);
        }
        catch (Exception e) when (e is StorageException or AskTimeoutException or TimeoutException)
        {
            Log.RequestFailed(logger, "login", e);
            return new LoginOutcome(ErrorCode.Unavailable, "the login could not be checked now");
        }
    }

    public async Task RevokeAsync(byte[] tokenHash)
    {
        try
        {
            await accounts.RevokeTokenAsync(tokenHash);
        }
        catch (StorageException e)
        {
            Log.RequestFailed(logger, "revoke a token", e);
            throw;
        }
    }

    async Task<LoginOutcome> ByTokenAsync(LoginRequest request, string token, bool isModern)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(token));
        if (await accounts.FindByTokenAsync(hash, clock.GetUtcNow()) is not { } account)
            return new LoginOutcome(ErrorCode.Rejected, "the token is not valid (any more): log in with the password");
        if (Disagreement(request, account, "token") is { } problem)
            return new LoginOutcome(ErrorCode.Malformed, problem);
        await accounts.SaveTokenAsync(hash, account.Id, clock.GetUtcNow() + TokenLifetime);
        return await PrepareAsync(account, token, hash, isModern);
    }

    async Task<LoginOutcome> ByPasswordAsync(LoginRequest request, bool isModern)
    {
        var account = request.Id is { } id ? await accounts.FindAsync(id) : await accounts.FindAsync(request.Name!);
        if (account is null)
            return WrongPassword;
        var allowed = await users.Value.Ask<LoginChecked>(new CheckLogin(account.Id), Timeout);
        if (!allowed.IsAllowed)
            return new LoginOutcome(ErrorCode.TooFast, "too many wrong passwords for this account: wait a minute");
        var check = await passwords.CheckAsync(account, request.Password!);
        if (check.Verdict == PasswordVerdict.Wrong)
            return WrongPassword;
        users.Value.Tell(new LoginSucceeded(account.Id));
        if (Disagreement(request, account, "id") is { } problem)
            return new LoginOutcome(ErrorCode.Malformed, problem); // only now: the password has shown that it is told no stranger
        if (check.NewHash is { } newHash)
            await accounts.SetPasswordAsync(account, newHash);
        if (await IsOnlineElsewhereAsync(account.Id))
            return new LoginOutcome(ErrorCode.AlreadyOnline, "this account is using, input another");
        if (!isModern)
            return await PrepareAsync(account, "", null, isModern);
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(token));
        await accounts.SaveTokenAsync(hash, account.Id, clock.GetUtcNow() + TokenLifetime);
        return await PrepareAsync(account, token, hash, isModern);
    }

    /// <summary>What else the login names must belong to the user that it has proved to be.</summary>
    static string? Disagreement(LoginRequest request, Account account, string proof)
    {
        if (request.Id is { } id && id != account.Id)
            return $"\"id\" {id} does not agree with \"{proof}\", which is of user {account.Id}: leave one of them out";
        return request.Name is { } name && NameKey.Of(name) != NameKey.Of(account.Name)
            ? $"\"name\" {name} does not agree with \"{proof}\", which is of user {account.Id} ({account.Name}): leave one of them out"
            : null;
    }

    /// <summary>
    /// Whether a server outside the cluster has the user: what is stored may be years old, and some servers never stop listening, so that both
    /// must say so. Our own nodes listen too; the user's actor knows of them.
    /// </summary>
    async Task<bool> IsOnlineElsewhereAsync(int userId)
    {
        if (!others.IsOn || !(await others.CountServersAsync(userId) > 0))
            return false;
        var answer = await users.Value.Ask<ListeningAnswer>(new AskListening(userId), Timeout);
        return !answer.MayBeOurs && await others.CountServersAsync(userId) > 0; // once more: ours may just have stopped
    }

    async Task<LoginOutcome> PrepareAsync(Account account, string token, byte[]? hash, bool isModern)
    {
        var max = (isModern ? maxFrameBytes : LegacyFrames.MaxBytes) / ContactLists.LeastEntryBytes;
        var (friends, groups) = await lists.OfUserAsync(account.Id, max);
        return new LoginOutcome(ErrorCode.None, "")
        {
            Account = account,
            Token = token,
            TokenHash = hash,
            Friends = friends,
            Groups = groups,
        };
    }
}
