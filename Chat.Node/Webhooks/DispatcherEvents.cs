using Akka.Actor;
using Chat.Node.Storage;

namespace Chat.Node.Webhooks;

/// <summary>What the dispatcher tells itself when something has ended.</summary>
static class DispatcherEvents
{
    public sealed record Purged(string? Failure = null) : INoSerializationVerificationNeeded;

    public sealed record NewestRead(long? Id, long AskedAt) : INoSerializationVerificationNeeded;

    public sealed record EndpointsRead(IReadOnlyList<WebhookEndpoint>? Endpoints) : INoSerializationVerificationNeeded;

    public sealed record RunEnded(WebhookRun Run, RunOutcome Outcome, Exception? Failure) : INoSerializationVerificationNeeded;

    public sealed record MarkCleared(WebhookMark Mark) : INoSerializationVerificationNeeded;

    public sealed record ReplayEnded(long Endpoint, string? Failure) : INoSerializationVerificationNeeded;

    public sealed record PushesEnded(bool HasMore, string? Failure = null) : INoSerializationVerificationNeeded;

    public sealed record Buried(WebhookTask Task, long UpTo, bool IsOfChanges, bool HasFailed = false) : INoSerializationVerificationNeeded;

    public sealed record OffEnded(long Endpoint, bool IsForgotten, string? Failure = null) : INoSerializationVerificationNeeded;
}
