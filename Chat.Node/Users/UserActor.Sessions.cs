using System.Numerics;
using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>Sessions come and go; a first one gets the offline queue before anything live.</summary>
sealed partial class UserActor
{
    readonly List<UserSession> _sessions = []; // a handful at most
    ulong _slots;
    long _attached;
    List<(Attach Attach, IActorRef Session)>? _heldAttaches;

    bool TryReceiveSession(object message)
    {
        switch (message)
        {
            case Attach attach:
                OnAttach(attach, Sender);
                return true;
            case Detach detach:
                OnDetach(detach.SessionId);
                return true;
            case PeerProved proved:
                OnPeerProved(proved);
                return true;
            case Terminated terminated:
                OnTerminated(terminated);
                return true;
            case PresenceRead read:
                OnPresenceRead(read);
                return true;
            case PresenceWritten written:
                OnPresenceWritten(written);
                return true;
            case CheckPresence:
                OnCheckPresence();
                return true;
            case CheckLogin:
                Sender.Tell(new LoginChecked(_attempts.TryBegin(Now)));
                return true;
            case LoginSucceeded:
                _attempts.Succeed();
                return true;
            default:
                return false;
        }
    }

    UserSession? SessionOf(long sessionId)
    {
        foreach (var session in _sessions)
        {
            if (session.Id == sessionId)
                return session;
        }

        return null;
    }

    void OnAttach(Attach attach, IActorRef session)
    {
        _lastActivity = CoarseMilliseconds;
        if (_isStopping)
            return; // the session asks again, the next life answers
        foreach (var replaced in _sessions.Where(known => known.Id != attach.SessionId && known.HasToken(attach.TokenHash)).ToList())
        {
            replaced.Actor.Tell(new SessionReplaced(), Self);
            OnSessionGone(replaced.Id);
        }

        if (SessionOf(attach.SessionId) is { } known)
        {
            if (!known.IsAttaching)
                _nodes.Tell(session, new Attached(_userId, [], HasMore: false), Self);
            return;
        }

        if (!attach.IsReattach && MayHaveTheOnlySession)
        {
            if ((_heldAttaches ??= []).Count < MaxHeldAttaches)
                _heldAttaches.Add((attach, session));
            return;
        }

        if (!attach.IsReattach && _sessions.Count >= _services.Limits.MaxSessions)
        {
            WaitForPlace(attach, session);
            return;
        }

        var slot = BitOperations.TrailingZeroCount(~_slots);
        if (slot >= 64)
        {
            _nodes.Tell(session, new AttachRefused(_userId), Self);
            return;
        }

        _slots |= 1UL << slot;
        var attached = new UserSession(
            attach.SessionId, ++_attached, slot, attach.IsModern, attach.IsReattach, attach.TokenHash, Context.Watch(session), _services.Nodes.IncarnationOf(session));
        _sessions.Add(attached);
        _pausesChannel |= _sessions.Count == 1 && !attach.IsReattach && ImportsRows;
        StorePresence();
        if (attach.IsReattach)
            LeaveElsewhere(attached.Node);
        TellSiblings();
        switch (_drain.Phase)
        {
            case DeliveryPhase.Starting or DeliveryPhase.AwaitingSessions or DeliveryPhase.Offline:
                _drain.OnFirstSession();
                Welcome(attach);
                break;
            case DeliveryPhase.Live:
                Greet([], hasMore: false);
                GiveUnflushed(slot, attach.IsModern, session);
                break;
            case DeliveryPhase.Draining or DeliveryPhase.Finishing when _sessions.Any(known => !known.IsAttaching):
                Greet(_drain.UnflushedPage, hasMore: true); // in the middle of a drain: what is still to come follows
                GiveUnflushed(slot, attach.IsModern, session);
                break;
        }
    }

    /// <summary>
    /// What is on its way to the other sessions. If one of them is dead, and nobody knows yet, it would come to this one behind what is
    /// newer; a modern client would fetch it, a legacy one cannot.
    /// </summary>
    void GiveUnflushed(int slot, bool isModern, IActorRef session)
    {
        foreach (var ((conversation, _), link) in _links)
        {
            foreach (var delivery in link.GiveTo(slot, message => isModern || !IsSelfCopy(conversation, message)))
                _nodes.Tell(session, new Push(link.Incarnation, delivery.Number, delivery.Message), Self);
        }
    }

    /// <summary>Of the user's own message, for its other modern sessions: never queued.</summary>
    bool IsSelfCopy(ConversationId conversation, AcceptedMessage message) =>
        message.Sender == _userId && (conversation.IsGroup || conversation.A != conversation.B);

    /// <summary>
    /// Where a user has one session, and this life does not know yet whether it is still there, a new one waits for the old one
    /// to attach again: else the limit would not hold while the actor moves.
    /// </summary>
    bool MayHaveTheOnlySession => _services.Limits.MaxSessions == 1
        && (_drain.Phase == DeliveryPhase.Starting || (_drain.Phase == DeliveryPhase.AwaitingSessions && _storedNode is { } node && _services.Nodes.IsAlive(node)));

    void ReleaseHeldAttaches()
    {
        var held = _heldAttaches;
        _heldAttaches = null;
        foreach (var (attach, session) in held ?? [])
            OnAttach(attach, session);
    }

    void OnTerminated(Terminated terminated)
    {
        if (_settingsDesk?.OnTerminated(terminated.ActorRef) == true)
        {
            if (_isStopping)
                Stop();
            return;
        }

        foreach (var session in _sessions)
        {
            if (!session.Actor.Equals(terminated.ActorRef))
                continue;
            OnSessionGone(session.Id);
            GivePlaces();
            return;
        }
    }

    /// <summary>What only this session was given, and did not flush, goes to the queue.</summary>
    void OnSessionGone(long sessionId)
    {
        if (SessionOf(sessionId) is not { } session)
            return;
        _sessions.Remove(session);
        _lastActivity = CoarseMilliseconds;
        Context.Unwatch(session.Actor);
        _slots &= ~(1UL << session.Slot);
        if (_sessions.Count == 0)
        {
            _drain.OnLastSessionGone();
            _bridgedRows?.Forget();
            _pausesChannel = false;
        }

        var hasLost = false;
        foreach (var ((conversation, _), link) in _links)
        {
            foreach (var lost in link.OnSessionGone(session.Slot))
            {
                if (IsSelfCopy(conversation, lost.Message))
                {
                    Done(conversation, link, lost);
                    continue;
                }

                hasLost = true;
                Queue(conversation, lost);
            }
        }

        if (_sessions.Count == 0)
        {
            ReleaseHeld();
            StorePresence();
        }
        else
        {
            if (hasLost && _drain.Phase == DeliveryPhase.Live)
                StartDrain(); // the others get it from the queue
            else if (_drain.Phase == DeliveryPhase.Draining && !_drain.IsReading && !HasImports)
                GivePage(); // perhaps it was this session that was to flush the page
        }

        TellSiblings();
        ArmTick();
    }

    void TellSiblings()
    {
        var modern = _sessions.Count(session => session.IsModern);
        foreach (var session in _sessions)
        {
            var hasSiblings = modern > (session.IsModern ? 1 : 0);
            if (hasSiblings == session.SenderHasOtherDevices)
                continue;
            session.SenderHasOtherDevices = hasSiblings;
            _nodes.Tell(session.Actor, new OtherDevicesChanged(hasSiblings), Self);
        }
    }
}
