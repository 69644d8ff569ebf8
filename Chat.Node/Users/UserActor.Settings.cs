using Akka.Actor;
using Akka.Event;
using Chat.Node.Actors;
using Chat.Node.Contracts;

namespace Chat.Node.Users;

/// <summary>
/// The settings: asked for through here, kept by a child. Here is known who waits for an answer, and everybody gets one,
/// also when the child has ended over the request.
/// </summary>
sealed partial class UserActor
{
    const int MaxOpenSettings = 100;

    /// <summary>Who asks has given up by then; so is a journal that does not answer.</summary>
    static readonly TimeSpan SettingsPatience = TimeSpan.FromSeconds(5);

    sealed record OpenSettings(IActorRef Asker, long SessionId, long Since);

    SmallMap<long, OpenSettings> _openSettings;
    IActorRef? _settings;
    long _lastSettingsNumber;

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
                OnSettingsIdle(Sender);
                return true;
            default:
                return false;
        }
    }

    void OnSettingsRequest(long sessionId, Protocol.SettingsChange? change)
    {
        _lastActivity = CoarseMilliseconds;
        if (_isStopping || _openSettings.Count >= MaxOpenSettings)
        {
            Sender.Tell(SettingsAnswer.Unavailable);
            return;
        }

        _settings ??= Context.Watch(Context.ActorOf(Props.Create<UserSettingsActor>(_userId, _services.Presence)));
        var number = ++_lastSettingsNumber;
        _openSettings[number] = new OpenSettings(Sender, sessionId, CoarseMilliseconds);
        _settings.Tell(new AskSettings(number, change));
        ArmTick();
    }

    void OnSettingsSettled(SettingsSettled settled)
    {
        if (settled.Changed is { } settings)
        {
            var origin = _openSettings.TryGetValue(settled.Number, out var asked) ? asked.SessionId : (long?)null;
            foreach (var session in _sessions.Where(session => session.IsModern && session.Id != origin))
                _nodes.Tell(session.Actor, new UserSettingsChanged(settings), Self);
        }

        if (_openSettings.Remove(settled.Number, out var open))
            open.Asker.Tell(settled.Answer);
        if (_isStopping)
            Stop();
    }

    /// <summary>On MySQL a write of the presence at the same moment may not have seen it: one more does.</summary>
    void OnPrivacyWritten()
    {
        _isPresenceStale = true;
        StorePresence();
    }

    /// <summary>It has ended over what is open: nothing is known of that.</summary>
    void OnSettingsGone()
    {
        _settings = null;
        RefuseOpenSettings();
        if (_isStopping)
            Stop();
    }

    void OnSettingsIdle(IActorRef settings)
    {
        if (_openSettings.Count > 0 || !settings.Equals(_settings))
            return;
        _settings = null;
        Context.Stop(Context.Unwatch(settings));
    }

    void EndOverdueSettings()
    {
        var since = CoarseMilliseconds - SettingsPatience.TotalMilliseconds;
        if (_settings is not { } settings || !_openSettings.Any(open => open.Since <= since))
            return;
        Logging.Warning("the settings of user {0} do not answer", _userId);
        Context.Stop(Context.Unwatch(settings));
        OnSettingsGone();
    }

    void RefuseOpenSettings()
    {
        foreach (var (_, open) in _openSettings)
            open.Asker.Tell(SettingsAnswer.Unavailable);
        _openSettings.Clear();
    }
}
