using Chat.Node.Storage;

namespace Chat.Node.Webhooks;

/// <summary>Brings an endpoint the events that are not in the log, in order.</summary>
sealed class OutboxWorker(WebhookOutbox outbox, WebhookStore endpoints, WebhookSender sender, TimeProvider clock)
{
    const int PageRows = 100;

    /// <summary>One page.</summary>
    /// <param name="endpoint">To whom.</param>
    /// <param name="attempt">1: what comes next was not tried before.</param>
    /// <exception cref="StorageException">The database does not answer.</exception>
    public async Task<OutboxOutcome> RunAsync(WebhookEndpoint endpoint, int attempt)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var page = await outbox.ReadAfterAsync(endpoint.OutboxTo, PageRows);
        var rows = OutboxOrder.Certain(page, endpoint.OutboxTo, now);
        var upTo = endpoint.OutboxTo;
        SendOutcome? failure = null;
        foreach (var request in Requests(endpoint, [.. rows.Where(row => endpoint.Wants(row.Type) && now - row.Created < Backoff.GivenUpAfter.TotalMilliseconds)]))
        {
            var outcome = await sender.PostAsync(endpoint, request, attempt);
            if (!outcome.IsTaken)
            {
                failure = outcome;
                break;
            }

            (upTo, attempt) = (request.UpTo, 1);
        }

        if (failure is null && rows.Count > 0)
            upTo = rows[^1].Id; // what it does not want is behind it too
        if (upTo > endpoint.OutboxTo)
            await endpoints.OnOutboxAsync(endpoint.Id, upTo);
        return new OutboxOutcome(endpoint.Id, upTo, failure?.Reason, failure?.IsGone == true, HasMore: rows.Count == PageRows);
    }

    static IEnumerable<WebhookBody> Requests(WebhookEndpoint endpoint, IReadOnlyList<WebhookEvent> wanted) =>
        endpoint.IsBatch && wanted.Count > 1 ? [WebhookBody.OfEvents(wanted)] : wanted.Select(WebhookBody.OfEvent);
}
