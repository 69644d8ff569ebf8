using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.People;
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

    /// <summary>When the token (JWT) ends that the session stands on; null if it stands on none.</summary>
    public DateTimeOffset? Ends { get; init; }

    /// <summary>The device that the session stands on; null: the client does not say.</summary>
    public DeviceRegistration? Device { get; init; }

    public IReadOnlyList<FriendEntry> Friends { get; init; } = [];

    public IReadOnlyList<GroupEntry> Groups { get; init; } = [];
}

/// <summary>Until when a session may go on with its newer token (JWT), or why it has none.</summary>
sealed record RefreshOutcome(ErrorCode Error, string Reason, DateTimeOffset Ends = default);

/// <summary>
/// Everything about an account before a session attaches to its user: registration, passwords, resume tokens. Runs
/// beside the session actor; changes nothing of it.
/// </summary>
sealed class AccountService(
    Accounts accounts, LoginTokens loginTokens, TokenLogins tokens, DeviceLogins devices, ContactLists lists, int maxFrameBytes, Registrar registrar, PasswordWorker passwords, Strangers strangers, IBridge others, TimeProvider clock,
    ILogger<AccountService> logger, Lazy<IActorRef> users)
{
    const int TokenBytes = 32;
    static readonly TimeSpan TokenLifetime = TimeSpan.FromDays(30);
    static readonly TimeSpan FirstTimeout = TimeSpan.FromSeconds(0.7);
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    static readonly LoginOutcome WrongPassword = new(ErrorCode.Rejected, "id or password is invalid!");
    static readonly LoginOutcome Disabled = new(ErrorCode.Rejected, "the account is disabled");
    static readonly LoginOutcome InvalidToken = new(ErrorCode.Rejected, "the token is not valid (any more): log in with the password");
    static readonly LoginOutcome TakenElsewhere = new(ErrorCode.AlreadyOnline, "this account is using, input another");

    public async Task<Outcome> RegisterAsync(RegisterRequest request)
    {
        try
        {
            return await registrar.RegisterAsync(request.Name, request.Password);
        }
        catch (Exception e) // also what nobody foresaw: a session without an answer would wait for ever
        {
            Log.RequestFailed(logger, "register", e);
            return Outcome.Fail(ErrorCode.Unavailable, "the account could not be stored now");
        }
    }

    /// <param name="request">The login.</param>
    /// <param name="isModern">Whether to hand out a resume token (a legacy client knows none), and how long the lists may be.</param>
    public async Task<LoginOutcome> LogInAsync(LoginRequest request, bool isModern)
    {
        try
        {
            string?[] proofs = [request.Password is null ? null : "\"password\"", request.Token is null ? null : "\"token\"", request.Jwt is null || !isModern ? null : "\"jwt\""];
            var given = proofs.Where(proof => proof is not null).ToList();
            if (given.Count > 1)
                return new LoginOutcome(ErrorCode.Malformed, $"{string.Join(" and ", given)} are there: one of them is expected");
            return request switch
            {
                { Password: not null } => await ByPasswordAsync(request, isModern),
                { Token: { } token } => await ByTokenAsync(request, token, isModern),
                { Jwt: { } jwt } when isModern => await ByJwtAsync(request, jwt),
                _ => WrongPassword, // a legacy client could not be told that its session ends
            };
        }
        catch (Exception e) // also what nobody foresaw: a session without an answer would wait for ever
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

    /// <summary>A session's newer token (JWT): of the same user, who was not logged out everywhere meanwhile.</summary>
    /// <param name="jwt">The token.</param>
    /// <param name="userId">Whose session it is.</param>
    /// <param name="generation">Of the session's login.</param>
    /// <param name="tokenHash">Of its resume token, which lives as long.</param>
    public async Task<RefreshOutcome> RefreshAsync(string jwt, int userId, int generation, byte[]? tokenHash)
    {
        try
        {
            var login = await tokens.FindUserAsync(jwt, mayCreate: false);
            if (login.Error != ErrorCode.None)
                return new RefreshOutcome(login.Error, login.Reason);
            if (login.Account.Id != userId || login.Account.Generation != generation)
                return new RefreshOutcome(ErrorCode.Rejected, "the token is not one of this session's user");
            if (tokenHash is not null)
                await accounts.ProlongTokenAsync(tokenHash, clock.GetUtcNow() + TokenLifetime, login.Ends);
            return new RefreshOutcome(ErrorCode.None, "", login.Ends);
        }
        catch (Exception e) // also what nobody foresaw: a session without an answer would wait for ever
        {
            Log.RequestFailed(logger, "refresh a token", e);
            return new RefreshOutcome(ErrorCode.Unavailable, "the token could not be checked now");
        }
    }

    async Task<LoginOutcome> ByTokenAsync(LoginRequest request, string token, bool isModern)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(token));
        if (await accounts.FindByTokenAsync(hash, clock.GetUtcNow()) is not { Account: var account } resumed)
            return await ByLoginTokenAsync(request, hash, isModern);
        if (Disagreement(request, account, "token") is { } problem)
            return new LoginOutcome(ErrorCode.Malformed, problem);
        var device = await devices.OfTokenAsync(account.Id, hash, resumed.Device, request.Device);
        if (device.Error != ErrorCode.None)
            return new LoginOutcome(device.Error, device.Reason);
        await accounts.ProlongTokenAsync(hash, clock.GetUtcNow() + TokenLifetime, resumed.Ends);
        return await PrepareAsync(account, token, hash, isModern) with { Ends = resumed.Ends, Device = device.Registration };
    }

    /// <summary>A token that the product's own servers have handed out: each login with it gets a resume token of its own.</summary>
    async Task<LoginOutcome> ByLoginTokenAsync(LoginRequest request, byte[] hash, bool isModern)
    {
        if (await loginTokens.FindAsync(hash, clock.GetUtcNow()) is not { } token || await accounts.FindAsync(token.UserId) is not { } account || account.Generation != token.Generation)
            return InvalidToken;
        if (Disagreement(request, account, "token") is { } problem)
            return new LoginOutcome(ErrorCode.Malformed, problem);
        if (await IsOnlineElsewhereAsync(account.Id))
            return TakenElsewhere;
        return isModern ? await WithNewTokenAsync(account, ends: null, request.Device) : await PrepareAsync(account, "", null, isModern);
    }

    async Task<LoginOutcome> ByJwtAsync(LoginRequest request, string jwt)
    {
        var login = await tokens.FindUserAsync(jwt, mayCreate: true);
        if (login.Error != ErrorCode.None)
            return new LoginOutcome(login.Error, login.Reason);
        if (Disagreement(request, login.Account, "jwt") is { } problem)
            return new LoginOutcome(ErrorCode.Malformed, problem);
        return await IsOnlineElsewhereAsync(login.Account.Id) ? TakenElsewhere : await WithNewTokenAsync(login.Account, login.Ends, request.Device);
    }

    async Task<LoginOutcome> WithNewTokenAsync(Account account, DateTimeOffset? ends, LoginDevice? named)
    {
        if (account.IsDisabled)
            return Disabled;
        var device = await devices.OfNewTokenAsync(account.Id, named);
        if (device.Error != ErrorCode.None)
            return new LoginOutcome(device.Error, device.Reason);
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(token));
        await accounts.SaveTokenAsync(hash, account, clock.GetUtcNow() + TokenLifetime, ends, device.Registration);
        return await PrepareAsync(account, token, hash, isModern: true) with { Ends = ends, Device = device.Registration };
    }

    async Task<LoginOutcome> ByPasswordAsync(LoginRequest request, bool isModern)
    {
        var account = request.Id is { } id ? await accounts.FindAsync(id) : await accounts.FindAsync(request.Name!);
        // Whether there is such an account nobody learns by a wrong password: neither by the answer, nor by the work, nor by the count of tries.
        if (!await IsAllowedAsync(account?.Id ?? await strangers.NumberOfAsync(request.Id, request.Name)))
            return new LoginOutcome(ErrorCode.TooFast, "too many wrong passwords for this account: wait a minute");
        var check = await passwords.CheckAsync(account ?? Strangers.Account, request.Password!);
        if (account is null || check.Verdict == PasswordVerdict.Wrong)
            return WrongPassword;
        users.Value.Tell(new LoginSucceeded(account.Id));
        if (Disagreement(request, account, "id") is { } problem)
            return new LoginOutcome(ErrorCode.Malformed, problem); // only now: the password has shown that it is told no stranger
        if (check.NewHash is { } newHash)
            await accounts.SetPasswordAsync(account, newHash);
        if (await IsOnlineElsewhereAsync(account.Id))
            return TakenElsewhere;
        return isModern ? await WithNewTokenAsync(account, ends: null, request.Device) : await PrepareAsync(account, "", null, isModern);
    }

    /// <summary>
    /// Asked twice at most, since each time counts as a try: what goes to the actor of a user whose node has died in this moment is lost, and a client must not
    /// wait for the whole time-out then.
    /// </summary>
    async Task<bool> IsAllowedAsync(int userId)
    {
        try
        {
            return (await users.Value.Ask<LoginChecked>(new CheckLogin(userId), FirstTimeout)).IsAllowed;
        }
        catch (AskTimeoutException)
        {
            return (await users.Value.Ask<LoginChecked>(new CheckLogin(userId), Timeout)).IsAllowed;
        }
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
        if (account.IsDisabled)
            return Disabled;
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
