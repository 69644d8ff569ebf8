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

    /// <summary>One page of the log.</summary>
    /// <exception cref="StorageException">The database does not answer.</exception>
    public async Task<RunOutcome> BringMessagesAsync(WebhookEndpoint endpoint, WebhookCursor cursor, long lastSeq)
    {
        var begunAt = clock.SteadyMilliseconds();
        var rows = (await log.ReadAfterAsync(cursor.Conversation, cursor.Seq, PageRows)).TakeWhile(row => row.Seq <= lastSeq).ToList();
        return await PostAsync(endpoint, cursor, Requests(endpoint, cursor.Tried, rows), rows.Count > 0 ? rows[^1].Seq : null, begunAt);
    }

    async Task<RunOutcome> BringChangesAsync(WebhookEndpoint endpoint, WebhookCursor cursor)
    {
        var begunAt = clock.SteadyMilliseconds();
        var rows = await changes.ReadAfterAsync(cursor.Conversation, cursor.Seq, PageRows);
        var wanted = rows.Where(row => row.Changed >= endpoint.Created && endpoint.Wants(WebhookChanges.TypeOf(row.Kind))).ToList();
        var events = ChangeEvent.Of(cursor.Conversation, wanted).ToList();
        return await PostAsync(endpoint, cursor, Requests(endpoint, cursor.Tried, events), rows.Count > 0 ? rows[^1].Rev : null, begunAt);
    }

    /// <param name="endpoint">To whom.</param>
    /// <param name="cursor">What it has.</param>
    /// <param name="requests">What it lacks.</param>
    /// <param name="last">What it has when it has taken all of them; null: there was nothing.</param>
    /// <param name="begunAt">When the look began.</param>
    async Task<RunOutcome> PostAsync(WebhookEndpoint endpoint, WebhookCursor cursor, IEnumerable<WebhookBody> requests, long? last, long begunAt)
    {
        var (upTo, attempt) = (cursor.Seq, cursor.Attempts + 1);
        foreach (var request in requests)
        {
            var outcome = await sender.PostAsync(endpoint, request, attempt);
            if (!outcome.IsTaken)
            {
                return new RunOutcome(
                    upTo, begunAt, IsEmpty: false, outcome, cursor.IsOfChanges, endpoint.IsBatch ? new TriedBatch(request.Id, request.UpTo) : null);
            }

            (upTo, attempt) = (request.UpTo, 1);
            if (clock.SteadyMilliseconds() - begunAt >= MaxMilliseconds)
                return new RunOutcome(upTo, begunAt, IsEmpty: false, null, cursor.IsOfChanges);
        }

        return new RunOutcome(last ?? upTo, begunAt, IsEmpty: last is null, null, cursor.IsOfChanges);
    }

    /// <summary>What was logged before the endpoint was there is not for it. A system message is no message that somebody has sent: members have events of their own.</summary>
    static IEnumerable<WebhookBody> Requests(WebhookEndpoint endpoint, TriedBatch? tried, IReadOnlyList<LogRow> rows)
    {
        var wanted = rows.SkipWhile(row => row.Ts < endpoint.Created).Where(row => !row.IsSystem);
        return endpoint.IsBatch ? Batches(tried, [.. wanted], row => row.Seq, row => row.Body.Length, WebhookBody.OfMessages) : wanted.Select(WebhookBody.OfMessage);
    }

    static IEnumerable<WebhookBody> Requests(WebhookEndpoint endpoint, TriedBatch? tried, IReadOnlyList<ChangeEvent> wanted) => endpoint.IsBatch
        ? Batches(tried, wanted, each => each.Rev, each => each.Message.Body.Length, ChangeEvent.ToBody)
        : wanted.Select(each => ChangeEvent.ToBody([each]));

    /// <summary>
    /// What was tried together comes again together, with the same id, whatever has come since: a receiver that took it and answered too late has it. A change that has
    /// a higher rev by now is not in it any more.
    /// </summary>
    static IEnumerable<WebhookBody> Batches<T>(
        TriedBatch? tried, IReadOnlyList<T> wanted, Func<T, long> numberOf, Func<T, int> bytesOf, Func<IReadOnlyList<T>, WebhookBody> toBody)
    {
        var again = tried is null ? [] : wanted.TakeWhile(each => numberOf(each) <= tried.UpTo).ToList();
        if (again.Count > 0)
            yield return toBody(again) with { Id = tried!.Id };
        foreach (var batch in WebhookBody.Batches(wanted.Skip(again.Count), bytesOf))
            yield return toBody(batch);
    }
}
