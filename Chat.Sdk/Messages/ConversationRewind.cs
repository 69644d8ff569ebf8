namespace ChatActors.Client.Messages;

/// <summary>
/// A server that goes on from an older copy of its database has fewer numbers than were seen, and gives them a second time. This notices it, and
/// finds where what is new begins; the cursor goes back to there. Pure.
/// </summary>
sealed class ConversationRewind
{
    RewindSearch? _search;

    // What was known when the login began: the server's log cannot have become shorter since.
    long _loginQueued;
    long _loginHead;
    long _loginTs;
    bool _mayHaveRewound;
    bool _isToBeCompared;

    /// <summary>How often the server has gone back behind what was known.</summary>
    public int Count { get; private set; }

    /// <summary>What was in line when the server went back the last time.</summary>
    public long From { get; private set; }

    /// <summary>The highest number that the server has told since the login.</summary>
    public long ServerHead { get; private set; }

    public bool IsSearching => _search is not null;

    /// <summary>Whether the server has to be asked what it has of numbers that were seen.</summary>
    public bool IsLookingBack => IsSearching || _isToBeCompared;

    /// <summary>The state to go back to when the server has gone back since the login.</summary>
    public (long Queued, long Ts) AtLogin => (_loginQueued, _loginTs);

    /// <summary>Behind which number the server is asked.</summary>
    public long FetchAfter(long queued) => _search?.After ?? (_isToBeCompared ? _loginQueued - 1 : queued);

    /// <summary>A login: what the server says from now on is of a log that has everything that is known here, unless it went back.</summary>
    public void BeginLogin(long queued, long head, long newestTs, bool isBased)
    {
        (_loginQueued, _loginHead, _loginTs) = (queued, head, newestTs);
        (_mayHaveRewound, _isToBeCompared, ServerHead) = (isBased, false, 0);
    }

    /// <summary>The server has told its last number. True if it has gone back: the last number of a conversation never goes down.</summary>
    public bool NoteServerHead(long head)
    {
        ServerHead = Math.Max(ServerHead, head);
        return _mayHaveRewound && head < _loginHead;
    }

    /// <summary>
    /// The conversation has changed since it was last asked for. That the server has as many numbers as we know does not mean that they are
    /// the same messages: the last one is compared.
    /// </summary>
    public void CompareLast() => _isToBeCompared = _mayHaveRewound && _loginQueued > 0 && _loginTs > 0;

    /// <summary>True if the page shows that the last number of the login belongs to another message now.</summary>
    public bool FindsAnotherLast(long after, IReadOnlyList<ChatMessage> messages)
    {
        if (!_isToBeCompared || after != _loginQueued - 1)
            return false;
        _isToBeCompared = false;
        return messages.FirstOrDefault(message => message.Seq == _loginQueued)?.Timestamp > _loginTs;
    }

    /// <summary>The server does not have what is above a number any more, or has something else there. True if no search is needed.</summary>
    public bool Begin(long from, long to, long newestTs)
    {
        From = from;
        _mayHaveRewound = _isToBeCompared = false;
        Count++;
        _search = new RewindSearch(to, newestTs);
        return _search.IsDone;
    }

    /// <summary>A page for the search. Null if it was asked for before; else below which number the search goes on, or has ended.</summary>
    public (long Below, bool IsDone)? OfferPage(long after, IReadOnlyList<ChatMessage> messages, bool hasMore)
    {
        if (_search is not { } search || after != search.After)
            return null;
        search.Offer(messages, hasMore);
        return (search.Below, search.IsDone);
    }

    /// <summary>The search has ended.</summary>
    public void End() => _search = null;

    /// <summary>The server does not answer: the number that the search has come to, or null if there was none.</summary>
    public long? GiveUp()
    {
        _isToBeCompared = false;
        return _search?.Below;
    }
}
