using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Conversations;

sealed record LoadFailed(Exception Cause) : INoSerializationVerificationNeeded;

sealed record MembersLoaded(IReadOnlySet<int> Members) : INoSerializationVerificationNeeded;

/// <summary>Who may take part, and how long ago that was read: other servers add members too, and tell nobody.</summary>
sealed class Membership(ConversationId id, ConversationServices services, ConversationState state, IActorRef self)
{
    const long MembersLastMilliseconds = 3000;

    long _readAt;

    /// <summary>Whether the members were read for the message that is being judged: they need not be read once more for it.</summary>
    public bool IsFresh { get; private set; }

    public bool IsStale => services.IsBridged && id.IsGroup && !IsFresh && services.Clock.CoarseMilliseconds() - _readAt >= MembersLastMilliseconds;

    public void Read() => services.Loader.MembersAsync(id)
        .PipeTo(self, success: members => new MembersLoaded(members), failure: cause => new LoadFailed(cause));

    /// <summary>What was held is judged with these members; null if they could not be read again.</summary>
    public void OnRead(IReadOnlySet<int>? members)
    {
        if (members is not null)
            state.Members = members;
        _readAt = services.Clock.CoarseMilliseconds();
        IsFresh = members is not null;
    }

    /// <summary>What was held has been judged.</summary>
    public void OnJudged() => IsFresh = false;

    public void OnChanged(MembersChanged changed, IActorRef sender)
    {
        if (!state.Members.Contains(changed.UserId))
            state.Members = new HashSet<int>(state.Members) { changed.UserId };
        sender.Tell(new MembersKnown(id));
    }
}
