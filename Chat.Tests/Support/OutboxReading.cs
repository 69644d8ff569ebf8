using Chat.Node.Storage;

namespace Chat.Tests.Support;

/// <summary>What is in the outbox.</summary>
static class OutboxReading
{
    /// <summary>Events above a number, in order.</summary>
    public static async Task<IReadOnlyList<WebhookEvent>> ReadAfterAsync(this WebhookOutbox outbox, long after, int limit) =>
        await outbox.ReadAsync([.. (await outbox.NumbersAfterAsync(after, limit)).Select(number => number.Id)]);
}
