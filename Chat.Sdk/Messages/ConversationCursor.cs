using Chat.Protocol;

namespace ChatActors.Client.Messages;

/// <summary>
/// Puts the messages of one conversation in order, each once. Numbers are dense, so a number beyond the next one means
/// that something is missing: what came early is held until the gap is closed. The user's own posts are numbers too; they
/// are known by their acknowledgements and counted without being shown. No lock and no clock: <see cref="Inbox"/> has both.
/// </summary>
sealed class ConversationCursor(ConversationId conversation, Func<ChatMessage, bool> isSentHere, Action<ReadyItem> enqueue)
{
    // Own posts in a conversation whose beginning is unknown: pushes from before them are no longer to be expected.
    const int MaxOwnBeforeBase = 64;

    readonly EarlyNumbers _held = new();
    readonly ConversationRewind _rewind = new();
    readonly TakenNumbers _taken = new();
    long _skipOwnTo;
    bool _isUntouched = true;
    long _newestTs;

    public ConversationId Conversation => conversation;

    /// <summary>Whether it is known where the user's messages begin.</summary>
    public bool IsBased { get; private set; }

    /// <summary>Everything up to here is in line for the user, handed over, or needs not be.</summary>
    public long Queued { get; private set; }

    /// <inheritdoc cref="TakenNumbers.Delivered" />
    public long Delivered => _taken.Delivered;

    /// <inheritdoc cref="TakenNumbers.Received" />
    public long Received => _taken.Received;

    /// <summary>The highest number heard of.</summary>
    public long Head { get; private set; }

    public int HeldCount => _held.Count;

    /// <summary>Whether a message, not only acknowledgements of own posts, waits here.</summary>
    public bool HasMessages => _held.HasMessages;

    /// <summary>Whether the history is to be asked: something up to <see cref="Head"/> is missing, or may be another message than it was.</summary>
    public bool HasGap => IsBased && (Head > Queued || IsLookingBack);

    /// <summary>The newest time that is known of what is in line or was handed over; 0 when it is not known.</summary>
    public long NewestTs => _rewind.IsSearching ? 0 : _newestTs;

    /// <inheritdoc cref="ConversationRewind.Count" />
    public int Rewinds => _rewind.Count;

    /// <inheritdoc cref="ConversationRewind.IsLookingBack" />
    public bool IsLookingBack => _rewind.IsLookingBack;

    /// <summary>Behind which number.</summary>
    public long FetchAfter => _rewind.FetchAfter(Queued);

    /// <inheritdoc cref="ConversationRewind.BeginLogin" />
    public void BeginLogin() => _rewind.BeginLogin(Queued, Head, NewestTs, IsBased);

    /// <inheritdoc cref="ConversationRewind.CompareLast" />
    public void CompareLast() => _rewind.CompareLast();

    /// <summary>Goes on from a state that was saved.</summary>
    public void Restore(ConversationMark mark)
    {
        SetBase(mark.Delivered);
        _newestTs = mark.Timestamp;
        _taken.StartAt(mark.Delivered, mark.Received);
        Head = Math.Max(Head, mark.Head);
        _isUntouched = false;
    }

    /// <summary>
    /// Says where the user's messages begin: behind <paramref name="received"/>. Of those up to
    /// <paramref name="skipOwnTo"/> the user's own are not news to the user.
    /// </summary>
    public void SetBase(long received, long skipOwnTo = 0)
    {
        IsBased = true;
        MoveTo(received);
        _isUntouched = received == 0;
        Head = Math.Max(Head, received);
        _skipOwnTo = skipOwnTo;
        _newestTs = 0;
        while (_held.TryTake(received, out _))
        {
        }

        DrainHeld();
    }

    /// <summary>When nobody can say where to begin: with the first that was seen.</summary>
    public void SetBaseToFirstSeen()
    {
        if (!IsBased && _held.First is { } first)
            SetBase(first - 1);
    }

    public void NoteHead(long head) => Head = Math.Max(Head, head);

    /// <summary>The server has told the last number that it has. It may be lower than what was known before the login.</summary>
    public void NoteServerHead(long head)
    {
        if (_rewind.NoteServerHead(head))
            Rewind(Math.Min(head, Queued), _rewind.AtLogin.Ts);
        NoteHead(head);
    }

    /// <summary>A push. False: it is a duplicate. Without room it is only noted, to be fetched later.</summary>
    public bool Offer(ChatMessage message, bool hasRoom)
    {
        if (IsRewritten(message.Seq, message.Timestamp))
            Rewind(message.Seq - 1, _newestTs);
        Head = Math.Max(Head, message.Seq);
        if (_rewind.IsSearching)
            return true; // the history will have it
        if (message.Seq <= Queued && IsBased)
            return false;
        if (!hasRoom)
            return true;
        if (IsBased && message.Seq == Queued + 1)
            Append(message.Seq, message.Timestamp, message);
        else if (!_held.TryAdd(message))
            return false;
        DrainHeld();
        return true;
    }

    /// <summary>An own post was acknowledged under this number, with this time.</summary>
    public void NoteOwn(long seq, long ts, bool hasRoom)
    {
        if (IsRewritten(seq, ts))
            Rewind(seq - 1, _newestTs);
        Head = Math.Max(Head, seq);
        if (_rewind.IsSearching)
            return;
        if (IsBased && seq == Queued + 1)
            Append(seq, ts, null);
        else if ((!IsBased || seq > Queued) && hasRoom)
            _held.AddOwn(seq, ts);
        if (!IsBased && _held.Count > MaxOwnBeforeBase)
            SetBaseToFirstSeen();
        DrainHeld();
    }

