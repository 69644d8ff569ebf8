using Akka.Actor;
using Akka.Cluster.Sharding;
using Chat.Node.Actors;
using Chat.Node.Contracts;

namespace Chat.Node.Users;

/// <summary>
/// One user with something going on: knows the live sessions, delivers to them directly or queues, and confirms to the
/// conversation only what was flushed or is durable. A crash loses nothing: sessions watch it and attach again,
/// conversations send again what was not confirmed, marks and the queue are in the database.
/// </summary>
sealed class UserActor : FastReceiveActor
{
    static readonly TimeSpan SessionsReturnWithin = TimeSpan.FromSeconds(3);

    readonly UserCore _core;
    readonly UserPresence _presence;
    readonly OfflineWriter _offline;
    readonly Deliveries _deliveries;
    readonly OfflineReader _reader;
    readonly SessionDesk _sessions;
    readonly LoginAttempts _attempts;

    /// <summary>Only of users whose settings somebody asked for.</summary>
    SettingsDesk? _settings;
    Ticker _ticker;
    long _startedAt;

    public UserActor(string entityId, UserServices services)
    {
        _core = new UserCore(int.Parse(entityId), services, Context);
        _presence = new UserPresence(_core);
        _offline = new OfflineWriter(_core, _presence.Channel);
        _deliveries = new Deliveries(_core, _offline);
        _reader = new OfflineReader(_core, _deliveries, _offline, _presence);
        _sessions = new SessionDesk(_core, _deliveries, _reader, _presence);
        _attempts = new LoginAttempts(services.Limits.FailedLoginsPerMinute);
    }

    bool HasOpenSettings => _settings is { HasOpenWork: true };

    bool HasOpenWork =>
        !_offline.IsIdle || _core.HasOpenMarks || _presence.HasOpenWork || _reader.HasImports || _core.Drain.HasOpenWork || HasOpenSettings
        || _sessions.HasWaitingLogins;

    bool HasAwaitedSessions => _core.Drain.Phase == DeliveryPhase.AwaitingSessions
        && _core.Milliseconds - _startedAt >= SessionsReturnWithin.TotalMilliseconds;

    bool IsIdle => _core.Sessions.Count == 0 && !HasOpenWork && _deliveries.IsIdle && _attempts.IsIdle(_core.Now);

    /// <summary>A child that fails in an unforeseen way ends as if its journal had failed: the next request makes another.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    protected override void PreStart()
    {
        _core.Touch();
        _startedAt = _core.LastActivity;
        _presence.Start();
        ArmTick();
    }

