using Chat.Node.Contracts;

namespace Chat.Node.Gateway;

/// <summary>
/// What the TCP of the client's machine says. To who acknowledges nothing itself a message is delivered when that TCP has acknowledged its
/// bytes: a kernel takes bytes for a machine that is long gone too.
/// </summary>
sealed partial class SessionActor
{
    /// <summary>A client that is sent away is given so long to acknowledge what is on its way.</summary>
    const long LastAcknowledgementsMilliseconds = 1000;

    PeerReports? _reports;
    long _drainDueSince;
    bool _isAsked;

    /// <summary>Modern clients acknowledge themselves, and fetch from the history what they missed.</summary>
    bool WaitsForPeer => !_isModern;

    void OnFramesTaken()
    {
        if (_outbox.InFlight.Count == 0 || _user is null)
            return;
        if (_connection.Peer is not { } peer || !WaitsForPeer)
        {
            TellReceipts(_outbox.InFlight);
            return;
        }

        _reports ??= new PeerReports(peer, _services.Peers, Self);
        _reports.Add(_outbox.InFlight, _outbox.Sent);
        if (!_reports.IsFull)
            return;
        TellAcknowledged();
        if (_reports.IsFull)
            Close("slow consumer: its peer acknowledges nothing");
    }

    void OnPeerAcknowledged(PeerAcknowledged acknowledged)
    {
        if (_reports?.OnAcknowledged(acknowledged.Bytes) is { Count: > 0 } receipts && _user is not null)
            TellReceipts(receipts);
        if (_isDrainDue)
            OnDrainNow();
    }

    /// <summary>Before the user takes back what it does not know to have arrived.</summary>
    void TellAcknowledged()
    {
        if (_reports?.TakeNow() is { Count: > 0 } receipts && _user is not null)
            TellReceipts(receipts);
    }

    /// <summary>Sent away in the middle of it, a client that nobody told of repetitions would be given all that again.</summary>
    bool IsOnItsWay()
    {
        TellAcknowledged();
        if (_reports is null or { IsEmpty: true })
            return false;
        if (_drainDueSince == 0)
        {
            _drainDueSince = CoarseMilliseconds;
            _draining.Set(Context, TimeSpan.FromMilliseconds(LastAcknowledgementsMilliseconds), DrainNow.Instance);
        }

        return CoarseMilliseconds - _drainDueSince < LastAcknowledgementsMilliseconds;
    }

    void OnProvePeer()
    {
        if (UserId is null || _isEnding || _isClosed || _isAsked)
            return;
        _isAsked = true;
        if (_connection.Peer is { } peer)
            _services.Peers.AskForLife(peer, Self);
        else
            OnPeerLooked(new PeerLooked(IsSilent: false));
    }

    void OnPeerLooked(PeerLooked looked)
    {
        _isAsked = false;
        if (UserId is { } userId)
            TellUser(new PeerProved(userId, _sessionId, looked.IsSilent));
    }
}
