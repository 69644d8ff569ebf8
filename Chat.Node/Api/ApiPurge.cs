using Chat.Node.Storage;

namespace Chat.Node.Api;

/// <summary>Forgets requests whose repetition nobody waits for any more, and login tokens that expired long ago.</summary>
sealed class ApiPurge(RepeatedWrites repeated, LoginTokens tokens, TimeProvider clock, ILogger<ApiPurge> logger) : PeriodicPurge(clock, logger)
{
    /// <summary>A repetition is recognised for so long.</summary>
    public static readonly TimeSpan KnownFor = TimeSpan.FromDays(7);

    /// <summary>In one step.</summary>
    public const int Max = 1000;

    protected override string What => "old requests and login tokens";

    protected override async Task PurgeAsync(DateTimeOffset now)
    {
        await repeated.PurgeAsync(now - KnownFor, Max);
        await tokens.PurgeAsync(now - TokenPurge.Grace, Max);
    }
}
