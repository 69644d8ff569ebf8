using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Files;

/// <summary>
/// Deletes what nobody can get any more: files that never came, that are in no message, or whose messages were taken back. One node of the cluster at a
/// time; what it had begun when it died, another one goes on with. Parts of uploads lie on the node that took them, so each node deletes its own.
/// </summary>
sealed class FileSweeper(FileStore store, MessageLogStore? log, IFileBytes bytes, FileParts parts, TimeProvider clock, ILogger<FileSweeper> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>A stored file that no message has.</summary>
    public static readonly TimeSpan UnusedStay = TimeSpan.FromHours(24);

    /// <summary>A message that was about to be sent is looked for in the log after this time.</summary>
    public static readonly TimeSpan CheckAfter = TimeSpan.FromMinutes(10);

    /// <summary>Of each kind in one round. A round that finds so many is followed by the next one at once.</summary>
    public const int AtOnce = 100;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await TickAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // the host is stopping
        }
    }

    /// <summary>What each node does every <see cref="Interval"/>. What fails is left to the next time.</summary>
    public async Task TickAsync(CancellationToken stopping)
    {
        if (clock is NodeClock own && own.Doubted != TimeSpan.Zero)
            return;
        try
        {
            parts.DeleteOld(clock.GetUtcNow() - (FileLinks.PutLifetime * 2)); // whoever has the turn: others do not reach this node's
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.RequestFailed(logger, "the deletion of parts of files", e);
        }

        try
        {
            var start = clock.GetTimestamp();
            if (!await store.TakeTurnAsync(Before(Interval)))
                return;
            while (await SweepAsync() && !stopping.IsCancellationRequested && clock.GetElapsedTime(start) < Interval)
            {
                // there was more than a round takes: if it waited for the next turn, many senders would be faster than that for ever
            }
        }
        catch (StorageException e)
        {
            Log.RequestFailed(logger, "the deletion of old files", e);
        }
    }

    /// <summary>One round. True: there may be more to do.</summary>
    /// <exception cref="StorageException">The database does not answer.</exception>
    public async Task<bool> SweepAsync()
    {
        var isFull = false;
        foreach (var (state, stay) in ((FileState, TimeSpan)[])[(FileState.Announced, FileLinks.PutLifetime * 2), (FileState.Stored, UnusedStay)])
        {
            var old = await store.OldAsync(state, Before(stay), AtOnce);
            if (old.Count > 0)
                await store.DoomAsync(old, state, Before(stay));
            isFull |= old.Count == AtOnce;
        }

        isFull |= await CheckUsesAsync() == AtOnce;
        return isFull | await DeleteDoomedAsync() == AtOnce;
    }

    /// <summary>A file that cannot be deleted holds up no other. Returns how many are gone.</summary>
    async Task<int> DeleteDoomedAsync()
    {
        var count = 0;
        foreach (var id in await store.OldAsync(FileState.Doomed, Before(TimeSpan.Zero) + 1, AtOnce))
        {
            try
            {
                await bytes.DeleteAsync(id);
                await store.ForgetAsync(id);
                count++;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Log.RequestFailed(logger, "the deletion of a file", e);
            }
        }

        return count;
    }

    /// <summary>
    /// Files that were given to a message which never came into the log. The message may still come for a day: its sender repeats it. Returns how many
    /// are looked for no more.
    /// </summary>
    async Task<int> CheckUsesAsync()
    {
        if (log is null)
            return 0;
        var uses = await store.UncheckedAsync(Before(CheckAfter), AtOnce);
        var checks = new List<(string, FileUse, bool)>();
        foreach (var (id, use) in uses)
            checks.Add((id, use, (await log.FindAsync(use.Conversation, use.Sender, [use.Cmid])).Count > 0));
        return checks.Count > 0 ? await store.CheckAsync(checks, Before(UnusedStay)) : 0;
    }

    long Before(TimeSpan stay) => (clock.GetUtcNow() - stay).ToUnixTimeMilliseconds();
}
