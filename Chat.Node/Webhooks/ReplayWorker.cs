using Chat.Node.Storage;

namespace Chat.Node.Webhooks;

/// <summary>Brings an endpoint its dead letters once more, the oldest first, until one is not taken.</summary>
sealed class ReplayWorker(WebhookMarks marks, WebhookWorker worker, WebhookStore endpoints)
{
    /// <summary>Why it stopped; null if everything was brought. An endpoint that is off by now, or removed, is sent nothing more.</summary>
    /// <exception cref="StorageException">The database does not answer.</exception>
    public async Task<string?> RunAsync(long id)
    {
        var last = 0L;
        while (await marks.NextDeadLetterAsync(id, last) is { } letter)
        {
            var cursor = new WebhookCursor(id, letter.Conversation, letter.FromSeq - 1);
            while (true)
            {
                if ((await endpoints.AllAsync()).FirstOrDefault(each => each.Id == id) is not { IsEnabled: true } endpoint)
                    return "it is off";
                var outcome = await worker.BringMessagesAsync(endpoint, cursor, letter.ToSeq);
                if (outcome.Failure is { } failure)
                    return failure.Reason;
                if (outcome.IsEmpty)
                    break;
                cursor = cursor with { Seq = outcome.UpTo };
            }

            if (await marks.RemoveDeadLetterAsync(letter))
                last = letter.Id;
        }

        return null;
    }
}