    /// <summary>
    /// What the history says about the numbers behind <paramref name="after"/>: it is complete, so what it leaves out up to
    /// its last message, or up to <paramref name="head"/> when there is no more, does not exist for this user.
    /// </summary>
    public void OfferHistory(long after, IReadOnlyList<ChatMessage> messages, bool hasMore, long head)
    {
        if (!IsStillTheSame(after, messages, hasMore))
            return;
        foreach (var message in messages)
        {
            Head = Math.Max(Head, message.Seq);
            if (message.Seq <= Queued)
                continue;
            SkipTo(message.Seq);
            if (message.Seq > Queued) // else it was held
                Append(message.Seq, message.Timestamp, message);
        }

        DrainHeld();
        if (!hasMore)
            SkipTo(head + 1);
        else if (messages.Count == 0)
            SkipTo(Queued + 2); // The next message is too large for any answer: go on behind it.
        DrainHeld();
    }

    /// <summary>The history cannot be had: what is missing stays missing.</summary>
    public void GiveUpGap()
    {
        if (_rewind.GiveUp() is { } below)
            FinishRewind(below);
        SkipTo(Head + 1);
        DrainHeld();
    }

    /// <summary>The application takes an item of this conversation.</summary>
    public void Take(ReadyItem item)
    {
        if (item.Rewinds == Rewinds) // else it is of what the server does not have any more
            _taken.Take(item);
    }

    /// <inheritdoc cref="TakenNumbers.TryAnnounce" />
    public bool TryAnnounce() => _taken.TryAnnounce();

    /// <summary>Accounts for every number below this one: those that are held are appended, the others are missing.</summary>
    void SkipTo(long seq)
    {
        while (Queued + 1 < seq)
        {
            var next = Math.Min(seq, _held.First ?? seq);
            if (next > Queued + 1)
                AppendMissing(Queued + 1, next - 1);
            DrainHeld();
        }
    }

    void DrainHeld()
    {
        if (!IsBased)
            return;
        while (_held.TryTake(Queued + 1, out var held))
        {
            if (held.Seq == Queued + 1)
                Append(held.Seq, held.Ts, held.Message);
        }
    }

    void Append(long seq, long ts, ChatMessage? message)
    {
        Queued = seq;
        _newestTs = Math.Max(_newestTs, ts);
        _isUntouched = false;
        var receivedTo = message is null ? 0 : seq;
        if (message is null || isSentHere(message) || (message.IsOwn && seq <= _skipOwnTo))
            _taken.Count(seq, receivedTo);
        else
            Enqueue(new(new MessageReceived(message), this) { Rewinds = Rewinds, UpTo = seq, ReceivedTo = receivedTo, OfflineId = message.OfflineId });
    }

    void AppendMissing(long first, long last)
    {
        Queued = last;
        _newestTs = 0; // of what is behind them something may be newer than what was seen
        // In front of the first message of all there is nothing to miss: it was before this user's time.
        if (_isUntouched)
            _taken.Count(last, last);
        else
            Enqueue(new(new MessagesMissing(conversation, first, last), this) { Rewinds = Rewinds, UpTo = last, ReceivedTo = last });
    }

    void Enqueue(ReadyItem item)
    {
        _taken.Line(item);
        enqueue(item);
    }

    /// <summary>Another message has the number of one that was seen: times never go back, so it is no repetition.</summary>
    bool IsRewritten(long seq, long ts) => IsBased && !_rewind.IsSearching && seq <= Queued && _newestTs > 0 && ts > _newestTs;

    /// <summary>The server does not have what is above a number any more, or has something else there.</summary>
    void Rewind(long to, long newestTs)
    {
        var isDone = _rewind.Begin(Queued, to, newestTs);
        var newHeld = newestTs == 0 ? 0 : _held.LastNewerThan(newestTs);
        Head = Math.Max(Math.Max(to, _rewind.ServerHead), newHeld);
        _held.Clear();
        _taken.ForgetLine();
        MoveTo(to);
        if (isDone)
            FinishRewind(to);
    }

    void MoveTo(long to)
    {
        Queued = to;
        _taken.StartAt(to, to);
    }

    /// <summary>The application is told.</summary>
    void FinishRewind(long to)
    {
        MoveTo(to);
        _rewind.End();
        if (to < _rewind.From)
            Enqueue(new(new ConversationRewound(conversation, _rewind.From, to), this) { Rewinds = Rewinds, UpTo = to, ReceivedTo = to });
    }

    /// <summary>False: the page belongs to the search for where what is new begins, or begins one.</summary>
    bool IsStillTheSame(long after, IReadOnlyList<ChatMessage> messages, bool hasMore)
    {
        var before = Rewinds;
        if (_rewind.FindsAnotherLast(after, messages))
            Rewind(_rewind.AtLogin.Queued - 1, _rewind.AtLogin.Ts);
        if (!_rewind.IsSearching)
        {
            if (!hasMore)
                NoteServerHead(messages.Count > 0 ? messages[^1].Seq : after);
            return Rewinds == before;
        }

        if (_rewind.OfferPage(after, messages, hasMore) is not { } page)
            return false;
        if (page.IsDone)
            FinishRewind(page.Below);
        else
            MoveTo(page.Below);
        return false;
    }
}
