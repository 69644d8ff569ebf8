using Akka.Actor;
using Chat.Node.Conversations;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Node.Users;
using Chat.Protocol;
using StackExchange.Redis;

namespace Chat.Node.Bridge;

/// <summary>What the keeper of channels uses.</summary>
sealed record KeeperServices(
    RedisConnection Redis, NodeIdentity Node, OfflineStore OfflineStore, BridgeMeter Meter, TimeProvider Clock, ILogger Logger,
    Lazy<IActorRef> Users, Lazy<IActorRef> Conversations, KeptChannels Kept);

/// <summary>How many channels are held, for the meter.</summary>
sealed class KeptChannels
{
    int _count;

    public int Count
    {
        get => Volatile.Read(ref _count);
        set => Volatile.Write(ref _count, value);
    }
}

/// <summary>
/// One per node: listens on the channels of those users whose oldest session is at this node, and passes what other servers publish to
/// the conversations, for each channel one message after the other, until each is settled.
/// </summary>
sealed class ChannelKeeper : ReceiveActor, IWithTimers
{
    public const string ActorName = "channel-keeper";

    const long Patience = 1000;
    static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);

    /// <summary>Users are asked whether this is right so rarely, a part of them at each tick.</summary>
    const int TicksPerCheck = 60;

    sealed record Arrived(int UserId, byte[] Payload) : INoSerializationVerificationNeeded;

    sealed record Subscribed(int UserId, ChannelMessageQueue? Queue) : INoSerializationVerificationNeeded;

    sealed record Unsubscribed(int UserId, bool HasFailed) : INoSerializationVerificationNeeded;

    sealed record QueueFailed(int UserId, string Reason) : INoSerializationVerificationNeeded;

    sealed class Tick : INoSerializationVerificationNeeded
    {
        public static readonly Tick Instance = new();
    }

    sealed class Restored : INoSerializationVerificationNeeded
    {
        public static readonly Restored Instance = new();
    }

    readonly KeeperServices _services;
    readonly Dictionary<int, HeldChannel> _channels = [];
    readonly Dictionary<int, ChannelMessageQueue> _queues = [];

    /// <summary>Who waits for the end of a subscription.</summary>
    readonly Dictionary<int, IActorRef> _leavers = [];

    /// <summary>Who waits for a subscription.</summary>
    readonly Dictionary<int, IActorRef> _holders = [];
    readonly EventHandler _onRestored;
    long _number;
    int _ticks;

    public ChannelKeeper(KeeperServices services)
    {
        _services = services;
        var self = Self;
        _onRestored = (_, _) => self.Tell(Restored.Instance);
        Receive<Arrived>(OnArrived);
        Receive<Imported>(OnImported);
        Receive<HoldChannel>(hold => OnHold(hold, Sender));
        Receive<OpenChannel>(open => OnOpen(open, Sender));
        Receive<LeaveChannel>(leave => OnLeave(leave.UserId, Sender));
        Receive<Subscribed>(OnSubscribed);
        Receive<Unsubscribed>(OnUnsubscribed);
        Receive<QueueFailed>(failed => Log.ForeignMessageLost(_services.Logger, failed.UserId, failed.Reason));
        Receive<Restored>(_ => SubscribeMissing());
        Receive<Tick>(_ => OnTick());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    long Now => _services.Clock.SteadyMilliseconds();

    protected override void PreStart()
    {
        _services.Redis.Restored += _onRestored;
        Timers.StartPeriodicTimer("tick", Tick.Instance, TickInterval);
    }

    protected override void PostStop() => _services.Redis.Restored -= _onRestored;

    void OnHold(HoldChannel hold, IActorRef user)
    {
        if (!_channels.TryGetValue(hold.UserId, out var channel))
        {
            _channels[hold.UserId] = channel = new HeldChannel(hold.UserId);
            _services.Kept.Count = _channels.Count;
        }

        channel.IsLeaving = false;
        _leavers.Remove(hold.UserId);
        if (hold.Opens)
            channel.Open();
        if (channel.IsSubscribed && !channel.IsChanging)
        {
            user.Tell(new ChannelHeld(hold.UserId, _services.Node.Incarnation), Self);
            SendNext(channel);
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

        channel.OpenBehind(open.Seen);
        user.Tell(new ChannelHeld(open.UserId, _services.Node.Incarnation), Self);
        SendNext(channel);
    }

    void OnLeave(int userId, IActorRef user)
    {
        if (!_channels.TryGetValue(userId, out var channel))
        {
            user.Tell(new ChannelLeft(userId, _services.Node.Incarnation, []), Self);
            return;
        }

        channel.IsLeaving = true;
        channel.Open(); // what has come is passed on in any case
        _holders.Remove(userId);
        _leavers[userId] = user;
        SendNext(channel);
        Leave(channel);
    }

    void Subscribe(HeldChannel channel)
    {
        if (channel.IsChanging || channel.IsSubscribed)
            return;
        channel.IsChanging = true;
        var userId = channel.UserId;
        _services.Redis.SubscribeAsync(userId).PipeTo(
            Self, success: queue => new Subscribed(userId, queue), failure: _ => new Subscribed(userId, null));
    }

    void OnSubscribed(Subscribed subscribed)
    {
        if (!_channels.TryGetValue(subscribed.UserId, out var channel))
            return;
        channel.IsChanging = false;
        if (subscribed.Queue is { } queue)
        {
            channel.IsSubscribed = true;
            _queues[subscribed.UserId] = queue;
            var self = Self;
            queue.OnMessage(message => self.Tell(new Arrived(subscribed.UserId, (byte[]?)message.Message ?? [])));
        }

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
        if (_queues.Remove(channel.UserId, out var queue))
        {
            channel.IsChanging = true;
            UnsubscribeAsync(channel.UserId, queue).PipeTo(Self);
            return;
        }

        if (!channel.IsEmpty)
            return;
        _channels.Remove(channel.UserId);
        _services.Kept.Count = _channels.Count;
        if (_leavers.Remove(channel.UserId, out var user))
            user.Tell(new ChannelLeft(channel.UserId, _services.Node.Incarnation, channel.Seen), Self);
    }

    /// <summary>Ends when what had come before the end has been told.</summary>
    static async Task<Unsubscribed> UnsubscribeAsync(int userId, ChannelMessageQueue queue)
    {
        try
        {
            await queue.UnsubscribeAsync();
            await queue.Completion;
            return new Unsubscribed(userId, HasFailed: false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException or OperationCanceledException)
        {
            return new Unsubscribed(userId, HasFailed: true); // the connection is gone, and with it the subscription
        }
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

    void OnArrived(Arrived arrived)
    {
        _services.Meter.Received();
        if (!_channels.TryGetValue(arrived.UserId, out var channel))
            return;
        var problem = ForeignChat.TryRead(arrived.Payload, arrived.UserId, _services.Clock.GetUtcNow().ToUnixTimeMilliseconds(), out var chat)
            ?? ProblemOf(chat!, arrived.UserId);
        if (problem is not null)
        {
            _services.Meter.Garbage();
            Log.GarbageReceived(_services.Logger, arrived.UserId, problem);
            return;
        }

        if (channel.IsFull)
        {
            Overflow(channel, chat!);
            return;
        }

        channel.Add(new ChannelArrival(++_number, chat!, HeldChannel.MarkOf(chat!.Digest.Span)));
        SendNext(channel);
    }

    static string? ProblemOf(ForeignChat chat, int userId)
    {
        if (chat.Conversation is null)
            return "it does not say who sent it";
        return chat.ToId == 0 || chat.ToId == userId ? null : $"it is for user {chat.ToId}";
    }

    /// <summary>As a documented server would: into the queue, from where it is taken up when there is time.</summary>
    void Overflow(HeldChannel channel, ForeignChat chat)
    {
        _services.Meter.Overflowed();
        Log.ChannelOverflowed(_services.Logger, channel.UserId);
        var userId = channel.UserId;
        InsertAsync(userId, JsonText.ToAscii(chat.Body.Span)).PipeTo(Self, success: failed => failed);
    }

    async Task<object> InsertAsync(int userId, string body)
    {
        try
        {
            await _services.OfflineStore.InsertForeignAsync(userId, body);
            return Restored.Instance;
        }
        catch (StorageException e)
        {
            return new QueueFailed(userId, e.Message);
        }
    }

    void SendNext(HeldChannel channel)
    {
        if (channel.Due(Now, Patience) is not { } arrival)
            return;
        var chat = arrival.Chat;
        _services.Conversations.Value.Tell(
            new Import(chat.Conversation!.Value, channel.UserId, chat.SenderId, _services.Node.Incarnation, arrival.Number, chat.Digest, chat.Body), Self);
    }

    void OnImported(Imported imported)
    {
        if (!_channels.TryGetValue(imported.Recipient, out var channel) || !channel.OnSettled(imported.Number))
            return;
        if (imported.Refusal is { } refusal)
        {
            _services.Meter.Garbage();
            Log.GarbageReceived(_services.Logger, imported.Recipient, refusal);
        }

        SendNext(channel);
        Leave(channel);
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
        var part = _ticks++ % TicksPerCheck;
        foreach (var channel in _channels.Values.ToList())
        {
            SendNext(channel);
            Leave(channel);
            if (channel.UserId % TicksPerCheck == part)
                _services.Users.Value.Tell(new CheckChannel(channel.UserId, _services.Node.Incarnation), Self);
        }
    }
}
