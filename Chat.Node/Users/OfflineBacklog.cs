namespace Chat.Node.Users;

/// <summary>
/// The order of one user's inserts into the offline queue: what waits, what is under way, what failed and goes first
/// next time. Only one round is under way at once, so rows are never reordered. Pure.
/// </summary>
sealed class OfflineBacklog<T>
{
    const int RoundSize = 500;

    LinkedList<T>? _waiting;
    List<T>? _failed;
    int _underWay;

    int Waiting => _waiting?.Count ?? 0;

    public bool IsIdle => _underWay == 0 && Waiting == 0;

    /// <summary>How many inserts have been asked for in all.</summary>
    public long Added { get; private set; }

    public int Count => Waiting + _underWay;

    /// <summary>Something failed: nothing is tried until <see cref="Retry"/>.</summary>
    public bool IsStuck { get; private set; }

    public void Add(T item)
    {
        Added++;
        (_waiting ??= new LinkedList<T>()).AddLast(item);
    }

    /// <summary>The next round, empty while one is under way.</summary>
    public List<T> NextRound()
    {
        var round = new List<T>();
        if (_underWay > 0 || IsStuck)
            return round;
        while (round.Count < RoundSize && _waiting?.First is { } first)
        {
            round.Add(first.Value);
            _waiting.RemoveFirst();
        }

        _underWay = round.Count;
        return round;
    }

    /// <summary>One of the round has ended.</summary>
    public void OnSettled(T item, bool isDurable)
    {
        _underWay--;
        if (!isDurable)
            (_failed ??= []).Add(item);
        if (_underWay > 0 || _failed is null)
            return;
        IsStuck = true;
        for (var i = _failed.Count - 1; i >= 0; i--)
            _waiting!.AddFirst(_failed[i]);
        _failed = null;
    }

    public void Retry() => IsStuck = false;
}
