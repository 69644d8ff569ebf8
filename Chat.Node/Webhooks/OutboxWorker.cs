using System.Text;
using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Webhooks;

/// <summary>Brings an endpoint the events that are not in the log, in order; takes away those that nobody needs any more.</summary>
sealed class OutboxWorker(WebhookOutbox outbox, WebhookStore endpoints, WebhookLeftovers leftovers, EventTexts texts, WebhookSender sender, TimeProvider clock)
{
    const int PageRows = 100;

    /// <summary>A run ends then, so that how far it came is stored, and that an endpoint is off is seen.</summary>
    const long MaxMilliseconds = 2000;

    /// <summary>So many events may be behind a missing number; what comes behind them waits until it is certain that it stays missing.</summary>
    public const int MaxAhead = 20_000;

    /// <summary>Behind each step of deleting: others write meanwhile.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(50);

    /// <summary>One page, or as much of it as is taken within a while. What was taken is known then, even if it could not be stored.</summary>
    /// <param name="run">To whom, from where on.</param>
    /// <param name="random">From 0 to 1.</param>
    /// <exception cref="StorageException">The database does not answer, and nothing was brought.</exception>
    public async Task<OutboxOutcome> RunAsync(OutboxRun run, double random)
    {
        var (endpoint, now, begunAt) = (run.Endpoint, clock.GetUtcNow().ToUnixTimeMilliseconds(), clock.SteadyMilliseconds());
        var isFromFront = run.After <= endpoint.OutboxTo;
        var limit = isFromFront ? Math.Min(MaxAhead, run.Taken.Count + PageRows) : Math.Clamp(MaxAhead - run.Taken.Count, 0, PageRows);
        var numbers = await outbox.NumbersAfterAsync(run.After, limit);
        var page = numbers.Select(number => number.Id).Where(id => !run.Taken.Contains(id)).Take(PageRows).ToList();
        var rows = await outbox.ReadAsync(page);
        var taken = rows.Where(row => !endpoint.Wants(row.Type)).Select(row => row.Id).ToHashSet();
        var (attempt, isCut) = ((endpoint.Trouble?.Attempts ?? 0) + 1, false);
        var (hasProgress, failed) = (false, (Request: (IReadOnlyList<WebhookEvent>)[], Outcome: default(SendOutcome)));
        var wanted = await texts.FillAsync([.. rows.Where(row => !taken.Contains(row.Id))]);
        var waiting = new Stack<IReadOnlyList<WebhookEvent>>(Requests(run, wanted).Reverse());
        while (waiting.TryPop(out var request))
        {
            var answer = await sender.PostAsync(endpoint, BodyOf(endpoint, request), attempt);
            if (answer.IsTooLarge && WebhookBody.TryHalve(request, waiting))
            {
                attempt = 1; // of another request
                continue;
            }

            if (!answer.IsTaken)
            {
                failed = (request, answer);
                break;
            }

            taken.UnionWith(request.Select(row => row.Id));
            (attempt, hasProgress) = (1, true);
            isCut = clock.SteadyMilliseconds() - begunAt >= MaxMilliseconds;
            if (isCut)
                break;
        }

        bool IsTaken(long id) => run.Taken.Contains(id) || taken.Contains(id);
        var upTo = isFromFront ? OutboxOrder.Settled(numbers, endpoint.OutboxTo, run.OldTo, IsTaken) : endpoint.OutboxTo;
        var readTo = numbers.TakeWhile(number => IsTaken(number.Id)).LastOrDefault()?.Id ?? run.After;
        var outcome = new OutboxOutcome(endpoint.Id, upTo, taken, HasMore: isCut || page.Count == PageRows, ReadTo: readTo);
        try
        {
            if (failed.Request.Count > 0)
                return await FailAsync(endpoint, failed.Request, failed.Outcome, outcome with { HasMore = false }, hasProgress, now, random);
            if (upTo > endpoint.OutboxTo || endpoint.Trouble is not null)
                await endpoints.OnOutboxAsync(endpoint.Id, upTo, null);
            return outcome;
        }
        catch (StorageException e)
        {
            return outcome with { Failure = e.Message, HasMore = false, IsUnknown = true, Tried = [.. failed.Request.Select(row => row.Id)] };
        }
    }

    /// <summary>Takes away what is left of endpoints that were removed, and the events that every endpoint has.</summary>
    /// <param name="upTo">Up to this event each has all; null: that is not known.</param>
    /// <exception cref="StorageException">The database does not answer; what was deleted before stays so.</exception>
    public async Task PurgeAsync(long? upTo)
    {
        while (await leftovers.DeleteAsync())
            await Task.Delay(Rest, clock);
        while (upTo is { } last && await outbox.PurgeAsync(last))
            await Task.Delay(Rest, clock);
    }

    async Task<OutboxOutcome> FailAsync(
        WebhookEndpoint endpoint, IReadOnlyList<WebhookEvent> request, SendOutcome failure, OutboxOutcome outcome, bool hasProgress, long now, double random)
    {
        long? givenUpTo = null;
        if (!failure.IsGone && OutboxOrder.IsGivenUp(request[0], now))
        {
            givenUpTo = OutboxOrder.GivenUpWith(request[0], await outbox.NumbersAfterAsync(request[0].Id, MaxAhead), now);
            await endpoints.GiveUpOutboxAsync(endpoint.Id, request[0].Id, givenUpTo.Value);
        }

        var upTo = Math.Max(outcome.UpTo, givenUpTo ?? 0);
        var trouble = OutboxPlan.Failed(endpoint.Trouble, hasProgress || givenUpTo is not null, now, random);
        await endpoints.OnOutboxAsync(endpoint.Id, upTo, trouble);
        return outcome with
        {
            UpTo = upTo,
            Failure = failure.Reason,
            IsGone = failure.IsGone,
            Trouble = trouble,
            Tried = givenUpTo is null ? [.. request.Select(row => row.Id)] : [],
            GivenUpTo = givenUpTo,
        };
    }

    /// <summary>What was tried together comes again together, if all of it is still wanted.</summary>
    static IEnumerable<IReadOnlyList<WebhookEvent>> Requests(OutboxRun run, IReadOnlyList<WebhookEvent> wanted)
    {
        if (!run.Endpoint.IsBatch)
            return wanted.Select(row => (IReadOnlyList<WebhookEvent>)[row]);
        var tried = wanted.Where(row => run.Tried.Contains(row.Id)).ToList();
        if (tried.Count == 0 || tried.Count < run.Tried.Count)
            return Batches(wanted);
        return Batches(wanted.Except(tried)).Prepend(tried);
    }

    static IEnumerable<IReadOnlyList<WebhookEvent>> Batches(IEnumerable<WebhookEvent> events) => WebhookBody.Batches(events, row => Encoding.UTF8.GetByteCount(row.Data));

    static WebhookBody BodyOf(WebhookEndpoint endpoint, IReadOnlyList<WebhookEvent> request) =>
        endpoint.IsBatch && request.Count > 1 ? WebhookBody.OfEvents(request) : WebhookBody.OfEvent(request[0]);
}
