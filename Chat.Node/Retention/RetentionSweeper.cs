using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Retention;

/// <summary>
/// Goes through all conversations and takes away what was kept long enough. One node at a time, some messages at a time, with a pause behind each step: posts are
/// written meanwhile as ever.
/// </summary>
/// <param name="walks">Who goes, and where.</param>
/// <param name="store">What is done.</param>
/// <param name="lease">Whether this node may write.</param>
/// <param name="days">After so many days messages are gone; 0: the server says nothing.</param>
/// <param name="clock">The time.</param>
/// <param name="audit">Where it is noted what was taken away.</param>
/// <param name="node">This one.</param>
/// <param name="logger">For people.</param>
sealed class RetentionSweeper(
    RetentionWalks walks, RetentionStore store, NodeLease lease, int days, TimeProvider clock, AuditStore audit, NodeIdentity node, ILogger<RetentionSweeper> logger) : BackgroundService
{
    /// <summary>Behind each step, which is one transaction or one page.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    /// <summary>Looks whether it is time.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>As requests that were done have it.</summary>
    const int Done = 200;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        using var pace = new PeriodicTimer(Pace, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await TrySweepAsync(() => pace.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // the host is stopping
        }
    }

    async Task TrySweepAsync(Func<ValueTask<bool>> rest)
    {
        if (clock is NodeClock own && own.Doubted != TimeSpan.Zero)
            return; // what is old by a wrong clock would be gone for good
        try
        {
            await SweepAsync(rest);
        }
        catch (StorageException e)
        {
            RetentionLog.SweepFailed(logger, e.Message); // the next round goes on where this one has stopped
        }
    }

    /// <summary>As far as this node has the right to.</summary>
    /// <param name="rest">Waits behind each step.</param>
    /// <exception cref="StorageException">The database does not answer.</exception>
    public async Task SweepAsync(Func<ValueTask<bool>> rest)
    {
        if (days == 0 && !await walks.IsNeededAsync())
            return;
        while (lease.IsHeld && await walks.NextAsync(Now) is { Count: > 0 } page)
        {
            var raised = 0;
            foreach (var conversation in page)
                raised += await SweepAsync(conversation, rest) ? 1 : 0;
            if (raised > 0)
                await NoteAsync(raised);
            await rest();
        }
    }

    /// <summary>One entry for a page of conversations: there may be many.</summary>
    Task<long> NoteAsync(int conversations) => audit.AddAsync(new AuditEntry
    {
        At = Now,
        KeyName = "retention",
        Operation = "retain",
        Subject = "retention",
        Detail = $"{conversations} conversations",
        Result = Done,
        Node = node.Name,
    });

    /// <summary>In this order: what is done when a node dies in between is done again. True: messages are gone from now on.</summary>
    async Task<bool> SweepAsync(KeptConversation kept, Func<ValueTask<bool>> rest)
    {
        var (id, floor) = (kept.Id, kept.Floor);
        var length = KeepRule.Length(days, kept.KeepDays);
        var end = kept.GroupDeleted < Before(KeepRule.OfDeletedGroup) ? long.MaxValue : length is { } keep ? Before(keep) : long.MinValue;
        if (kept.Oldest < end)
        {
            floor = await store.FirstSinceAsync(id, floor, end);
            if (await store.RaiseAsync(id, floor))
                RetentionLog.FloorRaised(logger, id, floor);
        }

        if (floor > kept.Floor || kept.IsUnclean)
        {
            await ForgetQueuedAsync(kept, floor, rest);
            do
                await rest();
            while (lease.IsHeld && await store.CleanAsync(id));
        }

        var before = Before((length ?? TimeSpan.Zero) + KeepRule.EmptiedStay);
        if (kept.OldestEmptied is not { } oldest || oldest >= before)
            return floor > kept.Floor;
        do
            await rest();
        while (lease.IsHeld && await store.DeleteAsync(id, before));
        return floor > kept.Floor;
    }

    async Task ForgetQueuedAsync(KeptConversation kept, long floor, Func<ValueTask<bool>> rest)
    {
        for (var after = 0; await store.UsersAsync(kept.Id, after) is { Count: > 0 } users; after = users[^1])
        {
            await store.ForgetQueuedAsync(kept.Id, users, floor);
            await rest();
            if (users.Count < RetentionStore.UsersAtOnce)
                return;
        }
    }

    long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    long Before(TimeSpan stay) => (clock.GetUtcNow() - stay).ToUnixTimeMilliseconds();
}
