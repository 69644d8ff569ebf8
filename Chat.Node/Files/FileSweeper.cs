using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Files;

/// <summary>
/// Deletes what nobody can get any more: files that never came, that are in no message, or whose messages were taken back. One node of the cluster at a
/// time; what it had begun when it died, another one goes on with.
/// </summary>
sealed class FileSweeper(FileStore store, MessageLogStore? log, IFileBytes bytes, FileParts parts, TimeProvider clock, ILogger<FileSweeper> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>A stored file that no message has.</summary>
    public static readonly TimeSpan UnusedStay = TimeSpan.FromHours(24);

    /// <summary>A message that was about to be sent is looked for in the log after this time.</summary>
    public static readonly TimeSpan CheckAfter = TimeSpan.FromMinutes(10);

    /// <summary>Of each kind in one round.</summary>
    public const int AtOnce = 100;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await TrySweepAsync();
        }
        catch (OperationCanceledException)
        {
            // the host is stopping
        }
    }

    async Task TrySweepAsync()
    {
        if (clock is NodeClock own && own.Doubted != TimeSpan.Zero)
            return;
        try
        {
            if (await store.TakeTurnAsync(Before(Interval)))
                await SweepAsync();
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
        {
            Log.RequestFailed(logger, "the deletion of old files", e); // the next round does it
        }
    }

    /// <summary>One round.</summary>
    /// <exception cref="StorageException">The database does not answer.</exception>
    public async Task SweepAsync()
    {
        foreach (var (state, stay) in ((FileState, TimeSpan)[])[(FileState.Announced, FileLinks.PutLifetime * 2), (FileState.Stored, UnusedStay)])
        {
            var old = await store.OldAsync(state, Before(stay), AtOnce);
            if (old.Count > 0)
                await store.DoomAsync(old, state, Before(stay));
        }

        await CheckUsesAsync();
        foreach (var id in await store.OldAsync(FileState.Doomed, Before(TimeSpan.Zero) + 1, AtOnce))
        {
            await bytes.DeleteAsync(id);
            await store.ForgetAsync(id);
        }

        parts.DeleteOld(clock.GetUtcNow() - (FileLinks.PutLifetime * 2));
    }

    /// <summary>Files that were given to a message which never came into the log. The message may still come for a day: its sender repeats it.</summary>
    async Task CheckUsesAsync()
    {
        if (log is null)
            return;
        var uses = await store.UncheckedAsync(Before(CheckAfter), AtOnce);
        var checks = new List<(string, FileUse, bool)>();
        foreach (var (id, use) in uses)
            checks.Add((id, use, (await log.FindAsync(use.Conversation, use.Sender, [use.Cmid])).Count > 0));
        if (checks.Count > 0)
            await store.CheckAsync(checks, Before(UnusedStay));
    }

    long Before(TimeSpan stay) => (clock.GetUtcNow() - stay).ToUnixTimeMilliseconds();
}
