using Chat.Node.Telemetry;

namespace Chat.Node.Storage;

/// <summary>Deletes what nobody can use any more, in small steps, and not by a clock that may be wrong.</summary>
abstract class PeriodicPurge(TimeProvider clock, ILogger logger) : BackgroundService
{
    static readonly TimeSpan Interval = TimeSpan.FromMinutes(15);

    /// <summary>For the log: the deletion of …</summary>
    protected abstract string What { get; }

    /// <summary>One step.</summary>
    public async Task PurgeAsync()
    {
        if (clock is NodeClock own && own.Doubted != TimeSpan.Zero)
            return;
        try
        {
            await PurgeAsync(clock.GetUtcNow());
        }
        catch (StorageException e)
        {
            Log.RequestFailed(logger, $"the deletion of {What}", e); // the next step does it
        }
    }

    /// <exception cref="StorageException">The database does not answer.</exception>
    protected abstract Task PurgeAsync(DateTimeOffset now);

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
