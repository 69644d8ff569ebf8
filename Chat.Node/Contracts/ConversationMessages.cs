using Akka.Actor;
using Akka.Event;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Contracts;

/// <summary>A message to a conversation, by way of its shard region.</summary>
interface IConversationMessage : IClusterMessage
{
    ConversationId Conversation { get; }
}

/// <summary>
/// Session to conversation: accept this message. A session numbers its posts to each conversation. The conversation takes only the next
/// post: it has handled <c>Previous</c>, the post sent before it, or <c>Previous</c> is at most <c>AnsweredTo</c>. <c>Epoch</c> rises after
/// a refusal with retry. Posts of an earlier epoch are refused too, so that nothing overtakes. <c>TimeOffset</c> is as in
/// <see cref="ChatBody"/>. <c>SenderHasOtherDevices</c>: the sender's other modern sessions want copies.
/// </summary>
sealed record Post(
    ConversationId Conversation, long SessionId, long Number, long Previous, long AnsweredTo, int Epoch,
    int Sender, string Cmid, ReadOnlyMemory<byte> Body, int TimeOffset, bool SenderHasOtherDevices) : IConversationMessage
{
    /// <inheritdoc cref="AcceptedMessage.References" />
    public ReadOnlyMemory<byte> References { get; init; }

    /// <summary>The traceparent of the hop before, if its way is recorded; else null.</summary>
    public string? Trace { get; init; }
}

/// <summary>Conversation to session: durable (or, without a history, pushed or queued for everybody).</summary>
sealed record PostAccepted(ConversationId Conversation, long Number, long Seq, long Ts) : IClusterMessage;

/// <summary>Conversation to session: not accepted. <c>Until</c>: when the reason ends, in milliseconds since 1970, if somebody knows; else 0.</summary>
sealed record PostRefused(ConversationId Conversation, long Number, ErrorCode Error, string Reason, long Until = 0) : IClusterMessage;

/// <summary>Conversation to session: a number is missing, send again everything after this one.</summary>
sealed record ResendPosts(ConversationId Conversation, long After) : IClusterMessage;

/// <summary>Session to conversation: somebody joined; answered with <see cref="MembersKnown"/>.</summary>
sealed record MembersChanged(ConversationId Conversation, int UserId) : IConversationMessage;

/// <summary>
/// API to conversation: members came and went; read them again. Answered with <see cref="MembersKnown"/> when that is done.
/// </summary>
sealed record ReloadMembers(ConversationId Conversation) : IConversationMessage;

/// <summary>Conversation to session or API: the members are what is stored, the new one receives from now on.</summary>
sealed record MembersKnown(ConversationId Conversation) : IClusterMessage;

/// <summary>
/// Sweeper to conversation: a node that is gone may have left a fan-out unfinished; finish it. Answered with
/// <see cref="FanOutFinished"/> when everybody has what was logged.
/// </summary>
sealed record ResumeFanOut(ConversationId Conversation) : IConversationMessage;

/// <summary>Conversation to sweeper.</summary>
sealed record FanOutFinished(ConversationId Conversation) : IClusterMessage;

/// <summary>User to conversation: everything up to <c>UpTo</c> was flushed to a session or queued.</summary>
sealed record DeliveryConfirmed(ConversationId Conversation, int UserId, long Incarnation, long UpTo) : IConversationMessage;

/// <summary>User to conversation: a number is missing, send again everything after this one.</summary>
sealed record ResendDeliveries(ConversationId Conversation, int UserId, long Incarnation, long After) : IConversationMessage;

/// <summary>
/// A node's channel subscriber, or a user with a bridged row in its queue, to conversation: another server has sent this for <c>Recipient</c>.
/// Log it once, however many copies come. Bring it to this recipient alone, because the others get copies of their own. <c>Source</c> and
/// <c>Number</c> name the copy: the incarnation of a node and its count, or 0 and the row of the queue. Answered with
/// <see cref="Imported"/>; repeated until then.
/// </summary>
sealed record Import(
    ConversationId Conversation, int Recipient, int Sender, long Source, long Number, ReadOnlyMemory<byte> Digest, ReadOnlyMemory<byte> Body)
    : IConversationMessage
{
    /// <summary>A larger object is not taken. This is far below the largest message between nodes (1 MiB).</summary>
    public const int MaxBytes = 256 * 1024;
}

/// <summary>
/// Conversation to the sender of <see cref="Import"/>: nothing is left to do about it, or the reason why it cannot be logged.
/// </summary>
sealed record Imported(ConversationId Conversation, int Recipient, long Source, long Number, string? Refusal) : IClusterMessage;

/// <summary>Shard to conversation: come to an end (hand-off or passivation).</summary>
sealed class StopConversation : IClusterMessage
{
    public static readonly StopConversation Instance = new();
}

/// <summary>Log to its conversation, on the same node: what became of a row.</summary>
sealed record RowSettled(LogRow Row, AppendOutcome Outcome, object Receiver) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
