namespace Chat.Node.Users;

/// <summary>
/// Logins of a user who has as many sessions as allowed. They wait until each of these sessions has said whether its peer gives a sign of
/// life; one that does not gives up its place. Pure.
/// </summary>
sealed class WaitingLogins<T>
{
    public const int Max = 16;

    /// <summary>Longer than a session takes for its answer.</summary>
    public const long PatienceMilliseconds = 5000;

    readonly List<(long SessionId, T Login)> _waiting = [];
    readonly HashSet<long> _asked = [];
    long _askedAt;

    public bool IsEmpty => _waiting.Count == 0;

    /// <summary>Some session has not answered yet.</summary>
    public bool IsAsking => _asked.Count > 0;

    /// <summary>False if too many wait. A login that is repeated waits once.</summary>
    public bool TryAdd(long sessionId, T login)
    {
        if (_waiting.Exists(waiting => waiting.SessionId == sessionId))
            return true;
        if (_waiting.Count >= Max)
            return false;
        _waiting.Add((sessionId, login));
        return true;
    }

    /// <summary>These sessions are being asked now.</summary>
    public void Ask(IEnumerable<long> sessions, long now)
    {
        _asked.UnionWith(sessions);
        _askedAt = now;
    }

    /// <summary>False if nobody has asked it.</summary>
    public bool OnAnswer(long sessionId) => _asked.Remove(sessionId);

    /// <summary>The login is not wanted any more.</summary>
    public void Forget(long sessionId) => _waiting.RemoveAll(waiting => waiting.SessionId == sessionId);

    /// <summary>The one that waits longest gets a place.</summary>
    public bool TryTake(out T login)
    {
        login = IsEmpty ? default! : _waiting[0].Login;
        if (IsEmpty)
            return false;
        _waiting.RemoveAt(0);
        return true;
    }

    /// <summary>All sessions live, or do not answer: whoever waits gets no place.</summary>
    public bool IsHopeless(long now) => !IsEmpty && (!IsAsking || now - _askedAt >= PatienceMilliseconds);

    /// <summary>Nobody waits any more, and late answers mean nothing.</summary>
    public IReadOnlyList<T> GiveUp()
    {
        var all = _waiting.ConvertAll(waiting => waiting.Login);
        _waiting.Clear();
        _asked.Clear();
        return all;
    }
}
