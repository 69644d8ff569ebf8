using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Webhooks;

/// <summary>
/// Gives up what an endpoint lacks that was switched off for as long as one may fail: as dead letters, with one gap for all conversations and one for the other events.
/// From then on nothing is kept for it.
/// </summary>
sealed class OffWorker(WebhookMarks marks, WebhookChanges changes, WebhookOutbox outbox, WebhookStore endpoints, TimeProvider clock)
{
    const int Page = 500;

    /// <summary>So many conversations are given up before a rest: others write meanwhile.</summary>
    public const int AtOnce = 50;

    const string Reason = "switched off for a day";

    /// <summary>Whether an endpoint is to be given up.</summary>
    /// <param name="endpoint">Which.</param>
    /// <param name="now">Milliseconds since 1970, UTC.</param>
    public static bool IsDue(WebhookEndpoint endpoint, long now) =>
        !endpoint.IsEnabled && endpoint.IsKept && now - endpoint.DisabledAt >= Backoff.GivenUpAfter.TotalMilliseconds;

    /// <summary>What was done before a failure stays done. False: the endpoint was switched on again meanwhile, and gets what was not given up by then.</summary>
    /// <exception cref="StorageException">The database does not answer.</exception>
    public async Task<bool> RunAsync(WebhookEndpoint endpoint)
    {
        var off = endpoint.DisabledAt ?? 0;
        if (endpoint.Wants(WebhookTypes.MessageCreated) && !await GiveUpAsync(endpoint, marks.ReadAfterAsync, cursor => marks.BuryAsync(cursor, Reason, off)))
            return false;
        if (endpoint.WantsChanges && !await GiveUpAsync(endpoint, changes.MarksAfterAsync, cursor => changes.BuryAsync(cursor, off)))
            return false;
        await GiveUpEventsAsync(endpoint, off);
        return await endpoints.ForgetAsync(endpoint.Id, off);
    }

    async Task<bool> GiveUpAsync(
        WebhookEndpoint endpoint, Func<ConversationId?, int, Task<(IReadOnlyList<WebhookMark> Marks, IReadOnlyList<WebhookCursor> Cursors)>> readAsync,
        Func<WebhookCursor, Task<long?>> buryAsync)
    {
        var (last, given) = ((ConversationId?)null, 0);
        while (true)
        {
            var (page, cursors) = await readAsync(last, Page);
            var own = cursors.Where(cursor => cursor.Endpoint == endpoint.Id).ToDictionary(cursor => cursor.Conversation);
            foreach (var mark in page)
            {
                var cursor = own.GetValueOrDefault(mark.Conversation) ?? new WebhookCursor(endpoint.Id, mark.Conversation, mark.FirstSeq - 1, IsOfChanges: mark.IsOfChanges);
                if (await buryAsync(cursor) is null)
                    return false;
                if (++given % AtOnce == 0)
                    await Task.Delay(OutboxWorker.Rest, clock);
            }

            if (page.Count < Page)
                return true;
            last = page[^1].Conversation;
        }
    }

    /// <summary>Only if there is one that it wants: the gaps of the conversations are no events that it has missed.</summary>
    async Task GiveUpEventsAsync(WebhookEndpoint endpoint, long off)
    {
        var (first, last) = (0L, endpoint.OutboxTo);
        while (await outbox.NumbersAfterAsync(last, Page) is { Count: > 0 } numbers)
        {
            var wanted = (await outbox.ReadAsync([.. numbers.Select(number => number.Id)])).Where(row => endpoint.Wants(row.Type) && row.Type != WebhookTypes.Gap);
            first = first > 0 ? first : wanted.FirstOrDefault()?.Id ?? 0;
            last = numbers[^1].Id;
            if (numbers.Count < Page)
                break;
        }

        if (first > 0)
            await endpoints.GiveUpOutboxAsync(endpoint.Id, first, last, off);
    }
}
