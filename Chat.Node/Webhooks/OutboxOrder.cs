using Chat.Node.Storage;

namespace Chat.Node.Webhooks;

/// <summary>
/// Events get their numbers when they are inserted, and are seen when they are committed: a lower number may turn up later. So nothing behind a missing
/// number is taken before whoever had it must have committed or failed. Pure.
/// </summary>
static class OutboxOrder
{
    /// <summary>Longer than any transaction lives.</summary>
    const long PatienceMilliseconds = 30_000;

    /// <param name="rows">Events above a number, in order.</param>
    /// <param name="after">That number.</param>
    /// <param name="now">Milliseconds since 1970, UTC.</param>
    /// <returns>The events from the front in front of which nothing can turn up any more.</returns>
    public static IReadOnlyList<WebhookEvent> Certain(IReadOnlyList<WebhookEvent> rows, long after, long now)
    {
        var certain = new List<WebhookEvent>(rows.Count);
        foreach (var row in rows)
        {
            if (row.Id != after + 1 && now - row.Created < PatienceMilliseconds)
                break;
            certain.Add(row);
            after = row.Id;
        }

        return certain;
    }
}
