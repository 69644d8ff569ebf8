using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Conversations;

sealed record LoadFailed(Exception Cause) : INoSerializationVerificationNeeded;

/// <summary>A while after that.</summary>
sealed class LoadAgain : INoSerializationVerificationNeeded
{
    public static readonly LoadAgain Instance = new();
}

sealed record MembersLoaded(Participants Participants) : INoSerializationVerificationNeeded;

/// <summary>The members are being read because they have changed; whoever said so is the sender.</summary>
sealed class MembersReloaded : INoSerializationVerificationNeeded
{
    public static readonly MembersReloaded Instance = new();
}

/// <summary>Who may take part, and how long ago that was read: other servers add members too, and tell nobody.</summary>
sealed class Membership(ConversationId id, ConversationServices services, ConversationState state, HeldMessages held, IActorRef self)
{
    /// <summary>Senders of whom it is remembered for <see cref="RefusedLastMilliseconds"/> that they may not send here.</summary>
    public const int MaxRefused = 256;

    const long MembersLastMilliseconds = 3000;
    const long RefusedLastMilliseconds = 1000;

    long _readAt;

    /// <summary>Senders for whom the members were read, and when: whoever goes on sending where it may not makes everybody wait once a second, not each time.</summary>
    Dictionary<int, long>? _readFor;

    /// <summary>What has become of the group, on its way into the log.</summary>
    public required SystemDesk System { get; init; }

    /// <summary>Whether the members were read for the message that is being judged: they need not be read once more for it.</summary>
    public bool IsFresh { get; private set; }

    /// <summary>They have changed, and could not be read since: read again with the next tick.</summary>
    public bool IsUnread { get; private set; }

    public bool HasOpenWork => IsUnread || System.HasOpenWork;

    public bool IsStale => services.IsBridged && id.IsGroup && !IsFresh && services.Clock.CoarseMilliseconds() - _readAt >= MembersLastMilliseconds;

    /// <summary>Who is told of a change in time is a member already: this is for those who are not, or may not send.</summary>
    public bool IsFreshFor(int sender) =>
        IsFresh || (_readFor is not null && _readFor.TryGetValue(sender, out var at) && services.Clock.CoarseMilliseconds() - at < RefusedLastMilliseconds);

    /// <summary>Holds everything until the members are read again; then the message is judged once more.</summary>
    public void ReadFor(object message, IActorRef sender)
    {
        if (message is Post post)
            Note(post.Sender);
        held.HoldAgain(message, sender);
        Read();
    }

    void Note(int sender)
    {
        _readFor ??= [];
        if (_readFor.Count >= MaxRefused)
            _readFor.Clear();
        _readFor[sender] = services.Clock.CoarseMilliseconds();
    }

    void Read() => services.Loader.ParticipantsAsync(id)
        .PipeTo(self, success: participants => new MembersLoaded(participants), failure: cause => new LoadFailed(cause));

    /// <summary>What was held is judged with these; null if they could not be read again.</summary>
    public void OnRead(Participants? participants)
    {
        if (participants is not null)
            (state.Members, state.Sending, state.JoinSeqs) = (participants.Members, participants.Sending, participants.JoinSeqs);
        _readAt = services.Clock.CoarseMilliseconds();
        IsFresh = participants is not null;
        if (!IsFresh)
            _readFor = null;
        if (participants is { HasUntold: true })
            System.TellUntold();
    }

    public void OnChange(object message, IActorRef asker)
    {
        if (message is MembersChanged changed)
            OnChanged(changed, asker);
        else
            OnReload(message, asker);
    }

    /// <summary>
    /// <see cref="ReloadMembers"/>, or that it is done. What is being read when it comes may be from before the change: only what is read because of it
    /// is an answer.
    /// </summary>
    void OnReload(object message, IActorRef asker)
    {
        if (message is ReloadMembers)
        {
            ReadFor(MembersReloaded.Instance, asker);
            return;
        }

        System.Wake();
        IsUnread = !IsFresh;
        if (IsFresh)
            asker.Tell(new MembersKnown(id), self);
    }

    public void OnTick()
    {
        System.OnTick();
        if (IsUnread)
            ReadFor(MembersReloaded.Instance, ActorRefs.Nobody);
    }

    /// <summary>What was held has been judged.</summary>
    public void OnJudged() => IsFresh = false;

    void OnChanged(MembersChanged changed, IActorRef sender)
    {
        if (!state.Members.Contains(changed.UserId))
            state.Members = new HashSet<int>(state.Members) { changed.UserId };
        if (state.JoinSeqs?.ContainsKey(changed.UserId) == false)
            state.JoinSeqs = new Dictionary<int, long>(state.JoinSeqs) { [changed.UserId] = state.CommittedHead + 1 }; // at least what is stored: what came in between is behind it
        sender.Tell(new MembersKnown(id));
        System.Wake();
    }
}
