namespace ChatActors.Client.Messages;

/// <summary>
/// A server that goes on from an older copy of its database has fewer numbers than were seen, and gives them a second time. That is noticed,
/// the cursor goes back to where what is new begins, and the application is told.
/// </summary>
sealed partial class ConversationCursor
{
    int _rewinds;
    RewindSearch? _search;
    long _rewoundFrom;

    // What was known when the login began: the server's log cannot have become shorter since.
    long _loginQueued;
    long _loginHead;
    long _loginTs;
    long _serverHead;
    bool _mayHaveRewound;
    bool _isToBeCompared;

    /// <summary>The newest time that is known of what is in line or was handed over; 0 when it is not known.</summary>
    public long NewestTs => _search is null ? _newestTs : 0;

    /// <summary>How often the server has gone back behind what was known.</summary>
    public int Rewinds => _rewinds;

    /// <summary>Whether the server has to be asked what it has of numbers that were seen.</summary>
    public bool IsLookingBack => _search is not null || _isToBeCompared;

    /// <summary>Behind which number.</summary>
    public long FetchAfter => _search?.After ?? (_isToBeCompared ? _loginQueued - 1 : Queued);

    /// <summary>A login: what the server says from now on is of a log that has everything that is known here, unless it went back.</summary>
    public void BeginLogin()
    {
        (_loginQueued, _loginHead, _loginTs) = (Queued, Head, NewestTs);
        (_mayHaveRewound, _isToBeCompared, _serverHead) = (IsBased, false, 0);
    }

    /// <summary>The server has told the last number that it has. It may be lower than what was known before the login.</summary>
    public void NoteServerHead(long head)
    {
        _serverHead = Math.Max(_serverHead, head);
        if (HasGoneBack(head))
            Rewind(Math.Min(head, Queued), _loginTs);
        NoteHead(head);
    }

    /// <summary>The last number of a conversation never goes down, nor does its newest message vanish.</summary>
    bool HasGoneBack(long head) => _mayHaveRewound && head < _loginHead;

    /// <summary>
    /// The conversation has changed since it was last asked for. That the server has as many numbers as we know does not mean that they are
    /// the same messages: the last one is compared.
    /// </summary>
    public void CompareLast() => _isToBeCompared = _mayHaveRewound && _loginQueued > 0 && _loginTs > 0;

    /// <summary>Another message has the number of one that was seen: times never go back, so it is no repetition.</summary>
    bool IsRewritten(long seq, long ts) => IsBased && _search is null && seq <= Queued && _newestTs > 0 && ts > _newestTs;

    /// <summary>The server does not have what is above a number any more, or has something else there.</summary>
    void Rewind(long to, long newestTs)
    {
        _rewoundFrom = Queued;
        _mayHaveRewound = _isToBeCompared = false;
        _rewinds++;
        var newHeld = newestTs == 0 ? 0 : _held.LastOrDefault(held => held.Value.Ts > newestTs).Key;
        Head = Math.Max(Math.Max(to, _serverHead), newHeld);
        _held.Clear();
        _lastReady = null;
        MoveBack(to);
        _search = new RewindSearch(to, newestTs);
        if (_search.IsDone)
            FinishRewind(to);
    }

    void MoveBack(long to) => Queued = Delivered = Received = _announced = to;

    void FinishRewind(long to)
    {
        MoveBack(to);
        _search = null;
        if (to < _rewoundFrom)
            Enqueue(new(new ConversationRewound(conversation, _rewoundFrom, to), this) { Rewinds = _rewinds, UpTo = to, ReceivedTo = to });
    }

    /// <summary>False: the page belongs to the search for where what is new begins, or begins one.</summary>
    bool IsStillTheSame(long after, IReadOnlyList<ChatMessage> messages, bool hasMore)
    {
        var before = _rewinds;
        if (_isToBeCompared && after == _loginQueued - 1)
        {
            _isToBeCompared = false;
            if (messages.FirstOrDefault(message => message.Seq == _loginQueued)?.Timestamp > _loginTs)
                Rewind(_loginQueued - 1, _loginTs);
        }

        if (_search is not { } search)
        {
            if (!hasMore)
                NoteServerHead(messages.Count > 0 ? messages[^1].Seq : after);
            return _rewinds == before;
        }

        if (after != search.After)
            return false; // it was asked for before
        search.Offer(messages, hasMore);
        if (search.IsDone)
            FinishRewind(search.Below);
        else
            MoveBack(search.Below);
        return false;
    }
}
