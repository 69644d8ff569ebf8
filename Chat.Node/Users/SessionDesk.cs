using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>
/// Sessions come and go; a first one gets the offline queue before anything live. At a login too many it is found out first whether one of the
/// sessions has lost its peer without anybody knowing.
/// </summary>
sealed class SessionDesk(UserCore core, Deliveries deliveries, OfflineReader reader, UserPresence presence)
{
    const int MaxHeld = 16;

    List<(Attach Attach, IActorRef Session)>? _held;
    WaitingLogins<(Attach Attach, IActorRef Session)>? _waiting;

    /// <summary>Of the logins that are good; 0 while nobody has logged the user out everywhere, or it is not known yet.</summary>
    int _generation;

    public bool HasWaitingLogins => _waiting is { IsEmpty: false };

    /// <summary>
    /// Where a user has one session, and this life does not know yet whether it is still there, a new one waits for the old one
    /// to attach again: else the limit would not hold while the actor moves.
    /// </summary>
    bool MayHaveTheOnlySession => core.Services.Limits.MaxSessions == 1 && presence.MayHaveSessions;

    /// <summary>What sessions, and those who end them, say. False if a message is none of that.</summary>
    public bool TryReceive(object message, IActorRef sender)
    {
        switch (message)
        {
            case Attach attach:
                OnAttach(attach, sender);
                return true;
            case Detach detach:
                OnDetach(detach.SessionId);
                return true;
            case PeerProved proved:
                OnPeerProved(proved);
                return true;
            case BanSessions ban:
                EndBefore(ban.Generation, isBan: true);
                return true;
            case EndSessions end:
                EndBefore(end.Generation);
                sender.Tell(new SessionsEnded(core.UserId), core.Self);
                return true;
            case EndDevice end:
                foreach (var session in core.Sessions)
                    core.Tell(session.Actor, new EndDeviceSession(core.UserId, end.Registration));
                sender.Tell(new SessionsEnded(core.UserId), core.Self);
                return true;
            default:
                return false;
        }
    }

    void OnAttach(Attach attach, IActorRef session)
    {
        core.Touch();
        if (core.IsStopping)
            return; // the session asks again, the next life answers
        foreach (var replaced in core.Sessions.All.Where(known => known.Id != attach.SessionId && known.HasToken(attach.TokenHash)).ToList())
        {
            replaced.Actor.Tell(new SessionReplaced(), core.Self);
            OnGone(replaced);
        }

        if (core.Sessions.Find(attach.SessionId) is { } known)
        {
            if (known.IsAttaching)
                return;
            core.Tell(session, new Attached(core.UserId, [], HasMore: false));
            if (known.SenderHasOtherDevices)
                core.Tell(session, new OtherDevicesChanged(true));
        }
        else if (!attach.IsReattach && MayHaveTheOnlySession)
        {
            if ((_held ??= []).Count < MaxHeld)
                _held.Add((attach, session));
        }
        else if (!attach.IsReattach && core.Sessions.Count >= core.Services.Limits.MaxSessions)
        {
            WaitForPlace(attach, session);
        }
        else if (core.Sessions.IsFull)
        {
            core.Tell(session, new AttachRefused(core.UserId));
        }
        else
        {
            OnAdded(core.Sessions.Add(attach, core.Context.Watch(session), core.Services.Nodes.IncarnationOf(session)));
        }
    }

    /// <summary>Logins of earlier generations are over, on whatever node their sessions are; those that come back later are told then.</summary>
    public void EndBefore(int generation, bool isBan = false)
    {
        if (generation <= _generation)
            return;
        _generation = generation;
        foreach (var session in core.Sessions)
        {
            if (isBan)
                core.Tell(session.Actor, new BanSession(core.UserId, generation));
            core.Tell(session.Actor, new EndSession(core.UserId, generation));
        }
    }

    void OnDetach(long sessionId)
    {
        _waiting?.Forget(sessionId);
        if (core.Sessions.Find(sessionId) is { } session)
            OnGone(session);
        GivePlaces();
    }

    public void OnTerminated(IActorRef ended)
    {
        if (core.Sessions.Find(ended) is not { } session)
            return;
        OnGone(session);
        GivePlaces();
    }

