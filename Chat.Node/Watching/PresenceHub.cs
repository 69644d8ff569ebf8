using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Links;
using Chat.Node.Telemetry;

namespace Chat.Node.Watching;

/// <summary>
/// Who is online and who types, of the whole cluster, for the sessions of this node that watch: one for each node. What it knows lies outside of
/// the actor, so that nothing is lost when it fails.
/// </summary>
sealed class PresenceHub(HubServices services, IPresenceRoad road) : UntypedActor
{
    /// <summary>Between two looks at what is to be told.</summary>
    public static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Users of whom is read at once whether they hide.</summary>
    public const int MaxRead = 1000;

    /// <summary>After a read that has failed.</summary>
    const long ReadAgainMilliseconds = 1000;

    /// <summary>Between two looks whether users still hide, or still do not.</summary>
    public const long RereadMilliseconds = 5000;

    sealed record PrivacyRead(IReadOnlyCollection<int> Users, IReadOnlySet<int> Hidden, Exception? Failure) : INoSerializationVerificationNeeded;

    readonly PeerExchange _peers = services.PeersBy(road);
    readonly WatcherDesk _watchers = services.Watchers;
    ICancelable? _ticking;
    bool _isReading;
    long _readAt = long.MinValue / 2;
    long _rereadAt;

    protected override void PreStart()
    {
        _rereadAt = services.Now;
        _ticking = Context.System.Scheduler.ScheduleTellRepeatedlyCancelable(TickInterval, TickInterval, Self, Tick.Instance, Self);
    }

    protected override void PostStop() => _ticking?.Cancel();

    protected override void PreRestart(Exception reason, object message)
    {
        WatchLog.Failed(services.Logger, message.GetType().Name, reason);
        if (message is Watch)
            Sender.Tell(new WatchAnswer(IsDone: false));
        base.PreRestart(reason, message);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case UserCame came:
                services.Local.Came(came.UserId);
                ReadPrivacyIfDue(); // with those who come while it is read the next time
                break;
            case UserWent went:
                services.Local.Went(went.UserId, went.WasAway);
                break;
            case UserAway away:
                services.Local.SetAway(away.UserId, away.IsAway);
                break;
            case Watch watch:
                _watchers.OnWatch(watch, Sender, _peers.IsComplete(), Context);
                break;
            case Unwatch unwatch:
                _watchers.OnUnwatch(unwatch.Session, Context);
                break;
            case Terminated terminated:
                _watchers.OnUnwatch(terminated.ActorRef, Context);
                break;
            case Typed typed:
                OnTyped(typed);
                break;
            case GroupRead read:
                services.Readers.OnRead(read);
                break;
            case ReadersDue due:
                services.Readers.OnDue(due);
                break;
            case NoticeElsewhere elsewhere:
                _peers.TellNodesOf(elsewhere.UserId, elsewhere.Notice, Self);
                break;
            case Tick:
                OnTick();
                break;
            case PrivacyRead read:
                OnPrivacyRead(read);
                break;
            case VeilsRead read:
                services.Veils.OnRead(read, Self);
                break;
            default:
                ReceiveOfNodes(message);
                break;
        }
    }

    void ReceiveOfNodes(object message)
    {
        switch (message)
        {
            case PresenceNews news:
                _peers.On(news, Sender);
                break;
            case PresencePart part:
                _peers.On(part, Sender);
                break;
            case AskPresence:
                _peers.OnAsk(Sender, Self);
                break;
            case VisibilityChanged changed:
                services.Veils.OnChanged(changed);
                services.Veils.ReadIfDue(Self);
                break;
            case PrivacyChanged changed:
                services.Veils.OnChanged(new VisibilityChanged(changed.UserId, 0));
                services.Veils.ReadIfDue(Self);
                services.Local.SetPrivacy(changed.UserId, changed.Hides);
                services.Book.OnSaid(changed.UserId, changed.Hides, services.Now);
                break;
            case Notice notice:
                NoticeBoard.Of(Context.System).TellHere(notice);
                break;
            case TypingNews typing:
                _watchers.OnTyping(typing);
                break;
            case GroupReads reads:
                services.Readers.On(reads);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void OnTick()
    {
        ReadPrivacyIfDue();
        services.Veils.ReadIfDue(Self);
        _peers.Tick(Self);
        services.Readers.Tick(_peers, Self);
        services.Book.Expire(services.Now);
        services.Typing.Sweep(services.Now);
        _watchers.Tick();
        if (_peers.IsComplete())
            _watchers.ReleaseHeld(Context);
    }

    /// <summary>Who hides is not seen, and so not seen to type.</summary>
    void OnTyped(Typed typed)
    {
        if (services.Local.Hides(typed.UserId))
            return;
        var news = new TypingNews(typed.Conversation, typed.UserId, typed.IsOn, typed.Members);
        _watchers.OnTyping(news);
        _peers.TellPeers(news, Self);
    }

    void ReadPrivacyIfDue()
    {
        if (!_isReading && services.Now >= _readAt)
            ReadPrivacy();
    }

    void ReadPrivacy()
    {
        var users = services.Local.BeginRead(MaxRead);
        if (users.Count == 0 && services.Now - _rereadAt >= RereadMilliseconds)
        {
            _rereadAt = services.Now;
            users = services.Local.BeginReread(MaxRead);
        }

        if (users.Count == 0)
            return;
        _isReading = true;
        services.Presence.HiddenAsync(users).PipeTo(
            Self, success: hidden => new PrivacyRead(users, hidden, null), failure: cause => new PrivacyRead(users, new HashSet<int>(), cause));
    }

    void OnPrivacyRead(PrivacyRead read)
    {
        _isReading = false;
        if (read.Failure is { } cause)
        {
            WatchLog.PrivacyUnread(services.Logger, read.Users.Count, cause.Message);
            services.Local.OnUnread(read.Users);
            _readAt = services.Now + ReadAgainMilliseconds;
            return;
        }

        services.Local.OnRead(read.Users, read.Hidden);
        ReadPrivacy();
    }
}
