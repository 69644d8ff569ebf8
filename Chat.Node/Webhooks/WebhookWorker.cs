using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Webhooks;

/// <summary>What one run has brought: the endpoint has everything up to <c>UpTo</c>.</summary>
/// <param name="UpTo">A number of the conversation, or a rev.</param>
/// <param name="BegunAt">When the first look began, in milliseconds of a steady clock.</param>
/// <param name="IsEmpty">There was nothing above the cursors.</param>
/// <param name="Failure">The request that was not taken; null if all were.</param>
/// <param name="IsOfChanges">It brought changes of messages: <c>UpTo</c> is a rev.</param>
/// <param name="Tried">The request that was not taken, if it was a batch.</param>
readonly record struct RunOutcome(long UpTo, long BegunAt, bool IsEmpty, SendOutcome? Failure, bool IsOfChanges = false, TriedBatch? Tried = null);

/// <summary>
/// Brings an endpoint what it lacks in a conversation: reads, posts in order, stops at the first request that is not taken. Changes of messages only when
/// there are no messages to bring: so no change comes before its message.
/// </summary>
sealed class WebhookWorker(MessageLogStore log, WebhookChanges changes, WebhookSender sender, TimeProvider clock)
{
    const int PageRows = 100;

    /// <summary>A run ends then, so that how far it came is stored.</summary>
    const long MaxMilliseconds = 2000;

    /// <summary>One page of the log, or of changes.</summary>
    /// <exception cref="StorageException">The database does not answer.</exception>
    public async Task<RunOutcome> RunAsync(WebhookEndpoint endpoint, WebhookCursor? messages, WebhookCursor? changed)
    {
        var begunAt = clock.SteadyMilliseconds();
        if (messages is not null && endpoint.Wants(WebhookTypes.MessageCreated) && await BringMessagesAsync(endpoint, messages, long.MaxValue) is { IsEmpty: false } outcome)
            return outcome;
        if (changed is not null && endpoint.WantsChanges && await BringChangesAsync(endpoint, changed) is { IsEmpty: false } told)
            return told;
        return new RunOutcome(0, begunAt, IsEmpty: true, null);
    }

    /// <summary>One page of the log. What was logged before the endpoint was there is not for it. A system message is none that somebody has sent: members have events of their own.</summary>
    /// <exception cref="StorageException">The database does not answer.</exception>
    public async Task<RunOutcome> BringMessagesAsync(WebhookEndpoint endpoint, WebhookCursor cursor, long lastSeq)
    {
        var begunAt = clock.SteadyMilliseconds();
        var rows = (await log.ReadAfterAsync(cursor.Conversation, cursor.Seq, PageRows)).TakeWhile(row => row.Seq <= lastSeq).ToList();
        var wanted = rows.SkipWhile(row => row.Ts < endpoint.Created).Where(row => !row.IsSystem).ToList();
        var again = TriedOf(cursor, wanted, row => row.Seq);
        return await PostAsync(
            endpoint, cursor, Requests(endpoint, again, wanted, row => row.Body.Length),
            batch => BodyOf(cursor, again, batch, all => endpoint.IsBatch ? WebhookBody.OfMessages(all) : WebhookBody.OfMessage(all[0])),
            rows.Count > 0 ? rows[^1].Seq : null, begunAt);
    }

    async Task<RunOutcome> BringChangesAsync(WebhookEndpoint endpoint, WebhookCursor cursor)
    {
        var begunAt = clock.SteadyMilliseconds();
        var rows = await changes.ReadAfterAsync(cursor.Conversation, cursor.Seq, PageRows);
        var wanted = rows.Where(row => row.Changed >= endpoint.Created && endpoint.Wants(WebhookChanges.TypeOf(row.Kind))).ToList();
        var events = ChangeEvent.Of(cursor.Conversation, wanted).ToList();
        var again = TriedOf(cursor, events, each => each.UpTo);
        return await PostAsync(
            endpoint, cursor, Requests(endpoint, again, events, each => each.Message.Body.Length), batch => BodyOf(cursor, again, batch, ChangeEvent.ToBody),
            rows.Count > 0 ? rows[^1].Rev : null, begunAt);
    }

    /// <param name="endpoint">To whom.</param>
    /// <param name="cursor">What it has.</param>
    /// <param name="requests">What it lacks.</param>
    /// <param name="toBody">What is sent of a request.</param>
    /// <param name="last">What it has when it has taken all of them; null: there was nothing.</param>
    /// <param name="begunAt">When the look began.</param>
    async Task<RunOutcome> PostAsync<T>(
        WebhookEndpoint endpoint, WebhookCursor cursor, IEnumerable<IReadOnlyList<T>> requests, Func<IReadOnlyList<T>, WebhookBody> toBody, long? last, long begunAt)
    {
        var (upTo, attempt) = (cursor.Seq, cursor.Attempts + 1);
        var waiting = new Stack<IReadOnlyList<T>>(requests.Reverse());
        while (waiting.TryPop(out var request))
        {
            var body = toBody(request);
            var outcome = await sender.PostAsync(endpoint, body, attempt);
            if (outcome.IsTooLarge && WebhookBody.TryHalve(request, waiting))
            {
                attempt = 1; // of another request
                continue;
            }

            if (!outcome.IsTaken)
                return new RunOutcome(upTo, begunAt, IsEmpty: false, outcome, cursor.IsOfChanges, endpoint.IsBatch ? new TriedBatch(body.Id, body.UpTo) : null);
            (upTo, attempt) = (body.UpTo, 1);
            if (clock.SteadyMilliseconds() - begunAt >= MaxMilliseconds)
                return new RunOutcome(upTo, begunAt, IsEmpty: false, null, cursor.IsOfChanges);
        }

        return new RunOutcome(last ?? upTo, begunAt, IsEmpty: last is null, null, cursor.IsOfChanges);
    }

    /// <summary>
    /// What was tried together comes again together, with the same id, whatever has come since: a receiver that took it and answered too late has it. A change that has
    /// a higher rev by now is not in it any more.
    /// </summary>
    static List<T> TriedOf<T>(WebhookCursor cursor, IReadOnlyList<T> wanted, Func<T, long> upToOf) =>
        cursor.Tried is { } tried ? [.. wanted.TakeWhile(each => upToOf(each) <= tried.UpTo)] : [];

    static IEnumerable<IReadOnlyList<T>> Requests<T>(WebhookEndpoint endpoint, List<T> again, IReadOnlyList<T> wanted, Func<T, int> bytesOf)
    {
        if (!endpoint.IsBatch)
            return wanted.Select(each => (IReadOnlyList<T>)[each]);
        var batches = WebhookBody.Batches(wanted.Skip(again.Count), bytesOf);
        return again.Count > 0 ? batches.Prepend(again) : batches;
    }

    static WebhookBody BodyOf<T>(WebhookCursor cursor, List<T> again, IReadOnlyList<T> events, Func<IReadOnlyList<T>, WebhookBody> toBody) =>
        ReferenceEquals(events, again) ? toBody(events) with { Id = cursor.Tried!.Id } : toBody(events);
}