    void OnPeerProved(PeerProved proved)
    {
        if (_waiting?.OnAnswer(proved.SessionId) != true)
            return;
        if (proved.IsSilent && HasWaitingLogins && core.Sessions.Find(proved.SessionId) is { } silent)
        {
            silent.Actor.Tell(GiveUpPlace.Instance, core.Self);
            OnGone(silent);
            GivePlaces();
        }

        RefuseHopeless();
    }

    public void RefuseHopeless()
    {
        if (_waiting?.IsHopeless(core.Milliseconds) != true)
            return;
        foreach (var (_, session) in _waiting.GiveUp())
            core.Tell(session, new AttachRefused(core.UserId));
    }

    /// <summary>To the modern sessions, but for the one that changed them.</summary>
    public void TellSettings(UserSettings settings, long? except)
    {
        foreach (var session in core.Sessions)
        {
            if (session.IsModern && session.Id != except)
                core.Tell(session.Actor, new UserSettingsChanged(settings));
        }
    }

    /// <summary>What the earlier life left is known, or nobody comes back.</summary>
    public void ReleaseHeld()
    {
        var held = _held;
        _held = null;
        foreach (var (attach, session) in held ?? [])
            OnAttach(attach, session);
    }

    void OnAdded(UserSession session)
    {
        if (_generation > 0)
            core.Tell(session.Actor, new EndSession(core.UserId, _generation)); // it knows of which generation its login is
        if (presence.Channel is { } channel && core.ImportsRows && core.Sessions.Count == 1 && !session.IsReattached)
            channel.IsPaused = true;
        presence.Store();
        if (session.IsReattached)
            presence.LeaveElsewhere(session.Node);
        TellSiblings();
        switch (core.Drain.Phase)
        {
            case DeliveryPhase.Starting or DeliveryPhase.AwaitingSessions or DeliveryPhase.Offline:
                reader.Welcome(session.IsReattached);
                ReleaseHeld();
                break;
            case DeliveryPhase.Live:
                reader.Greet([], hasMore: false);
                deliveries.GiveUnflushed(session);
                break;
            case DeliveryPhase.Draining or DeliveryPhase.Finishing when core.Sessions.HasAttached:
                reader.Greet(core.Drain.UnflushedPage, hasMore: true); // in the middle of a drain: what is still to come follows
                deliveries.GiveUnflushed(session);
                break;
        }
    }

    /// <summary>What only this session was given, and did not flush, goes to the queue.</summary>
    void OnGone(UserSession session)
    {
        core.Sessions.Remove(session);
        core.Touch();
        core.Context.Unwatch(session.Actor);
        if (core.Sessions.Count == 0)
        {
            reader.OnLastSessionGone();
            if (presence.Channel is { } channel)
                channel.IsPaused = false;
        }

        var hasLost = deliveries.OnSessionGone(session.Slot);
        if (core.Sessions.Count == 0)
        {
            deliveries.ReleaseHeld();
            presence.Store();
        }
        else
        {
            reader.OnSessionGone(hasLost);
        }

        TellSiblings();
    }

    void WaitForPlace(Attach attach, IActorRef session)
    {
        var waiting = _waiting ??= new WaitingLogins<(Attach, IActorRef)>();
        if (!waiting.TryAdd(attach.SessionId, (attach, session)))
        {
            core.Tell(session, new AttachRefused(core.UserId));
            return;
        }

        if (waiting.IsAsking)
            return;
        waiting.Ask(core.Sessions.All.Select(known => known.Id), core.Milliseconds);
        foreach (var known in core.Sessions)
            known.Actor.Tell(ProvePeer.Instance, core.Self);
    }

    void GivePlaces()
    {
        while (HasWaitingLogins && core.Sessions.Count < core.Services.Limits.MaxSessions && _waiting!.TryTake(out var login))
            OnAttach(login.Attach, login.Session);
    }

    void TellSiblings()
    {
        foreach (var session in core.Sessions.UpdateSiblings())
            core.Tell(session.Actor, new OtherDevicesChanged(session.SenderHasOtherDevices));
    }
}
