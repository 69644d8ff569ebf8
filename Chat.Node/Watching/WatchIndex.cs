using Chat.Protocol;

namespace Chat.Node.Watching;

/// <summary>A session that watches.</summary>
sealed class WatchingSession<TSession>(TSession session, int userId)
{
    public TSession Session => session;

    public int UserId => userId;

    /// <summary>Not before then may it be told again; of a steady clock.</summary>
    public long NextAt { get; set; }

    /// <summary>Places in the pool: first the users, then the conversations.</summary>
    internal int[] Entries { get; set; } = [];

    internal int Users { get; set; }

    internal bool IsMarked { get; set; }

    internal bool IsGone { get; set; }
}

/// <summary>
/// Who watches whom, and what each was told last: what is told is the difference between that and what is so now. Each entry is in the list of its
/// user or conversation, in a pool that is bounded. Pure; times are milliseconds of a steady clock.
/// </summary>
sealed class WatchIndex<TSession>(int maxEntries = WatchLimits.MaxEntries)
    where TSession : notnull
{
    const byte Untold = byte.MaxValue;

    readonly EntryPool<WatchingSession<TSession>> _pool = new();
    readonly Dictionary<long, int> _first = [];
    readonly Dictionary<TSession, WatchingSession<TSession>> _watchers = [];
    readonly PriorityQueue<WatchingSession<TSession>, long> _marked = new();

    public int Count => _watchers.Count;

    public int Entries => _pool.Count;

    /// <summary>Replaces what the session watched before. Null, and that stays, if the node watches for as many as it can.</summary>
    public WatchingSession<TSession>? Set(TSession session, int userId, IReadOnlyList<int> users, IReadOnlyList<ConversationId> conversations, IReadOnlySet<int>? veiled = null)
    {
        var before = _watchers.GetValueOrDefault(session);
        if (_pool.Count - (before?.Entries.Length ?? 0) + users.Count + conversations.Count > maxEntries)
            return null;
        Remove(session);
        var watcher = new WatchingSession<TSession>(session, userId) { Entries = new int[users.Count + conversations.Count], Users = users.Count, NextAt = before?.NextAt ?? 0 };
        var at = 0;
        foreach (var user in users)
            watcher.Entries[at++] = Add(watcher, KeyOf(user), veiled?.Contains(user) == true);
        foreach (var conversation in conversations)
            watcher.Entries[at++] = Add(watcher, KeyOf(conversation), !conversation.IsGroup && veiled?.Contains(conversation.Other(userId)) == true);
        _watchers[session] = watcher;
        return watcher;
    }

    /// <summary>False if it watched nothing.</summary>
    public bool Remove(TSession session)
    {
        if (!_watchers.Remove(session, out var watcher))
            return false;
        watcher.IsGone = true;
        foreach (var place in watcher.Entries)
        {
            ref var entry = ref _pool[place];
            if (entry.Next >= 0)
                _pool[entry.Next].Previous = entry.Previous;
            if (entry.Previous >= 0)
                _pool[entry.Previous].Next = entry.Next;
            else if (entry.Next >= 0)
                _first[entry.Key] = entry.Next;
            else
                _first.Remove(entry.Key);
            _pool.Free(place);
        }

        return true;
    }

    /// <summary>A user is shown otherwise: whoever was told something else is to be told.</summary>
    public void Mark(int userId, PresenceState shown)
    {
        for (var place = _first.GetValueOrDefault(KeyOf(userId), -1); place >= 0; place = _pool[place].Next)
        {
            var entry = _pool[place];
            if (entry.Told != (byte)(entry.IsVeiled ? PresenceState.Offline : shown))
                Mark(entry.Watcher!);
        }
    }

    /// <summary>From now on the sessions of a user see another one, who is shown so, or (true) do not.</summary>
    public void SetVeil(int watcherId, int userId, bool isVeiled, PresenceState shown)
    {
        foreach (var key in (ReadOnlySpan<long>)[KeyOf(userId), KeyOf(ConversationId.Direct(watcherId, userId))])
        {
            for (var place = _first.GetValueOrDefault(key, -1); place >= 0; place = _pool[place].Next)
            {
                ref var entry = ref _pool[place];
                if (entry.Watcher!.UserId == watcherId)
                    entry.IsVeiled = isVeiled;
            }
        }

        Mark(userId, shown);
    }

    /// <summary>Whether a session of the one watches the other, or their conversation.</summary>
    public bool IsWatchedBy(int watcherId, int userId) =>
        WatchersOf(KeyOf(userId)).Concat(WatchersOf(KeyOf(ConversationId.Direct(watcherId, userId)))).Any(watcher => watcher.UserId == watcherId);

    /// <summary>Whoever watches a user, seeing it or not.</summary>
    public IEnumerable<WatchingSession<TSession>> WatchersOf(int userId) => WatchersOf(KeyOf(userId));

    /// <summary>Something is left to be told to it.</summary>
    public void Mark(WatchingSession<TSession> watcher)
    {
        if (watcher.IsMarked || watcher.IsGone)
            return;
        watcher.IsMarked = true;
        _marked.Enqueue(watcher, watcher.NextAt);
    }

    /// <summary>The next that may be told something now.</summary>
    public bool TryTakeDue(long now, out WatchingSession<TSession> watcher)
    {
        while (_marked.TryPeek(out watcher!, out var due) && due <= now)
        {
            _marked.Dequeue();
            watcher.IsMarked = false;
            if (!watcher.IsGone)
                return true;
        }

        return false;
    }

    /// <summary>What a session was not told yet, and is told with that; at most so many, then it stays marked.</summary>
    public List<PresenceEntry> TakeNews(WatchingSession<TSession> watcher, Func<int, PresenceEntry> shown, int max)
    {
        var news = new List<PresenceEntry>();
        foreach (var place in watcher.Entries.AsSpan(0, watcher.Users))
        {
            ref var entry = ref _pool[place];
            var userId = (int)-entry.Key;
            var now = entry.IsVeiled ? new PresenceEntry(userId, PresenceState.Offline, 0) : shown(userId);
            if (entry.Told == (byte)now.State)
                continue;
            if (news.Count == max)
            {
                Mark(watcher);
                break;
            }

            entry.Told = (byte)now.State;
            news.Add(now);
        }

        return news;
    }

    /// <summary>Whoever watches a conversation, and may see who types in it.</summary>
    public IEnumerable<WatchingSession<TSession>> WatchersOf(ConversationId conversation)
    {
        for (var place = _first.GetValueOrDefault(KeyOf(conversation), -1); place >= 0; place = _pool[place].Next)
        {
            if (!_pool[place].IsVeiled)
                yield return _pool[place].Watcher!;
        }
    }

    IEnumerable<WatchingSession<TSession>> WatchersOf(long key)
    {
        for (var place = _first.GetValueOrDefault(key, -1); place >= 0; place = _pool[place].Next)
            yield return _pool[place].Watcher!;
    }

    int Add(WatchingSession<TSession> watcher, long key, bool isVeiled)
    {
        var next = _first.GetValueOrDefault(key, -1);
        var place = _pool.Take(new WatchEntry<WatchingSession<TSession>> { Watcher = watcher, Key = key, Next = next, Previous = -1, Told = Untold, IsVeiled = isVeiled });
        if (next >= 0)
            _pool[next].Previous = place;
        _first[key] = place;
        return place;
    }

    static long KeyOf(int userId) => -(long)userId;

    static long KeyOf(ConversationId conversation) => ((long)conversation.A << 32) | (uint)conversation.B;
}

/// <summary>How much of it a node does.</summary>
static class WatchLimits
{
    /// <summary>Users and conversations in the lists of all sessions of a node, each as often as it is watched.</summary>
    public const int MaxEntries = 4_000_000;
}
