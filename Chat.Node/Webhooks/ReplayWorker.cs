using Chat.Node.Storage;

namespace Chat.Node.Webhooks;

/// <summary>Brings an endpoint its dead letters once more, the oldest first, until one is not taken.</summary>
sealed class ReplayWorker(WebhookMarks marks, WebhookWorker worker)
{
    /// <summary>Why it stopped; null if everything was brought.</summary>
    /// <exception cref="StorageException">The database does not answer.</exception>
    public async Task<string?> RunAsync(WebhookEndpoint endpoint)
    {
        for (var last = 0L; await marks.NextDeadLetterAsync(endpoint.Id, last) is { } letter; last = letter.Id)
        {
            var cursor = new WebhookCursor(endpoint.Id, letter.Conversation, letter.FromSeq - 1);
            while (true)
            {
                var outcome = await worker.BringMessagesAsync(endpoint, cursor, letter.ToSeq);
                if (outcome.Failure is { } failure)
                    return failure.Reason;
                if (outcome.IsEmpty)
                    break;
                cursor = cursor with { Seq = outcome.UpTo };
            }

            await marks.RemoveDeadLetterAsync(letter.Id);
        }

        return null;
    }
}
