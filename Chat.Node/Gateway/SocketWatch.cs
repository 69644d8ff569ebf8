using System.Collections.Concurrent;
using Akka.Actor;
using Chat.Node.Telemetry;

namespace Chat.Node.Gateway;

/// <summary>Peer watch to session: its peer's TCP has acknowledged so many bytes of the stream.</summary>
sealed record PeerAcknowledged(long Bytes) : INoSerializationVerificationNeeded;

/// <summary>Peer watch to session: whether its peer gave a sign of life when it was asked for one.</summary>
sealed record PeerLooked(bool IsSilent) : INoSerializationVerificationNeeded;

/// <summary>
/// Looks at the sockets of those sessions that wait for their peers. One timer for all of them, and none while nobody waits; the more
/// wait, the more seldom it looks.
/// </summary>
sealed class SocketWatch(TimeProvider clock)
{
    /// <summary>A peer of which nothing is heard for so long, although it is asked each second, is silent.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    /// <summary>Of whom something was heard within this time, nobody needs to ask.</summary>
    const int RecentlyMilliseconds = 1000;

    const int ShortestInterval = 5;
    const int LongestInterval = 100;
    const int LooksPerMillisecond = 20;

    /// <param name="Socket">Where to look.</param>
    /// <param name="Session">Who waits.</param>
    /// <param name="Position">The place in the stream that is to be acknowledged; ignored for who is asked for a sign of life.</param>
    /// <param name="AskedAt">Since when a sign of life is waited for; null: an acknowledgement is.</param>
    readonly record struct Wait(ITransportPeer Socket, IActorRef Session, long Position, long? AskedAt);

    readonly ConcurrentQueue<Wait> _entered = new();
    readonly List<Wait> _waiting = []; // of the timer's thread
    readonly Lock _arming = new();
    ITimer? _timer;
    bool _isArmed;

    /// <summary>Sends <see cref="PeerAcknowledged"/>, once, when the stream is acknowledged up to here; nothing if the socket is closed first.</summary>
    public void Await(ITransportPeer socket, IActorRef session, long position) => Enter(new Wait(socket, session, position, null));

    /// <summary>Sends <see cref="PeerLooked"/>, once: as soon as something is heard, or after <see cref="Silence"/>.</summary>
    public void AskForLife(ITransportPeer socket, IActorRef session)
    {
        if (!socket.TryRead(out var info) || info.MillisecondsSinceHeard < RecentlyMilliseconds)
        {
            session.Tell(new PeerLooked(IsSilent: false)); // a closed socket ends its session without our help
            return;
        }

        socket.ProbeOften();
        Enter(new Wait(socket, session, 0, clock.SteadyMilliseconds()));
    }

    void Enter(in Wait wait)
    {
        _entered.Enqueue(wait);
        lock (_arming)
        {
            if (!_isArmed)
                Arm(ShortestInterval);
        }
    }

    void Arm(int milliseconds)
    {
        _isArmed = true;
        _timer ??= clock.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }

    void Look()
    {
        while (_entered.TryDequeue(out var wait))
            _waiting.Add(wait);
        _waiting.RemoveAll(IsOver);
        lock (_arming)
        {
            _isArmed = false;
            if (_waiting.Count > 0 || !_entered.IsEmpty)
                Arm(Math.Clamp(_waiting.Count / LooksPerMillisecond, ShortestInterval, LongestInterval));
        }
    }

    bool IsOver(Wait wait)
    {
        if (!wait.Socket.TryRead(out var info))
            return true;
        if (wait.AskedAt is { } askedAt)
            return HasAnswered(wait, clock.SteadyMilliseconds() - askedAt, info.MillisecondsSinceHeard);
        if (info.BytesAcknowledged < wait.Position)
            return false;
        wait.Session.Tell(new PeerAcknowledged(info.BytesAcknowledged));
        return true;
    }

    static bool HasAnswered(in Wait wait, long askedFor, long heardAgo)
    {
        var isAlive = heardAgo < askedFor;
        if (!isAlive && askedFor < Silence.TotalMilliseconds)
            return false;
        wait.Socket.ProbeSeldom();
        wait.Session.Tell(new PeerLooked(!isAlive));
        return true;
    }
}
