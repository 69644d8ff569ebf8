using Chat.Node.Auth;
using Chat.Node.Storage;

namespace Chat.Node.Erasure;

/// <summary>
/// Erases users, step by step, with a pause behind each: posts are written meanwhile as ever. What is done is noted behind each step, so another node, or another
/// start, goes on there; what was under way is done again, which is harmless.
/// </summary>
/// <param name="store">Who is to be erased, and how far that is.</param>
/// <param name="person">What is kept of a user beside messages.</param>
/// <param name="messages">Messages; null without a history.</param>
/// <param name="sessions">They end first.</param>
/// <param name="lease">Whether this node may write.</param>
/// <param name="clock">The time.</param>
/// <param name="logger">For people.</param>
sealed class UserEraser(
    ErasureStore store, PersonEraser person, MessageEraser? messages, SessionRevocation sessions, NodeLease lease, TimeProvider clock, ILogger<UserEraser> logger) : BackgroundService
{
    /// <summary>Behind each step, which is some transactions at most.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    /// <summary>Looks whether there is something to do.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>What was sent before the user was logged out is in the log after so long.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromSeconds(30);

    /// <summary>After a failure others come first.</summary>
    static readonly TimeSpan PutOff = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        using var pace = new PeriodicTimer(Pace, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await EraseAsync(() => pace.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // the host is stopping
        }
    }

    /// <summary>As far as this node has the right to.</summary>
    /// <param name="rest">Waits behind each step.</param>
    public async Task EraseAsync(Func<ValueTask<bool>> rest)
    {
        try
        {
            while (lease.IsHeld && await store.ClaimAsync() is { } job)
                await EraseAsync(job, rest);
        }
        catch (StorageException e)
        {
            ErasureLog.Unread(logger, e.Message);
        }
    }

    async Task EraseAsync(ErasureJob job, Func<ValueTask<bool>> rest)
    {
        while (job.Done is null && lease.IsHeld)
        {
            ErasureJob next;
            try
            {
                next = await StepAsync(job, rest);
            }
            catch (Exception e) when (e is not OperationCanceledException) // whatever it is, others are not to wait for it
            {
                ErasureLog.PutOff(logger, job.UserId, job.Step, (int)PutOff.TotalSeconds, e.Message);
                await store.MoveAsync(job, Now + (long)PutOff.TotalMilliseconds);
                return;
            }

            var wait = next.Step == ErasureStep.Late && job.Step != ErasureStep.Late ? job.Asked + (long)Settle.TotalMilliseconds : 0;
            if (!await store.MoveAsync(next, wait) || wait > 0)
                return;
            if (next.Done is not null)
                ErasureLog.Ended(logger, next.UserId, next.Messages);
            job = next;
            await rest();
        }
    }

    async Task<ErasureJob> StepAsync(ErasureJob job, Func<ValueTask<bool>> rest)
    {
        switch (job.Step)
        {
            case ErasureStep.LogOut:
                await sessions.EndAllAsync(job.UserId, isBan: true);
                return Behind(job);
            case ErasureStep.Person:
                await person.ForgetAsync(job.UserId, rest);
                return Behind(job);
            case ErasureStep.Contacts:
                await person.ForgetContactsAsync(job.UserId, rest);
                return Behind(job);
            case ErasureStep.Messages:
            case ErasureStep.Late:
                return await MessagesAsync(job, job.Step == ErasureStep.Late ? job.Asked - (long)Settle.TotalMilliseconds : 0);
            case ErasureStep.Groups:
                await person.LeaveGroupsAsync(job.UserId, rest);
                return Behind(job);
            case ErasureStep.Queues:
                var after = await person.ForgetQueuedAsync(job.UserId, job.Place.Seq == ErasurePlace.End ? 0 : job.Place.Seq);
                return after is { } last ? job with { Place = job.Place with { Seq = last } } : Behind(job);
            case ErasureStep.Rest:
                await person.ForgetRestAsync(job.UserId, rest);
                return Behind(job);
            case ErasureStep.Settings:
                await person.ForgetSettingsAsync(job.UserId);
                return Behind(job) with { Done = Now };
            default:
                return job with { Step = ErasureStep.Done, Done = Now };
        }
    }

    async Task<ErasureJob> MessagesAsync(ErasureJob job, long since)
    {
        if (messages is null)
            return Behind(job);
        var (place, count) = await messages.StepAsync(job.UserId, job.Place, since);
        var next = job with { Messages = job.Messages + count };
        return place is { } there ? next with { Place = there } : Behind(next);
    }

    static ErasureJob Behind(ErasureJob job) => job with { Step = job.Step + 1, Place = ErasurePlace.Begin };

    long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
