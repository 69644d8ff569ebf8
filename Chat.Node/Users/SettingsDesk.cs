using Akka.Actor;
using Akka.Event;
using Chat.Node.Actors;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Users;

/// <summary>
/// The settings: asked for through here, kept by a child of the user. Here is known who waits for an answer, and everybody gets one,
/// also when the child has ended over the request.
/// </summary>
sealed class SettingsDesk(int userId, Presence presence, TimeProvider clock)
{
    const int MaxOpen = 100;

    /// <summary>Who asks has given up by then; so is a journal that does not answer.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    sealed record OpenRequest(IActorRef Asker, long SessionId, long Since);

    SmallMap<long, OpenRequest> _open;
    IActorRef? _settings;
    long _lastNumber;

    public bool HasOpenWork => _open.Count > 0;

    public void Ask(IActorContext context, IActorRef asker, long sessionId, Protocol.SettingsChange? change)
    {
        if (_open.Count >= MaxOpen)
        {
            asker.Tell(SettingsAnswer.Unavailable);
            return;
        }

        _settings ??= context.Watch(context.ActorOf(Props.Create<UserSettingsActor>(userId, presence)));
        var number = ++_lastNumber;
        _open[number] = new OpenRequest(asker, sessionId, clock.CoarseMilliseconds());
        _settings.Tell(new AskSettings(number, change));
    }

    /// <summary>The session that asked for this: it need not be told what it changed.</summary>
    public long? OriginOf(long number) => _open.TryGetValue(number, out var asked) ? asked.SessionId : null;

    public void OnSettled(SettingsSettled settled)
    {
        if (_open.Remove(settled.Number, out var open))
            open.Asker.Tell(settled.Answer);
    }

    /// <summary>If the child has ended over what is open, nothing is known of that. False if it was somebody else.</summary>
    public bool OnTerminated(IActorRef ended)
    {
        if (!ended.Equals(_settings))
            return false;
        OnGone();
        return true;
    }

    public void OnIdle(IActorContext context, IActorRef settings)
    {
        if (_open.Count > 0 || !settings.Equals(_settings))
            return;
        _settings = null;
        context.Stop(context.Unwatch(settings));
    }

    /// <summary>Gives up a child that does not answer; true if it did.</summary>
    public bool OnTick(IActorContext context)
    {
        var since = clock.CoarseMilliseconds() - Patience.TotalMilliseconds;
        if (_settings is not { } settings || !_open.Any(open => open.Since <= since))
            return false;
        context.GetLogger().Warning("the settings of user {0} do not answer", userId);
        context.Stop(context.Unwatch(settings));
        OnGone();
        return true;
    }

    /// <summary>Everybody who waits is answered: nobody else will.</summary>
    public void Stop()
    {
        foreach (var (_, open) in _open)
            open.Asker.Tell(SettingsAnswer.Unavailable);
        _open.Clear();
    }

    void OnGone()
    {
        _settings = null;
        Stop();
    }
}
