using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Conversations;

/// <summary>What arrives while the head or the members are being read: held, in order, and handled then.</summary>
sealed partial class ConversationActor
{
    const long MembersLastMilliseconds = 3000;

    /// <summary>Handles what was held; <paramref name="members"/> is null if they could not be read again.</summary>
    void GoReady(IReadOnlySet<int>? members)
    {
        _isReady = true;
        if (members is not null)
            _state.Members = members;
        _membersReadAt = CoarseMilliseconds;
        var held = _held.ToArray();
        _held.Clear();
        _isMembershipFresh = members is not null;
        foreach (var (message, sender) in held)
        {
            switch (message)
            {
                case Post post:
                    OnPost(post, sender);
                    break;
                case DeliveryConfirmed confirmed:
                    OnDeliveryConfirmed(confirmed, sender);
                    break;
                case ResendDeliveries resend:
                    OnResendDeliveries(resend, sender);
                    break;
                case MembersChanged changed:
                    OnMembersChanged(changed, sender);
                    break;
                case ResumeFanOut:
                    OnResumeFanOut(sender);
                    break;
                case RowsFound found:
                    OnRowsFound(found);
                    break;
                case LookedBehind looked:
                    OnLookedBehind(looked);
                    break;
                case Import import:
                    OnImport(import, sender);
                    break;
                case ImportPrepared prepared:
                    OnImportPrepared(prepared);
                    break;
                case RowSettled settled:
                    OnRowSettled(settled);
                    break;
            }
        }

        _isMembershipFresh = false;
        ArmTick();
    }

    void RefuseHeldPosts()
    {
        foreach (var (message, sender) in _held)
        {
            if (message is not Post post)
                continue;
            _state.RefuseFrom(new WaitingSession(post.SessionId, post.Number, post.Epoch));
            sender.Tell(new PostRefused(_id, post.Number, ErrorCode.Unavailable, "the database does not answer"), Self);
        }

        _held.RemoveAll(held => held.Message is Post or Import); // a copy comes again by itself
    }

    /// <summary>Other servers add members too, and tell nobody.</summary>
    bool AreMembersStale => _services.IsBridged && _id.IsGroup && !_isMembershipFresh && CoarseMilliseconds - _membersReadAt >= MembersLastMilliseconds;

    /// <summary>Holds everything until the members are read again; then the message is judged once more.</summary>
    void ReadMembers(object message, IActorRef sender)
    {
        _held.Add((message, sender));
        _isReady = false;
        _services.Loader.MembersAsync(_id)
            .PipeTo(Self, success: members => new MembersLoaded(members), failure: cause => new LoadFailed(cause));
    }
}
