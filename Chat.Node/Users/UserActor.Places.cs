using Akka.Actor;
using Chat.Node.Contracts;

namespace Chat.Node.Users;

/// <summary>A login too many: whether one of the sessions has lost its peer without anybody knowing is found out first.</summary>
sealed partial class UserActor
{
    WaitingLogins<(Attach Attach, IActorRef Session)>? _waitingLogins;

    bool HasWaitingLogins => _waitingLogins is { IsEmpty: false };

    void WaitForPlace(Attach attach, IActorRef session)
    {
        var waiting = _waitingLogins ??= new WaitingLogins<(Attach, IActorRef)>();
        if (!waiting.TryAdd(attach.SessionId, (attach, session)))
        {
            _nodes.Tell(session, new AttachRefused(_userId), Self);
            return;
        }

        if (waiting.IsAsking)
            return;
        waiting.Ask(_sessions.Select(known => known.Id), CoarseMilliseconds);
        foreach (var known in _sessions)
            known.Actor.Tell(ProvePeer.Instance, Self);
        ArmTick();
    }

    void OnPeerProved(PeerProved proved)
    {
        if (_waitingLogins?.OnAnswer(proved.SessionId) != true)
            return;
        if (proved.IsSilent && HasWaitingLogins && SessionOf(proved.SessionId) is { } silent)
        {
            silent.Actor.Tell(GiveUpPlace.Instance, Self);
            OnSessionGone(silent.Id);
            GivePlaces();
        }

        RefuseHopeless();
    }

    void OnDetach(long sessionId)
    {
        _waitingLogins?.Forget(sessionId);
        OnSessionGone(sessionId);
        GivePlaces();
    }

    void GivePlaces()
    {
        while (HasWaitingLogins && _sessions.Count < _services.Limits.MaxSessions && _waitingLogins!.TryTake(out var login))
            OnAttach(login.Attach, login.Session);
    }

    void RefuseHopeless()
    {
        if (_waitingLogins?.IsHopeless(CoarseMilliseconds) != true)
            return;
        foreach (var (_, session) in _waitingLogins.GiveUp())
            _nodes.Tell(session, new AttachRefused(_userId), Self);
    }
}
