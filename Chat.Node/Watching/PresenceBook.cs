using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Watching;

/// <summary>The users of one node, as it has told.</summary>
sealed class PresenceSource
{
    /// <summary>Who is not there is gone.</summary>
    public Dictionary<int, Standing> Users { get; } = [];
}

/// <summary>
/// How users are shown, from what all nodes say. Who leaves is shown as before for a while, so that nobody is told of a reconnect; who hides is
/// offline at once. Pure; times are milliseconds.
/// </summary>
sealed class PresenceBook
{
    /// <summary>So long is somebody shown as before whose last session has ended.</summary>
    public const long GraceMilliseconds = 15_000;

    /// <summary>So long it counts that a user has said that it hides; its node says so too by then.</summary>
    public const long SaidMilliseconds = 5000;

    /// <summary>Users of whom it is known when they were last seen; the oldest are forgotten.</summary>
    public const int MaxSeen = 50_000;

    readonly record struct Leaving(PresenceState As, long Due);

    readonly List<PresenceSource> _sources = [];
    readonly Dictionary<int, Leaving> _leaving = [];
    readonly Queue<(int UserId, long Due)> _due = new();
    readonly Dictionary<int, long> _seen = [];
    readonly Queue<(int UserId, long Seen)> _seenInOrder = new();
    readonly Dictionary<int, long> _saidToHide = []; // until when
    readonly HashSet<int> _changed = [];

    public PresenceSource Open()
    {
        var source = new PresenceSource();
        _sources.Add(source);
        return source;
    }

    /// <summary>Its node is gone, and all of its users with it.</summary>
    public void Close(PresenceSource source, long now, long wallTime)
    {
        foreach (var userId in source.Users.Keys.ToList())
            Set(source, userId, Standing.Gone, now, wallTime);
        _sources.Remove(source);
    }

    /// <summary>A node tells everything: whoever is not in it is gone there.</summary>
    public void Replace(PresenceSource source, IReadOnlyDictionary<int, Standing> users, long now, long wallTime)
    {
        foreach (var userId in source.Users.Keys.Where(userId => !users.ContainsKey(userId)).ToList())
            Set(source, userId, Standing.Gone, now, wallTime);
        foreach (var (userId, standing) in users)
            Set(source, userId, standing, now, wallTime);
    }

    /// <param name="source">Which node says so.</param>
    /// <param name="userId">Of whom.</param>
    /// <param name="standing">How the user is there.</param>
    /// <param name="now">Of a steady clock.</param>
    /// <param name="wallTime">Since 1970, to be shown.</param>
    /// <returns>Whether it says something else than before.</returns>
    public bool Set(PresenceSource source, int userId, Standing standing, long now, long wallTime)
    {
        if (source.Users.GetValueOrDefault(userId) == standing)
            return false;
        var (before, shown) = (StandingOf(userId), Shown(userId));
        if (standing == Standing.Gone)
            source.Users.Remove(userId);
        else
            source.Users[userId] = standing;
        var after = StandingOf(userId);
        if (after == Standing.Hidden)
            Forget(userId);
        else if (after != Standing.Gone)
            _leaving.Remove(userId);
        else if (before is Standing.Online or Standing.Away)
            Leave(userId, shown, now, wallTime);
        if (shown != Shown(userId))
            _changed.Add(userId);
        return true;
    }

    /// <summary>It has said that it hides, or does no longer. Of one that hides nothing is left of when it was there.</summary>
    public void OnSaid(int userId, bool hides, long now)
    {
        var shown = Shown(userId);
        if (hides)
        {
            _saidToHide[userId] = now + SaidMilliseconds;
            Forget(userId);
        }
        else
        {
            _saidToHide.Remove(userId);
        }

        if (shown != Shown(userId))
            _changed.Add(userId);
    }

    /// <summary>Whose time is over is offline now.</summary>
    public void Expire(long now)
    {
        foreach (var (userId, due) in _saidToHide)
        {
            if (due > now)
                continue;
            _saidToHide.Remove(userId); // its node knows it, or the word that it hides no longer was lost
            if (Shown(userId) != PresenceState.Offline)
                _changed.Add(userId);
        }

        while (_due.TryPeek(out var next) && next.Due <= now)
        {
            _due.Dequeue();
            if (_leaving.TryGetValue(next.UserId, out var leaving) && leaving.Due == next.Due && _leaving.Remove(next.UserId))
                _changed.Add(next.UserId);
        }
    }

    public PresenceState Shown(int userId) => StandingOf(userId) switch
    {
        Standing.Online => PresenceState.Online,
        Standing.Away => PresenceState.Away,
        Standing.Hidden => PresenceState.Offline,
        _ => _leaving.TryGetValue(userId, out var leaving) ? leaving.As : PresenceState.Offline,
    };

    /// <summary>Beside the state: when somebody who is offline was last there; 0 if that is not known.</summary>
    public PresenceEntry EntryOf(int userId)
    {
        var state = Shown(userId);
        return new PresenceEntry(userId, state, state == PresenceState.Offline ? _seen.GetValueOrDefault(userId) : 0);
    }

    /// <summary>Who is shown otherwise than at the last time.</summary>
    public int[] TakeChanged()
    {
        if (_changed.Count == 0)
            return [];
        int[] changed = [.. _changed];
        _changed.Clear();
        return changed;
    }

    /// <summary>Of what the nodes say: one that says the user hides is enough, one where somebody sits too.</summary>
    Standing StandingOf(int userId)
    {
        if (_saidToHide.ContainsKey(userId))
            return Standing.Hidden;
        var found = Standing.Gone;
        foreach (var source in _sources)
        {
            switch (source.Users.GetValueOrDefault(userId))
            {
                case Standing.Hidden:
                    return Standing.Hidden;
                case Standing.Online:
                    found = Standing.Online;
                    break;
                case Standing.Away when found == Standing.Gone:
                    found = Standing.Away;
                    break;
            }
        }

        return found;
    }

    void Forget(int userId)
    {
        _leaving.Remove(userId);
        _seen.Remove(userId);
    }

    void Leave(int userId, PresenceState shown, long now, long wallTime)
    {
        var due = now + GraceMilliseconds;
        _leaving[userId] = new Leaving(shown, due);
        _due.Enqueue((userId, due));
        _seen[userId] = wallTime;
        _seenInOrder.Enqueue((userId, wallTime));
        while (_seenInOrder.Count > MaxSeen)
        {
            var (oldest, seen) = _seenInOrder.Dequeue();
            if (_seen.GetValueOrDefault(oldest) == seen)
                _seen.Remove(oldest);
        }
    }
}
