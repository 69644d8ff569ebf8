using Chat.Node.Contracts;

namespace Chat.Node.Watching;

/// <summary>
/// Who has sessions on this node, and how they are. Nobody is shown before it is known whether the user hides. Pure.
/// </summary>
sealed class LocalUsers
{
    record struct Local(int Sessions, int Away, bool IsKnown, bool Hides);

    readonly Dictionary<int, Local> _users = [];
    readonly HashSet<int> _changed = [];
    readonly HashSet<int> _unread = [];

    /// <summary>Who has said since the read began whether it hides: what is read may be older.</summary>
    readonly HashSet<int> _saidMeanwhile = [];

    Queue<int> _round = new();

    public int Count => _users.Count;

    public bool Has(int userId) => _users.ContainsKey(userId);

    public void Came(int userId)
    {
        var user = _users.GetValueOrDefault(userId);
        Put(userId, user with { Sessions = user.Sessions + 1 });
        if (!user.IsKnown)
            _unread.Add(userId);
    }

    public void Went(int userId, bool wasAway)
    {
        if (!_users.TryGetValue(userId, out var user))
            return;
        if (user.Sessions > 1)
        {
            Put(userId, user with { Sessions = user.Sessions - 1, Away = user.Away - (wasAway ? 1 : 0) });
            return;
        }

        _users.Remove(userId);
        _changed.Add(userId);
    }

    public void SetAway(int userId, bool isAway)
    {
        if (_users.TryGetValue(userId, out var user))
            Put(userId, user with { Away = Math.Clamp(user.Away + (isAway ? 1 : -1), 0, user.Sessions) });
    }

    /// <summary>The user has said whether it hides.</summary>
    public void SetPrivacy(int userId, bool hides)
    {
        _saidMeanwhile.Add(userId);
        if (_users.TryGetValue(userId, out var user))
            Put(userId, user with { IsKnown = true, Hides = hides });
    }

    public bool Hides(int userId) => _users.TryGetValue(userId, out var user) && (user.Hides || !user.IsKnown);

    /// <summary>Some of those of whom nobody has read yet whether they hide. To be followed by <see cref="OnRead"/> or <see cref="OnUnread"/>.</summary>
    public List<int> BeginRead(int max)
    {
        _saidMeanwhile.Clear();
        var ids = new List<int>();
        foreach (var userId in _unread)
        {
            if (ids.Count == max)
                break;
            ids.Add(userId);
        }

        _unread.ExceptWith(ids);
        ids.RemoveAll(userId => !_users.TryGetValue(userId, out var user) || user.IsKnown);
        return ids;
    }

    /// <summary>The next of all, round and round: a word that was lost is found in the table.</summary>
    public List<int> BeginReread(int max)
    {
        _saidMeanwhile.Clear();
        if (_round.Count == 0)
            _round = new Queue<int>(_users.Keys);
        var ids = new List<int>();
        while (ids.Count < max && _round.TryDequeue(out var userId))
        {
            if (_users.ContainsKey(userId))
                ids.Add(userId);
        }

        return ids;
    }

    public void OnRead(IReadOnlyCollection<int> ids, IReadOnlySet<int> hidden)
    {
        foreach (var userId in ids)
        {
            if (!_users.TryGetValue(userId, out var user))
                continue;
            if (!_saidMeanwhile.Contains(userId))
                Put(userId, user with { IsKnown = true, Hides = hidden.Contains(userId) });
            else if (!user.IsKnown)
                _unread.Add(userId); // it was away when it said so
        }
    }

    /// <summary>The read has failed.</summary>
    public void OnUnread(IReadOnlyCollection<int> ids)
    {
        foreach (var userId in ids)
        {
            if (_users.TryGetValue(userId, out var user) && !user.IsKnown)
                _unread.Add(userId);
        }
    }

    /// <summary>Whoever may be another than at the last time.</summary>
    public List<UserStanding> TakeChanged()
    {
        var changed = new List<UserStanding>(_changed.Count);
        foreach (var userId in _changed)
            changed.Add(new UserStanding(userId, StandingOf(userId)));
        _changed.Clear();
        _changed.TrimExcess(Math.Min(_changed.Capacity, 1024));
        return changed;
    }

    Standing StandingOf(int userId) => _users.TryGetValue(userId, out var user) switch
    {
        true when !user.IsKnown => Standing.Gone,
        true when user.Hides => Standing.Hidden,
        true when user.Away >= user.Sessions => Standing.Away,
        true => Standing.Online,
        false => Standing.Gone,
    };

    void Put(int userId, Local user)
    {
        if (_users.TryGetValue(userId, out var before) && before == user)
            return;
        _users[userId] = user;
        _changed.Add(userId);
    }
}
