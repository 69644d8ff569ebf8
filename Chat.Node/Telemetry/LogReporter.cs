namespace Chat.Node.Telemetry;

/// <summary>Says every second how many lines were left out.</summary>
sealed class LogReporter(LogLimiter limiter, TimeProvider clock, ILogger<LogReporter> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                Report();
        }
        catch (OperationCanceledException)
        {
            Report(); // the host is stopping
        }
    }

    void Report()
    {
        foreach (var left in limiter.TakeDue())
        {
            var share = left.Peer.Length > 0 ? $", {left.OfPeer} of them about {left.Peer}" : "";
            Log.LinesLeftOut(logger, left.Level, left.Count, left.Within.TotalSeconds, share, left.Example);
        }
    }
}
