using Chat.Protocol;

namespace Chat.Node.Conversations;

/// <summary>
/// When changes of messages are told to those who are there. Reactions wait until a second after the last news, and those of one message become one;
/// everything else is told at once, and what waited goes before it. Each news names the rev that was told before. Pure.
/// </summary>
sealed class ChangePushes
{
    public const long IntervalMilliseconds = 1000;

    readonly Dictionary<long, MessageChangedPush> _waiting = [];
    long _toldTo;
    long _lastRev;
    long _toldAt = long.MinValue / 2;

    public bool IsEmpty => _waiting.Count == 0;

    /// <summary>Takes changes that were written; returns what is to be told now.</summary>
    /// <param name="basisRev">The rev before them.</param>
    /// <param name="changes">Ascending by rev.</param>
    /// <param name="now">Milliseconds of a steady clock.</param>
    public List<MessageChangedPush> Add(long basisRev, IReadOnlyList<MessageChangedPush> changes, long now)
    {
        var due = new List<MessageChangedPush>();
        if (basisRev != _lastRev)
            Take(due, now); // somebody else has written in between: who listens has to find out
        if (_waiting.Count == 0)
            _toldTo = basisRev;
        foreach (var change in changes)
            _waiting[change.Seq] = _waiting.TryGetValue(change.Seq, out var before) ? before.Then(change) : change;
        _lastRev = changes[^1].Rev;
        if (now - _toldAt >= IntervalMilliseconds || changes.Any(change => !change.HasOnlyReactions))
            Take(due, now);
        return due;
    }

    /// <summary>What has waited long enough.</summary>
    public List<MessageChangedPush> TakeDue(long now)
    {
        var due = new List<MessageChangedPush>();
        if (now - _toldAt >= IntervalMilliseconds)
            Take(due, now);
        return due;
    }

    void Take(List<MessageChangedPush> due, long now)
    {
        if (_waiting.Count == 0)
            return;
        foreach (var push in _waiting.Values.OrderBy(push => push.Rev))
        {
            due.Add(push with { Prev = _toldTo });
            _toldTo = push.Rev;
        }

        _waiting.Clear();
        _toldAt = now;
    }
}
