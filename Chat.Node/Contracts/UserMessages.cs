using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Contracts;

/// <summary>A message to a user, by way of its shard region.</summary>
interface IUserMessage : IClusterMessage
{
    int UserId { get; }
}

/// <summary>
/// Conversation to user: push this to every session or queue it, then confirm. Numbers rise; <c>Previous</c> is the
/// number sent to this user before, <c>ConfirmedTo</c> the number up to which it has confirmed. With a history the number is the seq.
/// <c>Incarnation</c> is the life that counts the numbers (<see cref="DeliveryLife"/>), and tells the lane. <c>MayBeKnown</c>: an
/// earlier life of the user or of the conversation may have handled it, look at the marks. Bridged copies have the side lane, because
/// they come when their server sends them.
/// </summary>
sealed record Deliver(
    int UserId, long Incarnation, long Number, long Previous, long ConfirmedTo, bool MayBeKnown, AcceptedMessage Message) : IUserMessage
{
    public Lane Lane => DeliveryLife.LaneOf(Incarnation);

    /// <inheritdoc cref="Post.Trace" />
    public string? Trace { get; init; }

    /// <summary>Not in the order of the conversation's numbers, and not covered by the marks.</summary>
    public bool IsSideLane => Lane == Lane.Side;
}

/// <summary>
/// Session to user: I want this user's messages. <c>TokenHash</c> names the resume token of the session, if it has one;
/// another session with the same one is replaced. <c>IsReattach</c>: the session was attached to an earlier life.
/// </summary>
sealed record Attach(int UserId, long SessionId, bool IsModern, bool IsReattach, byte[]? TokenHash) : IUserMessage;

/// <summary>User to session: attached; here is the front of the offline queue, and whether there is more.</summary>
sealed record Attached(int UserId, IReadOnlyList<QueuedMessage> Offline, bool HasMore) : IClusterMessage;

/// <summary>User to session: as many sessions as the user may have.</summary>
sealed record AttachRefused(int UserId) : IClusterMessage;

/// <summary>Session to user: logged out or disconnected.</summary>
sealed record Detach(int UserId, long SessionId) : IUserMessage;

/// <summary>User to session: another connection has taken over your token.</summary>
sealed record SessionReplaced : IClusterMessage;

/// <summary>User to session: somebody wants a place; find out whether your peer is still there. Answered with <see cref="PeerProved"/>.</summary>
sealed class ProvePeer : IClusterMessage
{
    public static readonly ProvePeer Instance = new();
}

/// <summary>Session to user: whether its peer is silent although it was asked for a sign of life, or has given one.</summary>
sealed record PeerProved(int UserId, long SessionId, bool IsSilent) : IUserMessage;

/// <summary>User to session: your peer is silent, and another login has your place.</summary>
sealed class GiveUpPlace : IClusterMessage
{
    public static readonly GiveUpPlace Instance = new();
}

/// <summary>User to session: whether there are other modern sessions that want copies of what you send.</summary>
sealed record OtherDevicesChanged(bool SenderHasOtherDevices) : IClusterMessage;

/// <summary>User to session: write this to the socket.</summary>
sealed record Push(long Incarnation, long Number, AcceptedMessage Message) : IClusterMessage
{
    /// <inheritdoc cref="Post.Trace" />
    public string? Trace { get; init; }

    /// <inheritdoc cref="Deliver.IsSideLane" />
    public bool IsSideLane => DeliveryLife.LaneOf(Incarnation) == Lane.Side;
}

/// <summary>Session to user: everything of the conversation up to this number has left through the socket.</summary>
sealed record Pushed(int UserId, long SessionId, ConversationId Conversation, long Incarnation, long UpTo) : IUserMessage
{
    /// <inheritdoc cref="Deliver.IsSideLane" />
    public bool IsSideLane => DeliveryLife.LaneOf(Incarnation) == Lane.Side;
}

/// <summary>User to session: more of the offline queue.</summary>
sealed record OfflinePage(IReadOnlyList<QueuedMessage> Offline) : IClusterMessage;

/// <summary>Session to user: the offline queue up to this row has left through the socket.</summary>
sealed record OfflinePushed(int UserId, long SessionId, long UpTo) : IUserMessage;

