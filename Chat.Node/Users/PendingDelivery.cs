using Akka.Actor;
using Akka.Event;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>A delivery that was taken and is not yet flushed to a session or queued.</summary>
sealed class PendingDelivery(long number, AcceptedMessage message, bool isSideLane = false)
{
    public long Number => number;

    /// <inheritdoc cref="Deliver.IsSideLane" />
    public bool IsSideLane => isSideLane;

    public AcceptedMessage Message => message;

    /// <summary>The sessions, by slot, that were given it and have not reported back.</summary>
    public ulong PushedTo { get; set; }

    public bool IsDone { get; private set; }

    /// <summary>Until it is done, if its way is recorded.</summary>
    public MessageSpan? Span { get; set; }

    /// <param name="outcome">One of <see cref="SpanOutcome"/>.</param>
    public void Finish(string outcome)
    {
        IsDone = true;
        Span?.End(outcome);
    }
}

/// <summary>Offline queue to its user, on the same node: whether the row is durable now.</summary>
sealed record OfflineSettled(OfflineRow Row, ConversationId Conversation, PendingDelivery Delivery, bool IsDurable)
    : INoSerializationVerificationNeeded, IDeadLetterSuppression;
