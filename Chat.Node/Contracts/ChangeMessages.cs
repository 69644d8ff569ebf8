using Akka.Actor;
using Chat.Protocol;

namespace Chat.Node.Contracts;

/// <summary>Session to conversation: change a message. Answered with <see cref="MessageChangeAnswer"/> when that is durable; asking again is harmless.</summary>
sealed record ChangeMessage(ConversationId Conversation, int UserId, long Seq, ChangeKind Kind, string Text) : IConversationMessage
{
    /// <summary>The product's own servers, in place of a user: they change a message in the name of its sender, at any time.</summary>
    public const int Product = 0;

    public bool IsOfProduct => UserId == Product;

    /// <summary>Whom the edited message mentions, as an object of <see cref="MessageReferences"/>; empty: as before.</summary>
    public ReadOnlyMemory<byte> Mentions { get; init; }
}

/// <summary>
/// Conversation to session: the message is as was asked for since <c>Rev</c>, at <c>Ts</c>; or it is not, and why.
/// </summary>
sealed record MessageChangeAnswer(ErrorCode Error, string Reason, long Rev, long Ts) : IClusterMessage
{
    public static MessageChangeAnswer Refuse(ErrorCode error, string reason) => new(error, reason, 0, 0);
}

/// <summary>
/// To a node: these users' sessions on it that know of such news get this frame, but for the session <c>Except</c>. Lost with whatever loses it: who missed one
/// finds out by the numbers in the next.
/// </summary>
sealed record Notice(IReadOnlyList<int> Users, ReadOnlyMemory<byte> Frame, long Except = 0) : IClusterMessage;

/// <summary>To the hub of presence of this node: the same for one user, at the nodes where the hub knows of the user; at all others if it knows of none.</summary>
sealed record NoticeElsewhere(int UserId, Notice Notice) : INoSerializationVerificationNeeded;

/// <summary>To a session: the same for its user.</summary>
sealed record SessionNotice(int UserId, ReadOnlyMemory<byte> Frame, long Except = 0) : INoSerializationVerificationNeeded;
