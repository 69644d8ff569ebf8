namespace ChatActors.Client.Connections;

/// <summary>The requests of one connection that have no reply yet, by their <c>ref</c>.</summary>
sealed class PendingReplies(TimeProvider timeProvider)
{
    readonly Lock _gate = new();
    readonly Dictionary<long, PendingReply> _replies = [];
    ChatException? _lost;
    long _forgivenUntil;

    /// <summary>False, and the reply is told, when the connection is lost already.</summary>
    public bool TryAdd(long requestRef, PendingReply reply)
    {
        ChatException? lost;
        lock (_gate)
        {
            lost = _lost;
            if (lost is null)
            {
                reply.SentAt = timeProvider.GetTimestamp();
                _replies.Add(requestRef, reply);
                return true;
            }
        }

        reply.OnLost(lost);
        return false;
    }

    /// <summary>Whether nothing is waited for.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
                return _replies.Count == 0;
        }
    }

    /// <summary>Who waits for this reply; null for one that nobody asked for.</summary>
    public PendingReply? Take(long requestRef)
    {
        lock (_gate)
            return _replies.Remove(requestRef, out var reply) ? reply : null;
    }

    /// <summary>Nothing sent before now is late yet: it was this side that did not read.</summary>
    public void Forgive()
    {
        lock (_gate)
            _forgivenUntil = timeProvider.GetTimestamp();
    }

    /// <summary>Whether a reply is later than it may be.</summary>
    public bool IsAnyLate()
    {
        lock (_gate)
        {
            var now = timeProvider.GetTimestamp();
            foreach (var reply in _replies.Values)
            {
                if (timeProvider.GetElapsedTime(Math.Max(reply.SentAt, _forgivenUntil), now) >= reply.Timeout)
                    return true;
            }

            return false;
        }
    }

    public void Lose(ChatException reason)
    {
        PendingReply[] replies;
        lock (_gate)
        {
            _lost ??= reason;
            replies = [.. _replies.Values];
            _replies.Clear();
        }

        foreach (var reply in replies)
            reply.OnLost(reason);
    }
}
