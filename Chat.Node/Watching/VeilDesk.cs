using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Watching;

/// <summary>Who may not see whom was read.</summary>
sealed record VeilsRead(IReadOnlyCollection<UserPair> Pairs, IReadOnlySet<UserPair> Veiled, Exception? Failure) : INoSerializationVerificationNeeded;

/// <summary>
/// Keeps up to date who of the watchers may not see whom: one has blocked the other, or shows itself to contacts only. One reading at a time, so that what is
/// older never comes last. A change that comes while somebody begins to watch is remembered until what the watch has read is no older.
/// </summary>
sealed class VeilDesk(HubServices hub)
{
    /// <summary>Pairs that are read at once.</summary>
    public const int MaxRead = 1000;

    /// <summary>Changes that are remembered, the newest.</summary>
    public const int MaxRecent = 1000;

    /// <summary>No watch is under way for so long.</summary>
    public const long RecentMilliseconds = 5000;

    /// <summary>After a reading that has failed.</summary>
    const long ReadAgainMilliseconds = 1000;

    readonly HashSet<UserPair> _pending = [];
    readonly Queue<(VisibilityChanged Change, long Until)> _recent = new();
    bool _isReading;
    long _readAt = long.MinValue / 2;

    public void OnChanged(VisibilityChanged changed)
    {
        while (_recent.TryPeek(out var oldest) && (oldest.Until <= hub.Now || _recent.Count >= MaxRecent))
            _recent.Dequeue();
        _recent.Enqueue((changed, hub.Now + RecentMilliseconds));
        if (changed.OtherId == 0)
        {
            foreach (var watcher in hub.Watches.WatchersOf(changed.UserId))
                _pending.Add(new UserPair(watcher.UserId, changed.UserId));
            return;
        }

        AddIfWatched(changed.UserId, changed.OtherId);
        AddIfWatched(changed.OtherId, changed.UserId);
    }

    /// <summary>Somebody watches from now on, by what was read a moment ago.</summary>
    public void OnWatch(Watch watch)
    {
        foreach (var (changed, until) in _recent)
        {
            if (until <= hub.Now)
                continue;
            if (changed.UserId != watch.UserId)
                _pending.Add(new UserPair(watch.UserId, changed.UserId));
            if (changed.OtherId > 0 && changed.OtherId != watch.UserId)
                _pending.Add(new UserPair(watch.UserId, changed.OtherId));
        }
    }

    public void ReadIfDue(IActorRef self)
    {
        if (_isReading || _pending.Count == 0 || hub.Now < _readAt)
            return;
        UserPair[] pairs = [.. _pending.Take(MaxRead)];
        _pending.ExceptWith(pairs);
        _isReading = true;
        hub.Contacts.VeiledAsync(pairs).PipeTo(
            self, success: veiled => new VeilsRead(pairs, veiled, null), failure: cause => new VeilsRead(pairs, new HashSet<UserPair>(), cause));
    }

    public void OnRead(VeilsRead read, IActorRef self)
    {
        _isReading = false;
        if (read.Failure is { } cause)
        {
            WatchLog.VeilsUnread(hub.Logger, read.Pairs.Count, cause.Message);
            _pending.UnionWith(read.Pairs);
            _readAt = hub.Now + ReadAgainMilliseconds;
            return;
        }

        foreach (var pair in read.Pairs)
            hub.Watches.SetVeil(pair.UserId, pair.OtherId, read.Veiled.Contains(pair), hub.Book.Shown(pair.OtherId));
        ReadIfDue(self);
    }

    void AddIfWatched(int watcherId, int userId)
    {
        if (hub.Watches.IsWatchedBy(watcherId, userId))
            _pending.Add(new UserPair(watcherId, userId));
    }
}
