using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Webhooks;

/// <summary>What one run has brought: the endpoint has everything up to <c>UpTo</c>.</summary>
/// <param name="UpTo">A number of the conversation.</param>
/// <param name="BegunAt">When the log was read, in milliseconds of a steady clock.</param>
/// <param name="IsEmpty">The log had nothing above the cursor.</param>
/// <param name="Failure">The request that was not taken; null if all were.</param>
readonly record struct RunOutcome(long UpTo, long BegunAt, bool IsEmpty, SendOutcome? Failure);

/// <summary>Brings an endpoint what it lacks in a conversation: reads the log, posts in order, stops at the first request that is not taken.</summary>
sealed class WebhookWorker(MessageLogStore log, WebhookSender sender, TimeProvider clock)
{
    const int PageRows = 100;

    /// <summary>A run ends then, so that how far it came is stored.</summary>
    const long MaxMilliseconds = 2000;

    /// <summary>One page of the log.</summary>
    /// <exception cref="StorageException">The database does not answer.</exception>
    public async Task<RunOutcome> RunAsync(WebhookEndpoint endpoint, WebhookCursor cursor, long lastSeq = long.MaxValue)
    {
        var begunAt = clock.SteadyMilliseconds();
        var rows = (await log.ReadAfterAsync(cursor.Conversation, cursor.Seq, PageRows)).TakeWhile(row => row.Seq <= lastSeq).ToList();
        var upTo = cursor.Seq;
        var attempt = cursor.Attempts + 1;
        foreach (var request in Requests(endpoint, rows))
        {
            var outcome = await sender.PostAsync(endpoint, request, attempt);
            if (!outcome.IsTaken)
                return new RunOutcome(upTo, begunAt, IsEmpty: false, outcome);
            (upTo, attempt) = (request.UpTo, 1);
            if (clock.SteadyMilliseconds() - begunAt >= MaxMilliseconds)
                return new RunOutcome(upTo, begunAt, IsEmpty: false, null);
        }

        return new RunOutcome(rows.Count > 0 ? rows[^1].Seq : upTo, begunAt, IsEmpty: rows.Count == 0, null);
    }

    /// <summary>What was logged before the endpoint was there is not for it. A system message is no message that somebody has sent: members have events of their own.</summary>
    static IEnumerable<WebhookBody> Requests(WebhookEndpoint endpoint, IReadOnlyList<LogRow> rows)
    {
        var wanted = rows.SkipWhile(row => row.Ts < endpoint.Created).Where(row => !row.IsSystem);
        return endpoint.IsBatch ? WebhookBody.Batches(wanted).Select(WebhookBody.OfMessages) : wanted.Select(WebhookBody.OfMessage);
    }
}
