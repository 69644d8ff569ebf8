using Akka.Actor;
using Akka.Event;
using Chat.Node.Contracts;
using Chat.Node.Storage;
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

    public bool IsDone { get; set; }
}

/// <summary>Offline queue to its user, on the same node: whether the row is durable now.</summary>
sealed record OfflineSettled(OfflineRow Row, ConversationId Conversation, PendingDelivery Delivery, bool IsDurable)
    : INoSerializationVerificationNeeded, IDeadLetterSuppression;
