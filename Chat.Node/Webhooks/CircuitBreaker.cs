namespace Chat.Node.Webhooks;

/// <summary>
/// Whether it is worth while to ask a server. After <see cref="MaxFailures"/> requests in a row without an answer nobody asks any more for a pause; then one
/// request tries it, and the pause is twice as long if that gets no answer either. Pure, and safe from any thread.
/// </summary>
sealed class CircuitBreaker
{
    public const int MaxFailures = 5;

    public const long FirstPauseMilliseconds = 5000;

    public const long LongestPauseMilliseconds = 60_000;

    readonly Lock _lock = new();
    int _failures;
    bool _isOpen;
    long _pause;
    long _nextTry;

    /// <summary>Rises with each change: what was asked before does not count any more.</summary>
    int _turn;

    /// <summary>Whether to ask now.</summary>
    /// <param name="now">Milliseconds of a steady clock.</param>
    /// <param name="turn">For <see cref="OnFailed"/>.</param>
    public bool TryEnter(long now, out int turn)
    {
        lock (_lock)
        {
            turn = _turn;
            if (!_isOpen)
                return true;
            if (now < _nextTry)
                return false;
            _nextTry = now + _pause; // whoever tries may never say what came of it
            turn = ++_turn;
            return true;
        }
    }

    /// <summary>An answer came, whatever it is. Returns whether nobody was asked before.</summary>
    public bool OnAnswered()
    {
        lock (_lock)
        {
            _failures = 0;
            if (!_isOpen)
                return false;
            _isOpen = false;
            _turn++;
            return true;
        }
    }

    /// <summary>No answer came. Returns whether this was one too many: nobody is asked from now on.</summary>
    public bool OnFailed(int turn, long now)
    {
        lock (_lock)
        {
            if (turn != _turn)
                return false;
            if (_isOpen)
            {
                _pause = Math.Min(2 * _pause, LongestPauseMilliseconds);
                _nextTry = now + _pause;
                return false;
            }

            if (++_failures < MaxFailures)
                return false;
            (_isOpen, _failures, _pause, _nextTry) = (true, 0, FirstPauseMilliseconds, now + FirstPauseMilliseconds);
            _turn++;
            return true;
        }
    }
}
