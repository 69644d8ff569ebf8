using Chat.Protocol;

namespace ChatActors.Client.Messages;

/// <summary>
/// Puts the messages of one conversation in order, each once. Numbers are dense, so a number beyond the next one means
/// that something is missing: what came early is held until the gap is closed. The user's own posts are numbers too; they
/// are known by their acknowledgements and counted without being shown. No lock and no clock: <see cref="Inbox"/> has both.
/// </summary>
sealed partial class ConversationCursor(ConversationId conversation, Func<ChatMessage, bool> isSentHere, Action<ReadyItem> enqueue)
{
    /// <summary>What came before its turn, with the server's time of it.</summary>
    readonly record struct Held(long Ts, ChatMessage? Message);

    // Own posts in a conversation whose beginning is unknown: pushes from before them are no longer to be expected.
    const int MaxOwnBeforeBase = 64;

    // Without a message: an own post, known by its acknowledgement.
    readonly SortedDictionary<long, Held> _held = [];
    ReadyItem? _lastReady;
    long _skipOwnTo;
    bool _isUntouched = true;
    long _announced;
    long _newestTs;

    public ConversationId Conversation => conversation;

    /// <summary>Whether it is known where the user's messages begin.</summary>
    public bool IsBased { get; private set; }

    /// <summary>Everything up to here is in line for the user, handed over, or needs not be.</summary>
    public long Queued { get; private set; }

    /// <summary>Everything up to here has been handed over, or needs not be.</summary>
    public long Delivered { get; private set; }

    /// <summary>What the server may be told as received. An acknowledgement of an own post alone never moves it.</summary>
    public long Received { get; private set; }

    /// <summary>The highest number heard of.</summary>
    public long Head { get; private set; }

    public int HeldCount => _held.Count;

    /// <summary>Whether a message, not only acknowledgements of own posts, waits here.</summary>
    public bool HasMessages => _held.Values.Any(held => held.Message is not null);

    /// <summary>Whether the history is to be asked: something up to <see cref="Head"/> is missing, or may be another message than it was.</summary>
    public bool HasGap => IsBased && (Head > Queued || IsLookingBack);

    /// <summary>Goes on from a state that was saved.</summary>
    public void Restore(ConversationMark mark)
    {
        SetBase(mark.Delivered);
        _newestTs = mark.Timestamp;
        Received = _announced = mark.Received;
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
        Queued = Delivered = Received = _announced = received;
        _isUntouched = received == 0;
        Head = Math.Max(Head, received);
        _skipOwnTo = skipOwnTo;
        _newestTs = 0;
        while (_held.Count > 0 && _held.First().Key <= received)
            _held.Remove(_held.First().Key);
        DrainHeld();
    }

    /// <summary>When nobody can say where to begin: with the first that was seen.</summary>
    public void SetBaseToFirstSeen()
    {
        if (!IsBased && _held.Count > 0)
            SetBase(_held.First().Key - 1);
    }

    public void NoteHead(long head) => Head = Math.Max(Head, head);

    /// <summary>A push. False: it is a duplicate. Without room it is only noted, to be fetched later.</summary>
    public bool Offer(ChatMessage message, bool hasRoom)
    {
        if (IsRewritten(message.Seq, message.Timestamp))
            Rewind(message.Seq - 1, _newestTs);
        Head = Math.Max(Head, message.Seq);
        if (_search is not null)
            return true; // the history will have it
        if (message.Seq <= Queued && IsBased)
            return false;
        if (!hasRoom)
            return true;
        if (IsBased && message.Seq == Queued + 1)
            Append(message.Seq, message.Timestamp, message);
        else if (!_held.TryGetValue(message.Seq, out var held) || held.Message is null)
            _held[message.Seq] = new(message.Timestamp, message);
        else
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
        if (_search is not null)
            return;
        if (IsBased && seq == Queued + 1)
            Append(seq, ts, null);
        else if ((!IsBased || seq > Queued) && hasRoom)
            _held.TryAdd(seq, new(ts, null));
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
        if (_search is not null)
            FinishRewind(_search.Below);
        _isToBeCompared = false;
        SkipTo(Head + 1);
        DrainHeld();
    }

    /// <summary>The application takes an item of this conversation.</summary>
    public void Take(ReadyItem item)
    {
        if (item.Rewinds != _rewinds)
            return; // of what the server does not have any more
        Delivered = Math.Max(Delivered, item.UpTo);
        Received = Math.Max(Received, item.ReceivedTo);
        if (_lastReady == item)
            _lastReady = null;
    }

    /// <summary>Whether the received mark has moved since this was last asked.</summary>
    public bool TryAnnounce()
    {
        var hasMoved = Received > _announced;
        _announced = Received;
        return hasMoved;
    }

    /// <summary>Accounts for every number below this one: those that are held are appended, the others are missing.</summary>
    void SkipTo(long seq)
    {
        while (Queued + 1 < seq)
        {
            var next = _held.Count > 0 ? Math.Min(seq, _held.First().Key) : seq;
            if (next > Queued + 1)
                AppendMissing(Queued + 1, next - 1);
            DrainHeld();
        }
    }

    void DrainHeld()
    {
        if (!IsBased)
            return;
        while (_held.Count > 0 && _held.First() is var (seq, held) && seq <= Queued + 1)
        {
            _held.Remove(seq);
            if (seq == Queued + 1)
                Append(seq, held.Ts, held.Message);
        }
    }

    void Append(long seq, long ts, ChatMessage? message)
    {
        Queued = seq;
        _newestTs = Math.Max(_newestTs, ts);
        _isUntouched = false;
        var receivedTo = message is null ? 0 : seq;
        if (message is null || isSentHere(message) || (message.IsOwn && seq <= _skipOwnTo))
            Count(seq, receivedTo);
        else
            Enqueue(new(new MessageReceived(message), this) { Rewinds = _rewinds, UpTo = seq, ReceivedTo = receivedTo, OfflineId = message.OfflineId });
    }

    void AppendMissing(long first, long last)
    {
        Queued = last;
        _newestTs = 0; // of what is behind them something may be newer than what was seen
        // In front of the first message of all there is nothing to miss: it was before this user's time.
        if (_isUntouched)
            Count(last, last);
        else
            Enqueue(new(new MessagesMissing(conversation, first, last), this) { Rewinds = _rewinds, UpTo = last, ReceivedTo = last });
    }

    void Enqueue(ReadyItem item)
    {
        _lastReady = item;
        enqueue(item);
    }

    /// <summary>Counts a number that is not shown, when what is in line before it has been taken.</summary>
    void Count(long upTo, long receivedTo)
    {
        if (_lastReady is { } last)
        {
            last.UpTo = upTo;
            last.ReceivedTo = Math.Max(last.ReceivedTo, receivedTo);
            return;
        }

        Delivered = upTo;
        Received = Math.Max(Received, receivedTo);
    }
}
