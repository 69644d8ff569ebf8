using Chat.Node.Storage;

namespace Chat.Node.Api;

/// <summary>Forgets what operators have done long ago.</summary>
/// <param name="store">Where it is.</param>
/// <param name="days">It is kept for so many; 0: for ever.</param>
/// <param name="clock">The time.</param>
/// <param name="logger">For people.</param>
sealed class AuditPurge(AuditStore store, int days, TimeProvider clock, ILogger<AuditPurge> logger) : PeriodicPurge(clock, logger)
{
    /// <summary>In one transaction.</summary>
    public const int AtOnce = 500;

    /// <summary>Transactions in one step.</summary>
    const int MaxRounds = 200;

    protected override string What => "what operators have done long ago";

    protected override async Task PurgeAsync(DateTimeOffset now)
    {
        var round = 0;
        while (days > 0 && round++ < MaxRounds && await store.PurgeAsync(now - TimeSpan.FromDays(days), AtOnce) == AtOnce)
        {
            // the rest
        }
    }
}