/// <summary>
/// Session to user: a device says that it has received a conversation up to a number. <c>IsKnown</c>: this session has told the client
/// of that number, or of a higher one, itself. <c>Ref</c> is the client's, for the answer: there is one only if the mark is refused.
/// </summary>
sealed record ReceivedUpTo(int UserId, ConversationId Conversation, long UpTo, bool IsKnown, ReadOnlyMemory<byte> Ref) : IUserMessage;

/// <summary>User to session: a mark of your client was not stored, and why. <c>Head</c> is the last number of the conversation.</summary>
sealed record MarkRefused(int UserId, ConversationId Conversation, long UpTo, ErrorCode Error, long Head, ReadOnlyMemory<byte> Ref) : IClusterMessage;

/// <summary>The same as <see cref="ReceivedUpTo"/>. Sessions on nodes of an earlier version send it, and expect no answer.</summary>
sealed record Received(int UserId, ConversationId Conversation, long UpTo) : IUserMessage;

/// <summary>Session to user: a device has received a queued message that has no number.</summary>
sealed record ReceivedQueued(int UserId, long RowId) : IUserMessage;

/// <summary>A user's own message in a conversation, and so all before it, has this number.</summary>
readonly record struct SentMark(ConversationId Conversation, long Seq);

/// <summary>Session to user: your client's messages are in the log up to these numbers. Who sends has read what is before it.</summary>
sealed record SentUpTo(int UserId, IReadOnlyList<SentMark> Sent) : IUserMessage;

/// <summary>Session to user: a mark of yours is stored that the session's node has written. So far you are with it, as others may see it.</summary>
sealed record MarkStored(int UserId, ConversationId Conversation, long Received, long Read) : IUserMessage
{
    /// <summary>Whether others are told of marks: in a group a message that all have read would be a push from each to each.</summary>
    public static bool IsTold(ConversationId conversation) => !conversation.IsGroup && conversation.A != conversation.B;
}

/// <summary>Session on a node of an earlier version to user: the person has read a conversation up to a number. Ours store that themselves.</summary>
sealed record ReadUpTo(int UserId, ConversationId Conversation, long UpTo) : IUserMessage;

/// <summary>Session to user: may this account try a password now? Answered with <see cref="LoginChecked"/>.</summary>
sealed record CheckLogin(int UserId) : IUserMessage;

/// <summary>User to session: the answer to <see cref="CheckLogin"/>.</summary>
sealed record LoginChecked(bool IsAllowed) : IClusterMessage;

/// <summary>Session to user: the password was right, forget its failures.</summary>
sealed record LoginSucceeded(int UserId) : IUserMessage;

/// <summary>
/// To a user: end every session whose login is of an earlier generation than this one, on whatever node it is. Answered with <see cref="SessionsEnded"/>
/// when all of them are told. The generation is stored before (<see cref="Revocations"/>): a session that comes back later is told then.
/// </summary>
sealed record EndSessions(int UserId, int Generation) : IUserMessage;

/// <summary>User: the answer to <see cref="EndSessions"/>.</summary>
sealed record SessionsEnded(int UserId) : IClusterMessage;

/// <summary>User to session: end, if your login is of an earlier generation.</summary>
sealed record EndSession(int UserId, int Generation) : IClusterMessage;

/// <summary>
/// To a user, before <see cref="EndSessions"/>: the same, because the user is shut out. It needs no answer, and nodes of an earlier version pass it over: the one behind
/// it ends the sessions there.
/// </summary>
sealed record BanSessions(int UserId, int Generation) : IUserMessage;

/// <summary>User to session, before <see cref="EndSession"/>: the same, because the user is shut out.</summary>
sealed record BanSession(int UserId, int Generation) : IClusterMessage;

/// <summary>
/// To a user: end every session that stands on this registration of a device, on whatever node it is. Answered with <see cref="SessionsEnded"/> when all
/// of them are told. The registration is gone before (<see cref="DeviceStore"/>): a session that comes back later looks for it then.
/// </summary>
sealed record EndDevice(int UserId, long Registration) : IUserMessage;

/// <summary>User to session: end, if you stand on this registration of a device.</summary>
sealed record EndDeviceSession(int UserId, long Registration) : IClusterMessage;

/// <summary>Sweeper to user: the node that had your oldest session is gone. Put your stored presence right.</summary>
sealed record CheckPresence(int UserId) : IUserMessage;

/// <summary>Shard to user: come to an end (hand-off or passivation).</summary>
sealed class StopUser : IClusterMessage
{
    public static readonly StopUser Instance = new();
}
