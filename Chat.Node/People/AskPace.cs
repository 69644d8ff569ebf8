namespace Chat.Node.People;

/// <summary>How often a user asks others to be its contacts: each of them is told. Counted by each node for itself. Pure, and safe from any thread.</summary>
sealed class AskPace
{
    /// <summary>So many in a minute that begins with the first one.</summary>
    public const int PerMinute = 30;

    /// <summary>Users who are counted; with one more those whose minute is over are forgotten, or all.</summary>
    public const int MaxUsers = 10_000;

    const long MinuteMilliseconds = 60_000;

    readonly Lock _gate = new();
    readonly Dictionary<int, (long Since, int Count)> _asked = [];

    /// <param name="userId">Who asks.</param>
    /// <param name="now">Milliseconds of a steady clock.</param>
    public bool TryPass(int userId, long now)
    {
        lock (_gate)
        {
            var (since, count) = _asked.GetValueOrDefault(userId, (now, 0));
            if (now - since >= MinuteMilliseconds)
                (since, count) = (now, 0);
            if (count >= PerMinute)
                return false;
            if (_asked.Count >= MaxUsers && !_asked.ContainsKey(userId))
                Forget(now);
            _asked[userId] = (since, count + 1);
            return true;
        }
    }

    void Forget(long now)
    {
        foreach (var over in _asked.Where(each => now - each.Value.Since >= MinuteMilliseconds).Select(each => each.Key).ToList())
            _asked.Remove(over);
        if (_asked.Count >= MaxUsers)
            _asked.Clear();
    }
}
