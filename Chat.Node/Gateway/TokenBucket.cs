namespace Chat.Node.Gateway;

/// <summary>So many per second, with as much burst; 0 = no limit. Pure: time comes from outside.</summary>
sealed class TokenBucket(int perSecond)
{
    double _tokens = perSecond;
    long _last;

    /// <param name="now">Milliseconds of a steady clock.</param>
    public bool TryTake(long now)
    {
        if (perSecond == 0)
            return true;
        if (_last == 0)
            _last = now;
        _tokens = Math.Min(perSecond, _tokens + ((now - _last) * perSecond / 1000.0));
        _last = now;
        if (_tokens < 1)
            return false;
        _tokens--;
        return true;
    }
}