    /// <summary>A switch, its hottest messages first: handlers that are registered would be a list of delegates for each user.</summary>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Deliver deliver:
                _deliveries.OnDeliver(deliver, Sender);
                break;
            case Pushed pushed:
                _deliveries.OnPushed(pushed);
                break;
            default:
                if (!TryReceiveReceipt(message) && !TryReceiveSession(message) && !TryReceiveChannel(message) && !TryReceiveSettings(message))
                    Unhandled(message);
                ArmTick();
                StopIfDone();
                return;
        }

        // With a session and nothing that waits there is nothing to look after.
        if (!_core.HasNewWork)
            return;
        _core.HasNewWork = false;
        ArmTick();
    }

    bool TryReceiveReceipt(object message)
    {
        switch (message)
        {
            case OfflineSettled settled:
                _deliveries.OnSettled(settled.Conversation, settled.Delivery, settled.IsDurable);
                _offline.WriteNext();
                _reader.OnBacklogSettled();
                return true;
            case ReceivedUpTo received:
                _deliveries.OnReceived(received, Sender);
                return true;
            case ReceivedQueued received:
                _core.Marks.Deletes.DeleteRow(received.RowId);
                return true;
            case Received received:
                _deliveries.OnReceived(new ReceivedUpTo(_core.UserId, received.Conversation, received.UpTo, IsKnown: false, default), ActorRefs.Nobody);
                return true;
            case SentUpTo or MarkStored or ReadUpTo or MarkWriter.Written:
                _core.Marks.OnMessage(message);
                return true;
            case Deliveries.MarkRead read:
                _deliveries.OnMarkRead(read);
                return true;
            case OfflineDeletes.Deleted deleted:
                _core.Marks.Deletes.OnDeleted(deleted);
                return true;
            case OfflineReader.PageRead read:
                _reader.OnPageRead(read);
                return true;
            case OfflinePushed pushed:
                _reader.OnFlushed(pushed);
                return true;
            default:
                return false;
        }
    }

    bool TryReceiveSession(object message)
    {
        switch (message)
        {
            case Terminated terminated:
                if (_settings?.OnTerminated(terminated.ActorRef) != true)
                    _sessions.OnTerminated(terminated.ActorRef);
                return true;
            case CheckLogin:
                Sender.Tell(new LoginChecked(_attempts.TryBegin(_core.Now)));
                return true;
            case LoginSucceeded:
                _attempts.Succeed();
                return true;
            case Tick:
                OnTick();
                return true;
            case StopUser:
                _core.IsStopping = true;
                return true;
            default:
                return _sessions.TryReceive(message, Sender);
        }
    }

    bool TryReceiveChannel(object message)
    {
        switch (message)
        {
            case PresenceWriter.PresenceRead read:
                OnPresenceRead(read);
                return true;
            case QueueGrown grown:
                _reader.OnQueueGrown(grown.RowId);
                return true;
            case Publisher.RoundPublished published:
                OnRoundPublished(published);
                return true;
            case Imported imported:
                _reader.OnImported(imported);
                return true;
            default:
                if (!_presence.TryReceive(message, Sender))
                    return false;
                _reader.OnPresenceChanged();
                return true;
        }
    }

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
            case SettingsIdle:
                _settings?.OnIdle(Context, Sender);
                return true;
            default:
                return false;
        }
    }

    void OnPresenceRead(PresenceWriter.PresenceRead read)
    {
        _sessions.EndBefore(read.Start.Generation);
        if (!_presence.OnRead(read))
            return;
        if (!_core.Drain.IsUnsettled)
            _deliveries.ReleaseHeld();
        _sessions.ReleaseHeld(); // the old session's node may be gone
    }

    void OnRoundPublished(Publisher.RoundPublished published)
    {
        _presence.Channel?.OnPublished();
        _presence.Store();
        _deliveries.OnRoundPublished(published);
        _offline.OnRoundPublished(published);
        _reader.OnBacklogSettled();
    }

    void OnSettingsRequest(long sessionId, Protocol.SettingsChange? change)
    {
        _core.Touch();
        if (_core.IsStopping)
        {
            Sender.Tell(SettingsAnswer.Unavailable);
            return;
        }

        _settings ??= new SettingsDesk(_core.UserId, _core.Services.Presence, _core.Services.Clock);
        _settings.Ask(Context, Sender, sessionId, change);
    }

    void OnSettingsSettled(SettingsSettled settled)
    {
        if (settled.Changed is { } settings)
            _sessions.TellSettings(settings, except: _settings?.OriginOf(settled.Number));
        _settings?.OnSettled(settled);
    }

    void OnTick()
    {
        _ticker.Clear();
        _presence.Channel?.TakeStepAgain(isRepeated: true);
        _reader.OnTick();
        if (_presence.ForgetUnclustered() || HasAwaitedSessions)
            StopAwaiting();
        _presence.OnTick();
        _core.OnTick();
        _offline.OnTick();
        _presence.Store();
        _settings?.OnTick(Context);
        _sessions.RefuseHopeless();
        _reader.ReadOverdue();
        if (IsIdle && _core.Milliseconds - _core.LastActivity >= Ticker.Rarely.TotalMilliseconds)
            Context.Parent.Tell(new Passivate(StopUser.Instance));
    }

    /// <summary>The sessions of the life before do not come back.</summary>
    void StopAwaiting()
    {
        _core.Drain.StopAwaiting();
        _deliveries.ReleaseHeld();
        _sessions.ReleaseHeld();
    }

    /// <summary>With sessions and nothing open there is nothing to look after.</summary>
    void ArmTick()
    {
        var hasOpenWork = HasOpenWork;
        if (hasOpenWork || _core.Sessions.Count == 0)
            _ticker.Arm(Context, Tick.Instance, hasOpenWork);
    }

    /// <summary>
    /// Hand-off or passivation: what is on its way to the database is awaited, sessions find the next life by
    /// themselves, and so does what was not confirmed.
    /// </summary>
    void StopIfDone()
    {
        if (!_core.IsStopping)
            return;
        _core.WriteMarks();
        var isUnderWay = _core.HasOpenMarks || _presence.IsUnderWay || HasOpenSettings;
        if (_offline.IsStuck || (_offline.IsIdle && !isUnderWay))
            Context.Stop(Self);
    }

    protected override void PostStop()
    {
        _ticker.Clear();
        _settings?.Stop();
    }
}
