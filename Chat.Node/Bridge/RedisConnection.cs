using System.Collections.Concurrent;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using StackExchange.Redis;

namespace Chat.Node.Bridge;

/// <summary>
/// The one connection to Redis (two sockets: commands, and subscriptions). Redis may be away when the node starts. The connection comes back by
/// itself. While it is gone, nothing is kept for later.
/// </summary>
sealed class RedisConnection(string connectionString, NodeIdentity node, ILogger<RedisConnection> logger) : IHostedService, IAsyncDisposable
{
    /// <summary>An answer that takes longer is not awaited.</summary>
    const int TimeoutMilliseconds = 2000;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    const string NamePrefix = "chatactors-";

    readonly RedisTrouble _trouble = new();

    /// <summary>The channels that are listened to, or will be when there is a connection. One subscription, or its end, of a channel is under way at a time.</summary>
    readonly ConcurrentDictionary<int, ChannelMessageQueue> _queues = new();
    readonly CancellationTokenSource _ending = new();

    /// <summary>Null before the first attempt to connect has ended.</summary>
    volatile ConnectionMultiplexer? _open;

    volatile bool _isSilent;

    public bool IsConnected => _open?.IsConnected == true;

    /// <summary>Connected, and the last that was asked was answered in time.</summary>
    public bool IsAnswering => IsConnected && !_isSilent;

    /// <summary>Whether an answer came in time.</summary>
    public void Note(bool isAnswered) => _isSilent = !isAnswered;

    /// <summary>Raised when commands can be sent again, from any thread.</summary>
    public event EventHandler? Restored;

    /// <summary>How a node's connections are named in Redis.</summary>
    public static string NameOf(long incarnation) => $"{NamePrefix}{incarnation}";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = OpenAsync();
        return Task.CompletedTask; // a node does without it
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <exception cref="RedisException">Nothing was sent, or nobody knows: see <see cref="WasNotSent"/>.</exception>
    public Task<long> PublishAsync(int userId, ReadOnlyMemory<byte> payload) =>
        Connected().GetDatabase().PublishAsync(ChannelOf(userId), payload);

    /// <summary>
    /// Ends when Redis has confirmed. What comes is told from the first message on, also if this fails: the library goes on by itself as soon as it can,
    /// and to give up the channel then would lose what is published until it is asked for again. Until <see cref="UnsubscribeAsync"/>.
    /// </summary>
    /// <param name="userId">Whose channel.</param>
    /// <param name="onMessage">Is told what comes, one after the other.</param>
    /// <exception cref="RedisException">There is no connection now: to be tried again.</exception>
    /// <exception cref="TimeoutException">There was no answer: to be tried again.</exception>
    public async Task SubscribeAsync(int userId, Action<byte[]> onMessage)
    {
        var subscriber = Connected().GetSubscriber();
        try
        {
            Listen(subscriber, userId, onMessage);
            await subscriber.PingAsync().WaitAsync(Patience); // behind the subscription, on its own connection
            if (!subscriber.IsConnected(ChannelOf(userId)))
            {
                // It was sent when there was no connection, and the library has not come round to it.
                await UnsubscribeAsync(userId);
                Listen(subscriber, userId, onMessage);
                await subscriber.PingAsync().WaitAsync(Patience);
                if (!subscriber.IsConnected(ChannelOf(userId)))
                    throw new NotConnectedException();
            }

            Note(isAnswered: true);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            Note(isAnswered: e is not TimeoutException);
            throw;
        }
    }

    /// <summary>
    /// Ends when no message comes any more, and every message that came has been told. It first asks Redis to stop, and still tells the messages that
    /// come meanwhile. The library by itself would forget the channel first, and drop messages until Redis has heard of it (measured: one
    /// message nearly every time under load).
    /// </summary>
    public async Task UnsubscribeAsync(int userId)
    {
        if (!_queues.TryRemove(userId, out var queue))
            return;
        try
        {
            if (_open is { IsConnected: true } open)
                await open.GetDatabase().ExecuteAsync("UNSUBSCRIBE", TextOf(userId)).WaitAsync(Patience);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            // the connection is gone, and the subscription with it; or below
        }

        try
        {
            await queue.UnsubscribeAsync().WaitAsync(Patience);
            await queue.Completion.WaitAsync(Patience);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException or OperationCanceledException)
        {
            if (_open is { } open)
                await ForgetAsync(open.GetSubscriber(), userId);
        }
    }

    /// <summary>How many connections listen for a user.</summary>
    /// <exception cref="RedisException">Nobody knows.</exception>
    public async Task<long> CountListenersAsync(int userId)
    {
        var counts = (RedisResult[]?)await Connected().GetDatabase().ExecuteAsync("PUBSUB", "NUMSUB", TextOf(userId));
        return counts is { Length: > 1 } ? (long)counts[1] : 0;
    }

