using System.Diagnostics;
using System.IO.Pipelines;
using System.Net;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Gateway;

#pragma warning disable CA1001 // its reader and its session end in any order, and the field holds nothing unmanaged
/// <summary>
/// A connection as its session sees it: where to write, how to end it, and the credits that its reader needs to hand over
/// another object. Shared between the reader and the session actor.
/// </summary>
abstract class SessionConnection(string id, IPAddress? address, TimeProvider clock, ITransportPeer? peer) : ISessionTransport
#pragma warning restore CA1001
{
    /// <summary>So many requests may be unanswered; then the socket is not read.</summary>
    public const int Credits = 64;

    readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What is left for the reader; below 0 it waits.</summary>
    int _credits = Credits;

    /// <summary>Made when the reader has to wait, or somebody may have to wake it: most connections never come so far.</summary>
    SemaphoreSlim? _returned;

    int _userId;
    bool _isDraining;
    bool _isEnded;
    long _lastReceived = clock.CoarseMilliseconds();
    long _since = clock.CoarseMilliseconds();

    public string Id => id;

    public IPAddress? Address => address;

    /// <summary>Null where nothing is known of it: not on Linux, or no socket.</summary>
    public ITransportPeer? Peer => peer;

    public virtual int MaxHeartbeatSeconds => int.MaxValue;

    /// <summary>Set at login; decides which idle limit holds.</summary>
    public bool IsModern { get; set; }

    /// <summary>Logged in: the login deadline is over.</summary>
    public bool IsLoggedIn { get; set; }

    /// <summary>Whose messages it gets, or is about to; 0 if nobody's. Read from any thread.</summary>
    public int UserId
    {
        get => Volatile.Read(ref _userId);
        set => Volatile.Write(ref _userId, value);
    }

    /// <summary>A password is being checked: the deadline waits for us, not for the client.</summary>
    public bool IsLoggingIn { get; set; }

    /// <summary>The node goes down: nothing more is read, what was read is finished.</summary>
    public bool IsDraining => Volatile.Read(ref _isDraining);

    /// <summary>The session wants no more of the socket.</summary>
    public bool IsEnded => Volatile.Read(ref _isEnded);

    /// <summary>Completes when <see cref="IsEnded"/> becomes true.</summary>
    public Task Ended => _ended.Task;

    public TimeSpan Idle => Since(ref _lastReceived);

    public TimeSpan WithoutLogin => Since(ref _since);

    public abstract void Write(ReadOnlySpan<byte> bytes);

    public abstract ValueTask<FlushResult> FlushAsync();

    /// <summary>What carries it, as metrics call it.</summary>
    public abstract string TransportName { get; }

    /// <summary>Which protocol its client speaks, as metrics call it.</summary>
    public string ProfileName => IsModern ? "modern" : "legacy";

    /// <summary>When bytes were read the last time, by <see cref="Stopwatch"/>; for its reader.</summary>
    public long ReadAt { get; private set; }

    public void OnBytesReceived()
    {
        ReadAt = Stopwatch.GetTimestamp();
        Volatile.Write(ref _lastReceived, clock.CoarseMilliseconds());
    }

    /// <summary>Logged out: the deadline runs again.</summary>
    public void RestartLoginDeadline() => Volatile.Write(ref _since, clock.CoarseMilliseconds());

    /// <summary>Waits until the session has room for another request, or the connection has ended. For one reader.</summary>
    public ValueTask TakeCreditAsync() =>
        Interlocked.Decrement(ref _credits) >= 0 ? ValueTask.CompletedTask : new ValueTask(Returned.WaitAsync());

    public void ReturnCredit()
    {
        if (Interlocked.Increment(ref _credits) <= 0)
            Returned.Release();
    }

    /// <summary>The node goes down, and it is this connection's turn.</summary>
    public void StopReading()
    {
        Volatile.Write(ref _isDraining, true);
        WakeReader();
    }

    /// <summary>Over TCP a connection just ends.</summary>
    public virtual void GiveReason(CloseCode code, string reason)
    {
    }

    /// <summary>
    /// Ends the connection. <paramref name="isGraceful"/>: everything that was to be sent has been flushed; else what is
    /// still in buffers is thrown away.
    /// </summary>
    public void End(bool isGraceful)
    {
        if (Interlocked.Exchange(ref _isEnded, true))
            return;
        if (!isGraceful)
            Abort(); // a client that does not read would keep a graceful end waiting for ever
        WakeReader();
        ReturnCredit(); // the reader may wait for one
        _ended.TrySetResult();
    }

    /// <summary>What is still in buffers is thrown away.</summary>
    protected abstract void Abort();

    /// <summary>It may wait for bytes that are not wanted any more.</summary>
    protected abstract void WakeReader();

    SemaphoreSlim Returned => LazyInitializer.EnsureInitialized(ref _returned, () => new SemaphoreSlim(0));

    TimeSpan Since(ref long then) => TimeSpan.FromMilliseconds(clock.CoarseMilliseconds() - Volatile.Read(ref then));
}
