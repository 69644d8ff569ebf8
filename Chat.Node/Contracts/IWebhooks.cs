using Akka.Actor;
using Chat.Protocol;

namespace Chat.Node.Contracts;

/// <summary>The port through which conversations reach the webhooks of their node, one more receiver of every message.</summary>
interface IWebhooks
{
    /// <summary>As a receiver of a fan-out, beside the ids of users, which are positive.</summary>
    const int ReceiverId = -1;

    /// <summary>Whether there is an endpoint that wants messages.</summary>
    bool AreOn { get; }

    /// <summary>Gets <see cref="Deliver"/>, and answers <see cref="DeliveryConfirmed"/> when it is durable that endpoints lack the message.</summary>
    ICanTell Marker { get; }

    /// <summary>Messages of a conversation were changed, and that is committed: endpoints need not wait until its mark is found.</summary>
    void OnChanged(ConversationId id);
}

/// <summary>No webhooks.</summary>
sealed class NoWebhooks : IWebhooks
{
    public static readonly NoWebhooks Instance = new();

    public bool AreOn => false;

    public ICanTell Marker => ActorRefs.Nobody;

    public void OnChanged(ConversationId id)
    {
        // nobody is told
    }
}

/// <summary>API to dispatcher: bring an endpoint its dead letters once more, the oldest first, until one is not taken. Answered with <see cref="ReplayBegun"/>.</summary>
sealed record ReplayWebhook(long Endpoint) : IClusterMessage;

/// <summary>Dispatcher to API: whether it does so.</summary>
sealed record ReplayBegun(bool IsBegun) : IClusterMessage;

/// <summary>API to dispatcher: the last requests to an endpoint. Answered with <see cref="WebhookAttempts"/>.</summary>
sealed record GetWebhookAttempts(long Endpoint) : IClusterMessage;

/// <summary>Dispatcher to API, the newest first.</summary>
sealed record WebhookAttempts(IReadOnlyList<WebhookAttempt> Attempts) : IClusterMessage;

/// <summary>A request to an endpoint.</summary>
/// <param name="Id">Its <c>webhook-id</c>, which tells what it brought.</param>
/// <param name="At">When it began, in milliseconds since 1970, UTC.</param>
/// <param name="Attempt">1: the first one with this content since the dispatcher knows of it.</param>
/// <param name="IsTaken">It was answered with 2xx in time.</param>
/// <param name="Reason">A status, or what went wrong.</param>
/// <param name="Milliseconds">How long it took.</param>
sealed record WebhookAttempt(string Id, long At, int Attempt, bool IsTaken, string Reason, int Milliseconds);

/// <summary>
/// Marker to dispatcher: there may be something new in these conversations. One that is there twice has changes of messages, which may have no mark that is known. Nobody
/// waits for it, and it may be lost.
/// </summary>
sealed record WebhookHint(IReadOnlyList<ConversationId> Conversations) : IClusterMessage;
