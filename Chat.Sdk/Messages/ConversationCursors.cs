using Chat.Protocol;

namespace ChatActors.Client.Messages;

/// <summary>
/// The cursors of all conversations of one user: where each begins, which of them miss something and since when. No
/// lock: <see cref="Inbox"/> has it.
/// </summary>
sealed class ConversationCursors(
    ChatClientOptions options, ReceivedMarks marks, Func<ChatMessage, bool> isSentHere, Action<ReadyItem> enqueue, Action onGap)
{
    readonly Dictionary<ConversationId, ConversationCursor> _cursors = [];
    readonly Dictionary<ConversationCursor, Gap> _gaps = [];
    readonly HashSet<int> _groupsFromTheirBeginning = [];
    readonly TimeProvider _timeProvider = options.TimeProvider;
    int _heldTotal;
    bool _isSynced;

    /// <summary>What became of the messages since they were sent.</summary>
    public ChangeCursors Changes { get; } = new(options.EventBuffer, enqueue, onGap);

    public string? SyncToken { get; private set; }

    public bool HasGaps => _gaps.Count > 0 || Changes.HasGaps;

    bool HasHoldRoom => _heldTotal < options.EventBuffer;

    /// <summary>Where the conversations of a saved state stood.</summary>
    public void Restore(ChatClientState state)
    {
        SyncToken = state.SyncToken;
        foreach (var mark in state.Conversations)
        {
            if (!ConversationId.TryParse(mark.Conversation, out var conversation))
                continue;
            Change(GetOrAdd(conversation), cursor => cursor.Restore(mark), isUrgent: true);
            Changes.Restore(conversation, mark.Rev, mark.RevHead);
        }
    }

    public ChatClientState ToState(int userId) => new(userId, SyncToken,
    [
        .. _cursors.Values.Where(cursor => cursor.IsBased).OrderBy(cursor => cursor.Conversation)
            .Select(cursor => new ConversationMark(cursor.Conversation.ToString(), cursor.Delivered, cursor.Received, cursor.Head, cursor.NewestTs, Changes.TakenOf(cursor.Conversation))
            {
                RevHead = Changes.HeadOf(cursor.Conversation),
            }),
    ]);

    /// <summary>A login: until the sync has answered, nobody knows where a conversation begins that has no cursor.</summary>
    /// <param name="hasChanges">Whether this server knows of changes of messages.</param>
    public void BeginSync(bool hasChanges)
    {
        _isSynced = false;
        Changes.BeginLogin(hasChanges);
        foreach (var cursor in _cursors.Values)
            cursor.BeginLogin();
    }

    /// <summary>The server has refused a mark, because this is the last number that it has.</summary>
    public void NoteServerHead(ConversationId conversation, long head)
    {
        if (_cursors.TryGetValue(conversation, out var cursor))
            Change(cursor, _ => cursor.NoteServerHead(head), isUrgent: true);
    }

    /// <summary>Entries of a sync.</summary>
    public void ApplySync(IEnumerable<ConversationEntry> entries)
    {
        foreach (var entry in entries)
        {
            var wasBased = false;
            Change(GetOrAdd(entry.Conversation), cursor =>
            {
                wasBased = cursor.IsBased;
                if (!wasBased)
                    cursor.SetBase(entry.Received, skipOwnTo: entry.Head);
                cursor.NoteServerHead(entry.Head);
                if (!wasBased)
                    return;
                cursor.CompareLast();
                if (entry.Received < cursor.Received)
                    marks.Raise(entry.Conversation, cursor.Received);
            }, isUrgent: true);
            if (wasBased)
                Changes.NoteServerRev(entry.Conversation, entry.Rev);
            else
                Changes.Begin(entry);
        }
    }

    /// <summary>
    /// All entries have been applied. Unless only changes were asked for, a conversation that was not among them has no
    /// messages yet.
    /// </summary>
    public void FinishSync(string? token, IEnumerable<int> groupIds, bool isFull)
    {
        if (isFull)
            _groupsFromTheirBeginning.UnionWith(groupIds);
        SyncToken = token;
        _isSynced = true;
        foreach (var cursor in _cursors.Values.Where(cursor => !cursor.IsBased).ToArray())
            Change(cursor, SetBase);
        ReleaseUnexpected();
    }

    /// <summary>The server keeps no history: what is missing stays missing.</summary>
    public void FinishWithoutHistory()
    {
        _isSynced = true;
        foreach (var cursor in _cursors.Values.ToArray())
        {
            Change(cursor, _ =>
            {
                cursor.SetBaseToFirstSeen();
                cursor.GiveUpGap();
            });
        }

        ReleaseUnexpected();
    }

    /// <summary>A group whose messages this user sees from the first on.</summary>
    public void AddNewGroup(int groupId) => _groupsFromTheirBeginning.Add(groupId);

    /// <summary>A numbered push; false: it is a duplicate of one that was handed over.</summary>
    public bool Offer(ChatMessage message, bool hasRoom)
    {
        var cursor = GetOrAdd(message.Conversation);
        var isNew = false;
        Change(cursor, _ =>
        {
            // Where it begins is known from its first message, so that one is kept in any case.
            isNew = cursor.Offer(message, (hasRoom && HasHoldRoom) || (_isSynced && !cursor.IsBased));
            if (_isSynced)
                cursor.SetBaseToFirstSeen();
        });
        return isNew || message.Seq > cursor.Delivered;
    }

    /// <summary>A push that says that a message was changed.</summary>
    public void OfferChange(MessageChangedPush push, bool hasRoom)
    {
        // The message is there, so it is missing if it has not come.
        Change(GetOrAdd(push.Conversation), cursor => cursor.NoteHead(push.Seq));
        if (_isSynced && IsKnownFromItsBeginning(push.Conversation))
            Changes.StartAtZero(push.Conversation); // else it is a group that was joined meanwhile: what follows is of its member's time
        var canFollow = hasRoom && (_isSynced || Changes.IsBegun(push.Conversation)); // else the sync will tell where to begin
        Changes.Offer(push, IsEarly(push.Conversation, push.Seq), canFollow);
    }

    /// <summary>An answer about changes.</summary>
    public void OfferChanges(ChangesRequest request, ChangesReply page) => Changes.OfferPage(request, page, seq => IsEarly(request.Conversation, seq));

    /// <summary>An own post was acknowledged.</summary>
    public void NoteOwn(ConversationId conversation, long seq, long ts) => Change(GetOrAdd(conversation), cursor =>
    {
        // What one says to oneself does come back, and is shown then.
        if (conversation.A == conversation.B)
            cursor.NoteHead(seq);
        else
            cursor.NoteOwn(seq, ts, HasHoldRoom);
    });

    /// <summary>An item of the line is handed over.</summary>
    public void Take(ReadyItem item)
    {
        if (item.Cursor is { } cursor)
            Change(cursor, _ => cursor.Take(item));
        if (item.Event is MessageChanged change)
            Changes.Take(change);
    }

    /// <summary>What to fetch now, if anything; else after how long to ask again, if at all.</summary>
    public HistoryRequest? FindGap(int limit, out TimeSpan? askAgainAfter)
    {
        askAgainAfter = null;
        var now = _timeProvider.GetTimestamp();
        foreach (var (cursor, gap) in _gaps)
        {
            var wait = gap.Wait - _timeProvider.GetElapsedTime(gap.Since, now);
            if (wait <= TimeSpan.Zero)
                return new(cursor.Conversation, cursor.FetchAfter, cursor.Head, limit);
            if (askAgainAfter is null || wait < askAgainAfter)
                askAgainAfter = wait;
        }

        return null;
    }

    /// <summary>
    /// The answer to such a request. One that begins behind what its cursor has was asked for by an earlier user of this
    /// client: what it leaves out is not missing.
    /// </summary>
    public void OfferHistory(HistoryRequest request, IReadOnlyList<ChatMessage> messages, bool hasMore)
    {
        if (!_cursors.TryGetValue(request.Conversation, out var cursor) || !cursor.IsBased || request.After > cursor.Queued)
            return;
        var wasLookingBack = cursor.IsLookingBack;
        Change(cursor, _ => cursor.OfferHistory(request.After, messages, hasMore, request.Head), isUrgent: hasMore || wasLookingBack);
    }

    /// <summary>The server refuses such a request for good.</summary>
    public void GiveUp(HistoryRequest request)
    {
        if (_cursors.TryGetValue(request.Conversation, out var cursor) && cursor.IsBased && request.After == cursor.FetchAfter)
            Change(cursor, _ => cursor.GiveUpGap());
    }

    /// <summary>Whether a message is still to come.</summary>
    bool IsEarly(ConversationId conversation, long seq) =>
        _cursors.TryGetValue(conversation, out var cursor) && cursor.IsBased ? seq > cursor.Queued : !_isSynced;

    void ReleaseUnexpected() => Changes.ReleaseWhere(conversation => !_cursors.TryGetValue(conversation, out var cursor) || !cursor.IsBased);

    ConversationCursor GetOrAdd(ConversationId conversation)
    {
        if (_cursors.TryGetValue(conversation, out var cursor))
            return cursor;
        cursor = new(conversation, isSentHere, enqueue);
        _cursors.Add(conversation, cursor);
        if (_isSynced)
            SetBase(cursor);
        return cursor;
    }

    void SetBase(ConversationCursor cursor)
    {
        // A group that was joined meanwhile has a past; its member's messages begin with the first that comes.
        if (IsKnownFromItsBeginning(cursor.Conversation))
            cursor.SetBase(0);
        else if (cursor.HasMessages)
            cursor.SetBaseToFirstSeen();
    }

    bool IsKnownFromItsBeginning(ConversationId conversation) => !conversation.IsGroup || _groupsFromTheirBeginning.Contains(conversation.B);

    /// <summary>Whatever moves a cursor: its mark, its gap and what it holds are looked at afterwards.</summary>
    void Change(ConversationCursor cursor, Action<ConversationCursor> change, bool isUrgent = false)
    {
        var (heldBefore, rewindsBefore) = (cursor.HeldCount, cursor.Rewinds);
        change(cursor);
        if (cursor.Rewinds > rewindsBefore)
        {
            marks.Forget(cursor.Conversation);
            Changes.Restart(cursor.Conversation);
        }

        if (cursor.IsBased)
            Changes.Release(cursor.Conversation, cursor.Queued);
        _heldTotal += cursor.HeldCount - heldBefore;
        if (cursor.TryAnnounce())
            marks.Raise(cursor.Conversation, cursor.Received);
        if (!cursor.HasGap)
        {
            _gaps.Remove(cursor);
            return;
        }

        // What comes by itself needs not be fetched: as long as the conversation moves, there is time.
        if (_gaps.TryGetValue(cursor, out var gap) && gap.Queued == cursor.Queued && !isUrgent)
            return;
        _gaps[cursor] = new(cursor.Queued, _timeProvider.GetTimestamp(), isUrgent ? TimeSpan.Zero : options.GapDelay);
        onGap();
    }

    sealed record Gap(long Queued, long Since, TimeSpan Wait);
}

/// <summary>What to ask the history for; <c>Head</c> is the highest number known when it is asked.</summary>
sealed record HistoryRequest(ConversationId Conversation, long After, long Head, int Limit);
