using Chat.Node.Telemetry;

namespace Chat.Node.Storage;

/// <summary>
/// Deletes resume tokens that nobody can use any more: long after they have expired, in small steps, and not by a clock that may be wrong. So a
/// clock that is days ahead, also at a start, costs nobody a token that is good when the clock is right again.
/// </summary>
sealed class TokenPurge(Accounts accounts, TimeProvider clock, ILogger<TokenPurge> logger) : BackgroundService
{
    /// <summary>After a token has expired.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromDays(90);

    /// <summary>In one step.</summary>
    public const int Max = 100;

    static readonly TimeSpan Interval = TimeSpan.FromMinutes(15);

    public async Task PurgeAsync()
    {
        if (clock is NodeClock own && own.Doubted != TimeSpan.Zero)
            return;
        try
        {
            await accounts.PurgeTokensAsync(clock.GetUtcNow() - Grace, Max);
        }
        catch (StorageException e)
        {
            Log.RequestFailed(logger, "the deletion of old tokens", e); // the next step does it
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await PurgeAsync();
        }
        catch (OperationCanceledException)
        {
            // the host is stopping
        }
    }
}
