using System.Collections.Concurrent;
using Akka.Actor;
using Chat.Node.Cluster;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;
using StackExchange.Redis;

namespace Chat.Node.Bridge;

/// <summary>The outcome of a publish.</summary>
enum PublishOutcome
{
    /// <summary>Some server has received it.</summary>
    Received,

    /// <summary>No server listens for this user.</summary>
    Nobody,

    /// <summary>Nothing was published: there is no connection.</summary>
    Unavailable,

    /// <summary>Perhaps it was received: the answer did not come.</summary>
    Unknown,
}

/// <summary>The way to the servers outside the cluster, for the users of this node. Safe to use from any thread.</summary>
sealed class RedisBridge(
    RedisConnection redis, Presence presence, Nodes nodes, NodeDirectory directory, NodeIdentity node, Lazy<ActorSystem> system, BridgeMeter meter, TimeProvider clock, ILogger<RedisBridge> logger)
    : IBridge
{
    /// <summary>
    /// So many publishes may wait for their answers; beyond that Redis is too slow, and the rest is queued in the database.
    /// </summary>
    public const int MaxUnderWay = 4096;

    /// <summary>After an answer that did not come nothing is published or asked for so long: everybody would wait as long.</summary>
    const long PauseMilliseconds = 1000;

    /// <summary>
    /// The pause between two messages to one user. A legacy server passes on each message as it comes, and its client ends at two
    /// objects that come in one segment. The server leaves Nagle's algorithm on: messages that it gets while its client's machine delays an
    /// acknowledgement (40 ms) leave together. With this pause that is one object.
    /// </summary>
    static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(30);

    static readonly TimeSpan DisconnectedFor = TimeSpan.FromSeconds(1);

    static readonly TimeSpan LoginPatience = TimeSpan.FromSeconds(1);

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    readonly ConcurrentDictionary<long, Task> _disconnected = new();
    int _underWay;
    long _pausedUntil = long.MinValue;

    public bool IsOn => true;

    /// <summary>Messages whose answers are waited for.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    public async Task<int> PublishAsync(int userId, IReadOnlyList<ReadOnlyMemory<byte>> bodies)
    {
        if (bodies.Count > 0 && await IsListedAsync(userId) is not true and var listed)
        {
            Count(listed is null ? PublishOutcome.Unavailable : PublishOutcome.Nobody);
            return 0;
        }

        for (var received = 0; received < bodies.Count; received++)
        {
            var outcome = await PublishAsync(userId, bodies[received]);
            Count(outcome);
            if (outcome != PublishOutcome.Received)
                return received;
        }

        return bodies.Count;
    }

    /// <summary>A login waits for this, so not for long, and not at all while Redis gives no answers.</summary>
    public async Task<long?> CountServersAsync(int userId)
    {
        if (await IsListedAsync(userId) is false)
            return 0;
        if (IsPaused)
            return null;
        try
        {
            var count = await redis.CountListenersAsync(userId).WaitAsync(LoginPatience, clock);
            redis.Note(isAnswered: true);
            return count;
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            if (e is TimeoutException)
                Pause();
            return null;
        }
    }

    /// <summary>Once in a while for each node that is gone, however many users were there: one that is thawed connects again before it ends.</summary>
    public Task DisconnectAsync(long incarnation) => _disconnected.GetOrAdd(incarnation, TryDisconnectAsync);

    public ICanTell? KeeperOf(long incarnation)
    {
        if (incarnation == node.Incarnation)
            return system.Value.ActorSelection($"/user/{ChannelSubscriber.ActorName}");
        return directory.AddressOf(incarnation) is { } address
            ? system.Value.ActorSelection($"akka.tcp://{system.Value.Name}@{address}/user/{ChannelSubscriber.ActorName}")
            : null;
    }

    /// <summary>Null when the database does not answer.</summary>
    async Task<bool?> IsListedAsync(int userId)
    {
        try
        {
            return await presence.IsListedAsync(userId);
        }
        catch (StorageException)
        {
            return null;
        }
    }

    bool IsPaused => clock.SteadyMilliseconds() < Volatile.Read(ref _pausedUntil);

    void Pause()
    {
        redis.Note(isAnswered: false);
        Volatile.Write(ref _pausedUntil, clock.SteadyMilliseconds() + PauseMilliseconds);
    }

    async Task<PublishOutcome> PublishAsync(int userId, ReadOnlyMemory<byte> body)
    {
        var outcome = PublishOutcome.Received;
        var frames = body.Length <= LegacyFrames.MaxStoredBytes ? [body] : LegacyFrames.Split(body, LegacyFrames.MaxStoredBytes);
        for (var i = 0; i < frames.Count && outcome == PublishOutcome.Received; i++)
        {
            outcome = await PublishFrameAsync(userId, frames[i]);
            if (i > 0 && outcome != PublishOutcome.Received)
                return PublishOutcome.Unknown; // its front has been received, and comes again with the whole
            if (outcome == PublishOutcome.Received)
                await Task.Delay(Spacing, clock); // before the next message to this user
        }

        return outcome;
    }

    async Task<PublishOutcome> PublishFrameAsync(int userId, ReadOnlyMemory<byte> frame)
    {
        if (IsPaused)
            return PublishOutcome.Unavailable;
        try
        {
            if (Interlocked.Increment(ref _underWay) > MaxUnderWay)
                return PublishOutcome.Unavailable;
            return await redis.PublishAsync(userId, frame).WaitAsync(Patience, clock) > 0 ? PublishOutcome.Received : PublishOutcome.Nobody;
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            if (RedisConnection.WasNotSent(e))
                return PublishOutcome.Unavailable;
            Pause();
            Log.PublishUnknown(logger, userId, e.GetType().Name);
            return PublishOutcome.Unknown;
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    async Task TryDisconnectAsync(long incarnation)
    {
        await Task.Yield(); // it is in the dictionary before it can be taken out of it
        try
        {
            // One that is not known here may live outside the cluster.
            if (await nodes.IsFencedAsync(incarnation))
                await redis.DisconnectAsync(incarnation).WaitAsync(Patience, clock);
        }
        catch (Exception e) when (e is RedisException or StorageException or TimeoutException or ObjectDisposedException)
        {
            Log.NotDisconnected(logger, incarnation, e.GetType().Name);
        }

        _ = ForgetAsync(incarnation);
    }

    async Task ForgetAsync(long incarnation)
    {
        await Task.Delay(DisconnectedFor, clock);
        _disconnected.TryRemove(incarnation, out _);
    }

    void Count(PublishOutcome outcome)
    {
        switch (outcome)
        {
            case PublishOutcome.Received:
                meter.Published();
                break;
            case PublishOutcome.Nobody:
                meter.NoReceiver();
                break;
            case PublishOutcome.Unavailable:
                meter.Unavailable();
                break;
            default:
                meter.Unknown();
                break;
        }
    }
}
