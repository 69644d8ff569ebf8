using Chat.Protocol;

namespace ChatActors.Client.Messages;

/// <summary>
/// The changes of all conversations of one user. A change whose message is still to come waits for it, as far as there is room. No lock:
/// <see cref="Inbox"/> has it.
/// </summary>
sealed class ChangeCursors(int maxEarly, Action<ReadyItem> enqueue, Action onGap)
{
    readonly Dictionary<ConversationId, ChangeCursor> _cursors = [];
    readonly HashSet<ConversationId> _gaps = [];
    bool _isSpoken;
    int _earlyTotal;

    public bool HasGaps => _isSpoken && _gaps.Count > 0;

    public void Restore(ConversationId conversation, long rev, long head) => Change(conversation, cursor => cursor.Restore(rev, head));

    /// <summary>How far the application has taken the changes of a conversation.</summary>
    public long TakenOf(ConversationId conversation) => _cursors.TryGetValue(conversation, out var cursor) ? cursor.Taken : 0;

    /// <inheritdoc cref="ChangeCursor.Head" />
    public long HeadOf(ConversationId conversation) => _cursors.TryGetValue(conversation, out var cursor) ? cursor.Head : 0;

    /// <summary>A login.</summary>
    /// <param name="isSpoken">Whether this server knows of changes.</param>
    public void BeginLogin(bool isSpoken)
    {
        _isSpoken = isSpoken;
        foreach (var cursor in _cursors.Values)
            cursor.BeginLogin();
    }

    /// <inheritdoc cref="ChangeCursor.NoteServerRev" />
    public void NoteServerRev(ConversationId conversation, long rev)
    {
        if (_isSpoken)
            Change(conversation, cursor => cursor.NoteServerRev(rev));
    }

    /// <inheritdoc cref="ChangeCursor.Begin" />
    public void Begin(ConversationEntry entry)
    {
        if (_isSpoken)
            Change(entry.Conversation, cursor => cursor.Begin(entry.Rev, entry.Received, entry.Received < entry.Head));
    }

    /// <inheritdoc cref="ChangeCursor.IsBegun" />
    public bool IsBegun(ConversationId conversation) => _cursors.TryGetValue(conversation, out var cursor) && cursor.IsBegun;

    /// <inheritdoc cref="ChangeCursor.StartAtZero" />
    public void StartAtZero(ConversationId conversation) => Change(conversation, cursor => cursor.StartAtZero());

    /// <inheritdoc cref="ChangeCursor.Restart" />
    public void Restart(ConversationId conversation)
    {
        if (_cursors.ContainsKey(conversation))
            Change(conversation, cursor => cursor.Restart());
    }

    /// <inheritdoc cref="ChangeCursor.Offer" />
    public void Offer(MessageChangedPush push, bool isEarly, bool hasRoom) => Change(push.Conversation, cursor =>
        Enqueue(cursor.Offer(MessageChanged.Of(push), push.Prev, isEarly && _earlyTotal < maxEarly, hasRoom)));

    /// <summary>The messages of a conversation are in line up to a number: changes that have waited for them follow.</summary>
    public void Release(ConversationId conversation, long seq)
    {
        if (_earlyTotal > 0 && _cursors.ContainsKey(conversation))
        {
            Change(conversation, cursor =>
            {
                foreach (var change in cursor.Release(seq))
                    Enqueue(change);
            });
        }
    }

    /// <summary>After a sync: where no messages are expected, nothing waits for them.</summary>
    public void ReleaseWhere(Func<ConversationId, bool> isDone)
    {
        foreach (var conversation in _cursors.Keys.Where(isDone).ToArray())
            Release(conversation, long.MaxValue);
    }

    /// <summary>What to fetch now, if anything.</summary>
    public ChangesRequest? FindGap(int limit)
    {
        if (!HasGaps)
            return null;
        var conversation = _gaps.First();
        var cursor = _cursors[conversation];
        return new(conversation, cursor.Rev, cursor.Head, limit);
    }

    /// <summary>The answer to that.</summary>
    public void OfferPage(ChangesRequest request, ChangesReply page, Func<long, bool> isEarly) => Change(request.Conversation, cursor =>
    {
        foreach (var state in page.Changes)
            Enqueue(cursor.OfferFetched(MessageChanged.Of(request.Conversation, state), isEarly(state.Seq) && _earlyTotal < maxEarly));
        cursor.EndPage(request.Since, request.Head, page.Rev, page.HasMore);
    });

    /// <summary>The server refuses such a request for good.</summary>
    public void GiveUp(ChangesRequest request) => Change(request.Conversation, cursor => cursor.GiveUp());

    /// <summary>The application takes an item.</summary>
    public void Take(MessageChanged change)
    {
        if (_cursors.TryGetValue(change.Conversation, out var cursor))
            cursor.Take(change.Rev);
    }

    void Enqueue(MessageChanged? change)
    {
        if (change is not null)
            enqueue(new ReadyItem(change));
    }

    void Change(ConversationId conversation, Action<ChangeCursor> change)
    {
        if (!_cursors.TryGetValue(conversation, out var cursor))
            _cursors.Add(conversation, cursor = new());
        var earlyBefore = cursor.EarlyCount;
        change(cursor);
        _earlyTotal += cursor.EarlyCount - earlyBefore;
        if (!cursor.HasGap)
            _gaps.Remove(conversation);
        else if (_gaps.Add(conversation))
            onGap();
    }
}

/// <summary>What to ask for; <c>Head</c> is the highest rev known when it is asked.</summary>
sealed record ChangesRequest(ConversationId Conversation, long Since, long Head, int Limit);
