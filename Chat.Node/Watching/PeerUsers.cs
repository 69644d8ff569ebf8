using Chat.Node.Contracts;

namespace Chat.Node.Watching;

/// <summary>
/// What the hub of one other node has told. Its news has numbers: one that is missing is noticed, and everything is asked for. Until that is there,
/// what was known stays. Pure.
/// </summary>
sealed class PeerUsers(PresenceBook book, long now)
{
    readonly PresenceSource _source = book.Open();
    long? _incarnation;
    long _number;
    Dictionary<int, Standing>? _coming;
    int _nextPart;

    /// <summary>Since when it is known that there is such a node.</summary>
    public long Since { get; } = now;

    /// <summary>Whether everything is known, as far as anybody can tell.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>When it was asked last; of a steady clock.</summary>
    public long AskedAt { get; set; } = long.MinValue / 2;

    /// <summary>When it was told everything last.</summary>
    public long ToldAt { get; set; } = long.MinValue / 2;

    public int Count => _source.Users.Count;

    public bool Has(int userId) => _source.Users.ContainsKey(userId);

    /// <summary>False if something is missing in front of it: everything is to be asked for.</summary>
    public bool Take(PresenceNews news, long at, long wallTime)
    {
        if (news.Node != _incarnation)
        {
            IsComplete = false;
            return false;
        }

        if (news.Number <= _number)
            return true;
        if (news.Users.Count == 0 || news.Number != _number + 1)
        {
            IsComplete = false;
            return false;
        }

        _number = news.Number;
        foreach (var user in news.Users)
            book.Set(_source, user.UserId, user.Standing, at, wallTime);
        return true;
    }

    /// <summary>True with the last part: everything is known.</summary>
    public bool Take(PresencePart part, long at, long wallTime)
    {
        if (part.Part == 0)
            (_coming, _nextPart) = ([], 0);
        if (_coming is not { } coming || part.Part != _nextPart)
        {
            _coming = null; // one is missing: it is asked for again
            return false;
        }

        foreach (var user in part.Users)
            coming[user.UserId] = user.Standing;
        if (++_nextPart < part.Parts)
            return false;
        _coming = null;
        (_incarnation, _number, IsComplete) = (part.Node, part.Number, true);
        book.Replace(_source, coming, at, wallTime);
        return true;
    }

    public void Close(long at, long wallTime) => book.Close(_source, at, wallTime);
}
