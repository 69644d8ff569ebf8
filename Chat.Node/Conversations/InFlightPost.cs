namespace Chat.Node.Conversations;

/// <summary>A session that waits for the answer to a post.</summary>
readonly record struct WaitingSession(long SessionId, long PostNumber, int Epoch);

/// <summary>A post that is in the log's queue, or waits for its receivers, and the sessions that wait for the answer.</summary>
sealed class InFlightPost(PostKey key, long number, long ts, bool hasSiblings, long originSession, params WaitingSession[] waiting)
{
    WaitingSession[] _waiting = waiting;

    public PostKey Key => key;

    public long Number => number;

    public long Ts => ts;

    public bool SenderHasOtherDevices => hasSiblings;

    public long OriginSession => originSession;

    public ReadOnlySpan<WaitingSession> Waiting => _waiting;

    public void Await(WaitingSession session)
    {
        if (!_waiting.Contains(session))
            _waiting = [.. _waiting, session];
    }
}
