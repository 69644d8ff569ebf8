namespace Chat.Node.Storage;

/// <summary>
/// Deletes resume tokens that nobody can use any more: long after they have expired. So a clock that is days ahead, also at a start, costs nobody a
/// token that is good when the clock is right again.
/// </summary>
sealed class TokenPurge(Accounts accounts, TimeProvider clock, ILogger<TokenPurge> logger) : PeriodicPurge(clock, logger)
{
    /// <summary>After a token has expired.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromDays(90);

    /// <summary>In one step.</summary>
    public const int Max = 100;

    protected override string What => "old tokens";

    protected override Task PurgeAsync(DateTimeOffset now) => accounts.PurgeTokensAsync(now - Grace, Max);
}
