using Akka.Actor;
using Chat.Node.Contracts;

namespace Chat.Node.Users;

/// <summary>What concerns the settings goes to their desk.</summary>
sealed partial class UserActor
{
    /// <summary>Only of users whose settings somebody asked for.</summary>
    SettingsDesk? _settingsDesk;

    /// <summary>A child that fails in an unforeseen way ends as if its journal had failed: the next request makes another.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    bool TryReceiveSettings(object message)
    {
        switch (message)
        {
            case GetSettings:
                OnSettingsRequest(0, null);
                return true;
            case ChangeSettings change:
                OnSettingsRequest(change.SessionId, change.Change);
                return true;
            case SettingsSettled settled:
                OnSettingsSettled(settled);
                return true;
            case PrivacyWritten:
                OnPrivacyWritten();
                return true;
            case SettingsIdle:
                _settingsDesk?.OnIdle(Context, Sender);
                return true;
            default:
                return false;
        }
    }

    void OnSettingsRequest(long sessionId, Protocol.SettingsChange? change)
    {
        _lastActivity = CoarseMilliseconds;
        if (_isStopping)
        {
            Sender.Tell(SettingsAnswer.Unavailable);
            return;
        }

        _settingsDesk ??= new SettingsDesk(_userId, _services.Presence, _services.Clock);
        _settingsDesk.Ask(Context, Sender, sessionId, change);
        ArmTick();
    }

    void OnSettingsSettled(SettingsSettled settled)
    {
        if (settled.Changed is { } settings)
        {
            var origin = _settingsDesk?.OriginOf(settled.Number);
            foreach (var session in _sessions.Where(session => session.IsModern && session.Id != origin))
                _nodes.Tell(session.Actor, new UserSettingsChanged(settings), Self);
        }

        _settingsDesk?.OnSettled(settled);
        if (_isStopping)
            Stop();
    }

    /// <summary>On MySQL a write of the presence at the same moment may not have seen it: one more does.</summary>
    void OnPrivacyWritten()
    {
        _isPresenceStale = true;
        StorePresence();
    }
}
