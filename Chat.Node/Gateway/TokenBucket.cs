namespace Chat.Node.Gateway;

/// <summary>So many per second, with as much burst; 0 = no limit. Pure: time comes from outside. A field of a class, not to be copied.</summary>
struct TokenBucket(int perSecond)
{
    readonly int _perSecond = perSecond;
    double _tokens = perSecond;
    long _last;

    /// <param name="now">Milliseconds of a steady clock.</param>
    public bool TryTake(long now)
    {
        if (_perSecond == 0)
            return true;
        if (_last == 0)
            _last = now;
        _tokens = Math.Min(_perSecond, _tokens + ((now - _last) * _perSecond / 1000.0));
        _last = now;
        if (_tokens < 1)
            return false;
        _tokens--;
        return true;
    }
}
