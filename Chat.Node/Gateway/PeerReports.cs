using System.Runtime.InteropServices;
using Akka.Actor;

namespace Chat.Node.Gateway;

/// <summary>
/// The receipts of what the kernel has taken and the peer's TCP has not acknowledged yet, in the order of the stream. Used by its session
/// actor only.
/// </summary>
sealed class PeerReports(ITransportPeer socket, SocketWatch watch, IActorRef session)
{
    /// <summary>So many may wait: a peer that is further behind is gone, or too slow.</summary>
    public const int Max = 2048;

    readonly Queue<(long Position, Receipt Receipt)> _waiting = new();
    readonly List<Receipt> _acknowledged = [];
    bool _isWatched;

    public bool IsEmpty => _waiting.Count == 0;

    /// <summary>Whether there are too many, also after another look at the socket.</summary>
    public bool IsFull => _waiting.Count > Max;

    /// <summary>The kernel has taken these, and with them <paramref name="sent"/> bytes of the session since the connection began.</summary>
    public void Add(ReadOnlySpan<Receipt> receipts, long sent)
    {
        var position = sent;
        if (!socket.IsPlain) // how many bytes became of them nobody says: everything that is in the socket now
            position = socket.TryRead(out var info) ? info.BytesWritten : long.MaxValue;
        foreach (ref readonly var receipt in receipts)
            _waiting.Enqueue((position, receipt));
        Watch();
    }

    /// <summary>The watch has looked. What is acknowledged now, until the next call.</summary>
    public ReadOnlySpan<Receipt> OnAcknowledged(long bytes)
    {
        _isWatched = false;
        Take(bytes);
        Watch();
        return CollectionsMarshal.AsSpan(_acknowledged);
    }

    /// <summary>Looks by itself. What is acknowledged now, until the next call.</summary>
    public ReadOnlySpan<Receipt> TakeNow()
    {
        Take(!IsEmpty && socket.TryRead(out var info) ? info.BytesAcknowledged : 0);
        return CollectionsMarshal.AsSpan(_acknowledged);
    }

    /// <summary>The receiver has gone, or another user is logged in.</summary>
    public void Clear() => _waiting.Clear();

    void Take(long bytes)
    {
        _acknowledged.Clear();
        while (_waiting.TryPeek(out var next) && next.Position <= bytes)
            _acknowledged.Add(_waiting.Dequeue().Receipt);
    }

    void Watch()
    {
        if (_isWatched || !_waiting.TryPeek(out var next))
            return;
        _isWatched = true;
        watch.Await(socket, session, next.Position);
    }
}