    /// <summary>Ends the connections of a node that is gone and may not have closed them.</summary>
    /// <exception cref="RedisException">Nobody knows.</exception>
    public async Task DisconnectAsync(long incarnation)
    {
        var name = NameOf(incarnation);
        var database = Connected().GetDatabase();
        var clients = (string?)await database.ExecuteAsync("CLIENT", "LIST") ?? "";
        foreach (var client in clients.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = client.Split(' ');
            if (fields.Contains($"name={name}") && Array.Find(fields, field => field.StartsWith("id=", StringComparison.Ordinal)) is { } id)
                await database.ExecuteAsync("CLIENT", "KILL", "ID", id[3..]);
        }
    }

    /// <summary>Whether a command that failed did certainly not reach Redis.</summary>
    public static bool WasNotSent(Exception failure) =>
        failure is RedisConnectionException { FailureType: ConnectionFailureType.UnableToResolvePhysicalConnection or ConnectionFailureType.UnableToConnect }
            or RedisServerException or NotConnectedException or ObjectDisposedException;

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        if (_open is { } open)
            await open.DisposeAsync();
    }

    /// <summary>Without an answer, so that the messages have a place before there can be any.</summary>
    void Listen(ISubscriber subscriber, int userId, Action<byte[]> onMessage)
    {
        if (_queues.ContainsKey(userId))
            return;
        var queue = _queues[userId] = subscriber.Subscribe(ChannelOf(userId), CommandFlags.FireAndForget);
        queue.OnMessage(message => onMessage((byte[]?)message.Message ?? []));
    }

    ConnectionMultiplexer Connected() => _open is { IsConnected: true } open ? open : throw new NotConnectedException();

    async Task OpenAsync()
    {
        var options = ConfigurationOptions.Parse(connectionString);
        options.ClientName = NameOf(node.Incarnation);
        options.AbortOnConnectFail = false;
        options.AllowAdmin = true; // the connections of dead nodes are ended
        options.BacklogPolicy = BacklogPolicy.FailFast; // a message that cannot be published now is queued in the database
        options.ConnectTimeout = options.AsyncTimeout = options.SyncTimeout = TimeoutMilliseconds;
        options.ReconnectRetryPolicy = new LinearRetry(500);
        options.KeepAlive = 5;
        options.HeartbeatInterval = TimeSpan.FromMilliseconds(500);
        await OpenAsync(() => ConnectionMultiplexer.ConnectAsync(options), WatchInterval);
    }

    /// <summary>Tries until there is a connection, then watches over it: the library may throw at its first attempt, though it was asked to go on by itself.</summary>
    internal async Task OpenAsync(Func<Task<ConnectionMultiplexer>> connect, TimeSpan pause)
    {
        using var timer = new PeriodicTimer(pause);
        ConnectionMultiplexer? open = null;
        while (!_ending.IsCancellationRequested && (open = await TryAsync(connect)) is null)
            await timer.WaitForNextTickAsync(CancellationToken.None);
        if (open is not null)
        {
            Take(open);
            await WatchAsync();
        }

        if (_open is { } last)
            await last.DisposeAsync(); // it was opened while the node ended
    }

    async Task<ConnectionMultiplexer?> TryAsync(Func<Task<ConnectionMultiplexer>> connect)
    {
        try
        {
            return await connect();
        }
        catch (Exception e)
        {
            Lost("first", e.Message);
            return null;
        }
    }

    void Take(ConnectionMultiplexer open)
    {
        open.ConnectionFailed += (_, failed) => Lost(failed.ConnectionType.ToString(), RedisTrouble.ReasonOf(failed.FailureType, failed.Exception));
        open.ConnectionRestored += (_, restored) =>
        {
            _trouble.IsOver();
            Log.RedisRestored(logger, restored.ConnectionType.ToString());
            Restored?.Invoke(this, EventArgs.Empty);
        };
        _open = open;
        if (open.IsConnected)
            Log.RedisConnected(logger);
        Restored?.Invoke(this, EventArgs.Empty);
    }

    /// <summary>Says why there is no connection, and again when the reason is another: the library's events come without reasons at the start, and not at each attempt.</summary>
    async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(WatchInterval);
        do
        {
            if (_open is { IsConnected: false } open && await RedisTrouble.AskAsync(open) is { } reason)
                Lost("all", reason);
        }
        while (!_ending.IsCancellationRequested && await timer.WaitForNextTickAsync(CancellationToken.None));
    }

    void Lost(string connection, string reason)
    {
        if (_trouble.IsNew(reason))
            Log.RedisLost(logger, connection, reason);
    }

    static async Task ForgetAsync(ISubscriber subscriber, int userId)
    {
        try
        {
            await subscriber.UnsubscribeAsync(ChannelOf(userId)).WaitAsync(Patience);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            // there is no connection: nothing is subscribed
        }
    }

    static RedisChannel ChannelOf(int userId) => RedisChannel.Literal(TextOf(userId));

    static string TextOf(int userId) => userId.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>There is no connection to Redis: nothing was sent.</summary>
sealed class NotConnectedException() : RedisException("Redis is not to be had");
