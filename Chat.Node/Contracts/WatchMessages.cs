using Akka.Actor;
using Chat.Protocol;

namespace Chat.Node.Contracts;

/// <summary>How a user is on one node.</summary>
enum Standing : byte
{
    /// <summary>Without a session there.</summary>
    Gone,

    Online,

    /// <summary>With sessions there, all of them away.</summary>
    Away,

    /// <summary>With sessions there, and with the wish not to be seen.</summary>
    Hidden,
}

/// <summary>A user, and how it is on the node that says so.</summary>
readonly record struct UserStanding(int UserId, Standing Standing);

/// <summary>Session to the hub of its node: its user has logged in.</summary>
sealed record UserCame(int UserId) : INoSerializationVerificationNeeded;

/// <summary>Session to hub: its user has logged out, or it ends.</summary>
sealed record UserWent(int UserId, bool WasAway) : INoSerializationVerificationNeeded;

/// <summary>Session to hub: whether somebody sits in front of it. Only when that changes.</summary>
sealed record UserAway(int UserId, bool IsAway) : INoSerializationVerificationNeeded;

/// <summary>
/// Gateway to hub: what a session watches from now on. The reply of the client goes straight to the session, so that no later news overtakes it;
/// who asks gets a <see cref="WatchAnswer"/>. <c>Until</c>: nobody waits for it after this moment of the steady clock.
/// </summary>
sealed record Watch(
    IActorRef Session, int UserId, IReadOnlyList<int> Users, IReadOnlyList<ConversationId> Conversations, RequestRef Ref, long Until) : INoSerializationVerificationNeeded
{
    /// <summary>Whom the user may not see, of those that it watches, or whose conversations with it.</summary>
    public IReadOnlySet<int> Veiled { get; init; } = EmptyVeil;

    static readonly IReadOnlySet<int> EmptyVeil = new HashSet<int>();
}

/// <summary>Hub to gateway: the session has its reply; or the node watches for as many as it can.</summary>
sealed record WatchAnswer(bool IsDone) : INoSerializationVerificationNeeded;

/// <summary>Session to hub: it watches nobody any more.</summary>
sealed record Unwatch(IActorRef Session) : INoSerializationVerificationNeeded;

/// <summary>Gateway to hub: a user of this node types, or has stopped to. <c>Members</c>: who may know.</summary>
sealed record Typed(ConversationId Conversation, int UserId, bool IsOn, IReadOnlyList<int> Members) : INoSerializationVerificationNeeded;

/// <summary>To the hub of this node: a member has read a group further, as others may see it. Stored before it is said.</summary>
sealed record GroupRead(ConversationId Conversation, int UserId, long Read) : INoSerializationVerificationNeeded;

/// <summary>How far a member of a group has read.</summary>
readonly record struct GroupReader(ConversationId Conversation, int UserId, long Read);

/// <summary>Hub to the hubs of all other nodes, once a second: who has read groups further there.</summary>
sealed record GroupReads(IReadOnlyList<GroupReader> Readers) : IClusterMessage;

/// <summary>
/// Hub to the hubs of all other nodes: what has changed there. <c>Node</c> is the incarnation, <c>Number</c> counts the frames. A frame without
/// users is no frame of its own: it says what the number is.
/// </summary>
sealed record PresenceNews(long Node, long Number, IReadOnlyList<UserStanding> Users) : IClusterMessage;

/// <summary>Hub to hub: tell everything. Answered with <see cref="PresencePart"/>s.</summary>
sealed class AskPresence : IClusterMessage
{
    public static readonly AskPresence Instance = new();
}

/// <summary>Hub to hub: a part of everybody who has sessions there, as of a number.</summary>
sealed record PresencePart(long Node, long Number, int Part, int Parts, IReadOnlyList<UserStanding> Users) : IClusterMessage;

/// <summary>Settings of a user to the hubs of all nodes: whether it hides. Stored before it is said.</summary>
sealed record PrivacyChanged(int UserId, bool Hides) : IClusterMessage;

/// <summary>
/// To the hubs of all nodes: whether one of two users may see the other is to be read again. <c>OtherId</c> 0: of everybody who watches the user. Stored before
/// it is said.
/// </summary>
sealed record VisibilityChanged(int UserId, int OtherId) : IClusterMessage;

/// <summary>
/// Hub to the hubs of all other nodes: the same as <see cref="Typed"/>. To the hubs of all nodes, with nobody who may know: the user is no member any more.
/// </summary>
sealed record TypingNews(ConversationId Conversation, int UserId, bool IsOn, IReadOnlyList<int> Members) : IClusterMessage
{
    /// <summary>The user has left the conversation, or was put out.</summary>
    public static TypingNews Left(ConversationId conversation, int userId) => new(conversation, userId, IsOn: false, []);

    public bool HasLeft => !IsOn && Members.Count == 0;
}
