namespace Chat.Node.Users;

/// <summary>
/// Wrong passwords of one account: after so many within a minute nothing is tried for a minute, whatever the password.
/// An attempt counts when it begins, so that many at once do not slip through. Pure.
/// </summary>
sealed class LoginAttempts(int maxFailures)
{
    static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    Queue<DateTimeOffset>? _open;
    DateTimeOffset _blockedUntil;

    public bool TryBegin(DateTimeOffset now)
    {
        if (maxFailures == 0)
            return true;
        if (now < _blockedUntil)
            return false;
        _open ??= new Queue<DateTimeOffset>();
        while (_open.TryPeek(out var oldest) && now - oldest >= Window)
            _open.Dequeue();
        if (_open.Count >= maxFailures)
        {
            _blockedUntil = now + Window;
            _open.Clear();
            return false;
        }

        _open.Enqueue(now);
        return true;
    }

    public void Succeed() => _open = null;

    public bool IsIdle(DateTimeOffset now) => now >= _blockedUntil && (_open is null || !_open.TryPeek(out var oldest) || now - oldest >= Window);
}
