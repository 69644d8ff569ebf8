using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Telemetry;

namespace Chat.Node.Bridge;

/// <summary>
/// One per node. It listens on the channels of the users whose oldest session is at this node. It passes messages of other servers on to
/// the conversations. Each channel passes on one message after the other, and repeats it until it is settled.
/// </summary>
sealed class ChannelSubscriber : ReceiveActor, IWithTimers
{
    public const string ActorName = "channel-keeper";

    static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);

    const int MaxTicksToEnd = 3;

    /// <summary>Users are asked whether this is right so rarely, a part of them at each tick.</summary>
    const int TicksPerCheck = 60;

    sealed record Arrived(int UserId, byte[] Payload) : INoSerializationVerificationNeeded;

    sealed record Subscribed(int UserId, bool HasFailed) : INoSerializationVerificationNeeded;

    sealed record Unsubscribed(int UserId) : INoSerializationVerificationNeeded;

    sealed class Restored : INoSerializationVerificationNeeded
    {
        public static readonly Restored Instance = new();
    }

    readonly KeeperServices _services;
    readonly SubscriberArrivals _arrivals;
    readonly Dictionary<int, HeldChannel> _channels = [];

    /// <summary>The actors that wait for the end of a subscription.</summary>
    readonly Dictionary<int, IActorRef> _leavers = [];

    /// <summary>The actors that wait for a subscription.</summary>
    readonly Dictionary<int, IActorRef> _holders = [];
    readonly EventHandler _onRestored;
    readonly List<IActorRef> _enders = [];
    int? _ticksToEnd;
    int _ticks;

    public ChannelSubscriber(KeeperServices services)
    {
        _services = services;
        _arrivals = new SubscriberArrivals(services, Self);
        var self = Self;
        _onRestored = (_, _) => self.Tell(Restored.Instance);
        Receive<Arrived>(OnArrived);
        Receive<Imported>(OnImported);
        Receive<HoldChannel>(hold => OnHold(hold, Sender));
        Receive<HoldPausedChannel>(hold => OnHold(new HoldChannel(hold.UserId, Opens: true), Sender, isPaused: true));
        Receive<OpenChannel>(open => OnOpen(open, Sender));
        Receive<LeaveChannel>(leave => OnLeave(leave.UserId, Sender));
        Receive<Subscribed>(OnSubscribed);
        Receive<Unsubscribed>(OnUnsubscribed);
        Receive<ChannelSpilt>(OnSpilt);
        Receive<EndChannels>(_ => OnEnd(Sender));
        Receive<Restored>(_ => SubscribeMissing());
        Receive<Tick>(_ => OnTick());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _services.Redis.Restored += _onRestored;
        Timers.StartPeriodicTimer("tick", Tick.Instance, TickInterval);
    }

    protected override void PostStop() => _services.Redis.Restored -= _onRestored;

    void OnArrived(Arrived arrived)
    {
        _services.Meter.Received();
        if (_channels.TryGetValue(arrived.UserId, out var channel))
            _arrivals.Take(channel, arrived.Payload);
    }

    void OnSpilt(ChannelSpilt spilt)
    {
        if (!_channels.TryGetValue(spilt.UserId, out var channel))
            return;
        _arrivals.OnSpilt(channel, spilt.IsStored);
        Leave(channel);
    }

    void OnImported(Imported imported)
    {
        if (_channels.TryGetValue(imported.Recipient, out var channel) && _arrivals.OnImported(channel, imported))
            Leave(channel);
    }

    void OnHold(HoldChannel hold, IActorRef user, bool isPaused = false)
    {
        if (!_channels.TryGetValue(hold.UserId, out var channel))
        {
            _channels[hold.UserId] = channel = new HeldChannel(hold.UserId);
            if (isPaused)
                channel.Pause(_services.Clock.SteadyMilliseconds());
            _services.Meter.Channels = _channels.Count;
        }

        channel.IsLeaving = false;
        _leavers.Remove(hold.UserId);
        if (hold.Opens)
            channel.Open();
        if (!_services.Redis.IsAnswering)
        {
            user.Tell(new ChannelHeld(hold.UserId, _services.Node.Incarnation), Self); // as well as it can be; nobody waits for Redis again and again
            Subscribe(channel);
            return;
        }

        if (channel.IsSubscribed && !channel.IsChanging)
        {
            user.Tell(new ChannelHeld(hold.UserId, _services.Node.Incarnation), Self);
            _arrivals.SendNext(channel);
            return;
        }

        _holders[hold.UserId] = user;
        Subscribe(channel);
    }

    void OnOpen(OpenChannel open, IActorRef user)
    {
        if (!_channels.TryGetValue(open.UserId, out var channel))
        {
            OnHold(new HoldChannel(open.UserId, Opens: true), user);
            return;
        }

        channel.Resume();
        channel.OpenBehind(open.Seen);
        user.Tell(new ChannelHeld(open.UserId, _services.Node.Incarnation), Self);
        _arrivals.SendNext(channel);
    }

    void OnLeave(int userId, IActorRef user)
    {
        if (!_channels.TryGetValue(userId, out var channel))
        {
            user.Tell(new ChannelLeft(userId, _services.Node.Incarnation, []), Self);
            return;
        }

        channel.IsLeaving = true;
        channel.Resume();
        channel.Close(); // another node passes these messages on: not twice
        _holders.Remove(userId);
        _leavers[userId] = user;
        _arrivals.SendNext(channel);
        Leave(channel);
    }

    void Subscribe(HeldChannel channel)
    {
        if (channel.IsChanging || channel.IsSubscribed)
            return;
        channel.IsChanging = channel.IsAskedFor = true;
        var (userId, self) = (channel.UserId, Self);
        _services.Redis.SubscribeAsync(userId, payload => self.Tell(new Arrived(userId, payload))).PipeTo(
            Self, success: () => new Subscribed(userId, HasFailed: false), failure: _ => new Subscribed(userId, HasFailed: true));
    }

    void OnSubscribed(Subscribed subscribed)
    {
        if (!_channels.TryGetValue(subscribed.UserId, out var channel))
            return;
        (channel.IsChanging, channel.IsSubscribed) = (false, !subscribed.HasFailed);

        // Also without Redis: the user must not wait for it. It is subscribed when Redis is back.
        if (_holders.Remove(subscribed.UserId, out var user))
            user.Tell(new ChannelHeld(subscribed.UserId, _services.Node.Incarnation), Self);
        if (channel.IsLeaving)
            Leave(channel);
    }

    /// <summary>First the end of the subscription, so that nothing comes any more; then, when everything is passed on, the answer.</summary>
    void Leave(HeldChannel channel)
    {
        if (!channel.IsLeaving || channel.IsChanging)
            return;
        if (channel.IsAskedFor)
        {
            (channel.IsChanging, channel.IsAskedFor) = (true, false);
            UnsubscribeAsync(channel.UserId).PipeTo(Self);
            return;
        }

        if (!channel.IsEmpty)
            return;
        _channels.Remove(channel.UserId);
        _services.Meter.Channels = _channels.Count;
        AnswerEnders();
        if (_leavers.Remove(channel.UserId, out var user))
            user.Tell(new ChannelLeft(channel.UserId, _services.Node.Incarnation, channel.Seen), Self);
    }

    async Task<Unsubscribed> UnsubscribeAsync(int userId)
    {
        await _services.Redis.UnsubscribeAsync(userId);
        return new Unsubscribed(userId);
    }

    void OnUnsubscribed(Unsubscribed unsubscribed)
    {
        if (!_channels.TryGetValue(unsubscribed.UserId, out var channel))
            return;
        (channel.IsChanging, channel.IsSubscribed) = (false, false);
        if (channel.IsLeaving)
            Leave(channel);
        else
            Subscribe(channel); // it is wanted again
    }

    /// <summary>The node ends, and no session is left: answered when nobody is listened for, or when it has taken too long.</summary>
    void OnEnd(IActorRef asker)
    {
        _enders.Add(asker);
        _ticksToEnd ??= MaxTicksToEnd;
        AnswerEnders();
    }

    void AnswerEnders()
    {
        if (_enders.Count == 0 || _channels.Count > 0)
            return;
        _enders.ForEach(asker => asker.Tell(ChannelsEnded.Instance));
        _enders.Clear();
    }

    /// <summary>Users who have not come round to it are left without being asked; what waits goes into the queue.</summary>
    void EndAll()
    {
        foreach (var channel in _channels.Values.ToList())
        {
            channel.SpillAll();
            OnLeave(channel.UserId, ActorRefs.Nobody);
            _arrivals.Spill(channel);
        }
    }

    void SubscribeMissing()
    {
        if (!_services.Redis.IsConnected)
            return;
        foreach (var channel in _channels.Values)
        {
            if (!channel.IsLeaving)
                Subscribe(channel);
        }
    }

    void OnTick()
    {
        SubscribeMissing();
        if (_ticksToEnd is { } left)
        {
            _ticksToEnd = left - 1;
            if (left == 0)
                EndAll();
        }

        var part = _ticks++ % TicksPerCheck;
        foreach (var channel in _channels.Values.ToList())
        {
            _arrivals.SendNext(channel);
            _arrivals.Spill(channel);
            Leave(channel);
            if (channel.UserId % TicksPerCheck == part)
                _services.Users.Value.Tell(new CheckChannel(channel.UserId, _services.Node.Incarnation), Self);
        }
    }
}
