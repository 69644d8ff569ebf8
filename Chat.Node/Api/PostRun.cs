using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>Which posts of a request are under way, and what became of the others. Pure.</summary>
/// <param name="count">How many there are.</param>
/// <param name="before">The last number that was used before this request.</param>
/// <param name="window">So many are under way at once.</param>
sealed class PostRun(int count, long before, int window)
{
    readonly PostResult?[] _results = new PostResult?[count];
    int _sent;
    int _answered;

    /// <summary>From here on everything was given up.</summary>
    int? _end;

    /// <summary>Everything up to this number has its answer.</summary>
    public long AnsweredTo => before + _answered;

    /// <summary>Everything has its answer, or was given up.</summary>
    public bool IsDone => _answered == _results.Length;

    /// <summary>Those that may be sent now for the first time.</summary>
    public IReadOnlyList<(int At, long Number, long Previous)> TakeNext()
    {
        var from = _sent;
        _sent = Math.Max(_sent, Math.Min(_end ?? _results.Length, _answered + window));
        return [.. UnderWay().Where(post => post.At >= from)];
    }

    /// <summary>Those that were sent and have no answer.</summary>
    public IReadOnlyList<(int At, long Number, long Previous)> Unanswered() => [.. UnderWay()];

    /// <summary>False if it is none of those that wait.</summary>
    public bool TrySettle(long number, PostResult result)
    {
        if (!IsWaiting(number))
            return false;
        _results[IndexOf(number)] = result;
        Advance();
        return true;
    }

    /// <summary>This one and all behind it: whoever asked may send them again. Those before it still wait. False if it is none of those that wait.</summary>
    public bool TryGiveUp(long number, string reason)
    {
        if (!IsWaiting(number))
            return false;
        _end = IndexOf(number);
        for (var at = IndexOf(number); at < _results.Length; at++)
            _results[at] ??= Late(reason);
        Advance();
        return true;
    }

    /// <summary>A result for each post, in their order; those that have none are given up.</summary>
    public PostResult[] Results(string reason) => [.. _results.Select(result => result ?? Late(reason))];

    /// <summary>Each follows the one before it that waits too: what lies between has its answer.</summary>
    IEnumerable<(int At, long Number, long Previous)> UnderWay()
    {
        var previous = AnsweredTo;
        for (var at = _answered; at < _sent; at++)
        {
            if (_results[at] is not null)
                continue;
            var number = before + at + 1;
            yield return (at, number, previous);
            previous = number;
        }
    }

    void Advance()
    {
        while (_answered < _results.Length && _results[_answered] is not null)
            _answered++;
    }

    bool IsWaiting(long number) => number > AnsweredTo && number <= before + _sent && _results[IndexOf(number)] is null;

    int IndexOf(long number) => (int)(number - before - 1);

    static PostResult Late(string reason) => new(ErrorCode.Unavailable, reason);
}
