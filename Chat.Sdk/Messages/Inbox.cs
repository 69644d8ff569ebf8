using Chat.Protocol;
using ChatActors.Client.Timing;

namespace ChatActors.Client.Messages;

/// <summary>
/// The line of what is ready for the application, between the connection that offers and the one application thread that
/// takes. Bounded: what does not fit is remembered as a gap and fetched from the history when there is room; without a
/// history the connection's reader waits. Outlives connections.
/// </summary>
sealed class Inbox : IDisposable
{
    const int MaxHistoryLimit = 200;
    const int MaxNotices = 256;

    readonly Lock _gate = new();
    readonly Queue<ReadyItem> _ready = [];
    readonly ChatClientOptions _options;
    readonly CmidSource _cmids;
    readonly ReceivedMarks _marks;
    readonly AsyncSignal _available;
    readonly AsyncSignal _room;
    ConversationCursors _cursors;
    DuplicateFilter _duplicates = new();
    int _userId;
    bool _isCompleted;

    public Inbox(ChatClientOptions options, CmidSource cmids, ReceivedMarks marks)
    {
        _options = options;
        _cmids = cmids;
        _marks = marks;
        _available = new(options.TimeProvider);
        _room = new(options.TimeProvider);
        GapFound = new(options.TimeProvider);
        _cursors = NewCursors();
    }

    /// <summary>Something is, or will be, to be fetched from the history.</summary>
    public AsyncSignal GapFound { get; }

    /// <summary>A login: goes on where this user was, or begins anew with what was saved of this user.</summary>
    /// <param name="userId">Who has logged in.</param>
    /// <param name="hasChanges">Whether this server knows of changes of messages.</param>
    public void Open(int userId, bool hasChanges = false)
    {
        lock (_gate)
        {
            if (userId != _userId)
            {
                _userId = userId;
                _ready.Clear();
                _marks.Clear();
                _duplicates = new();
                _cursors = NewCursors();
                if (_options.State is { } state && state.UserId == userId)
                    _cursors.Restore(state);
            }

            _cursors.BeginSync(hasChanges);
        }
    }

    /// <summary>A push. False: there is no room, wait for some and offer it again.</summary>
    public bool TryOffer(ChatMessage message)
    {
        lock (_gate)
        {
            message = Marked(message);
            if (message.Seq == 0)
                return TryOfferWithoutNumber(message);
            var isNew = _cursors.Offer(message, hasRoom: _ready.Count < _options.EventBuffer);
            if (!isNew && message.OfflineId > 0)
                _marks.RaiseOffline(message.OfflineId);
            return true;
        }
    }

    /// <summary>A push that says that a message was changed; without room it is fetched later.</summary>
    public void OfferChange(MessageChangedPush push)
    {
        lock (_gate)
            _cursors.OfferChange(push, hasRoom: _ready.Count < _options.EventBuffer);
    }

    /// <summary>Waits until about half of the line has been taken.</summary>
    public ValueTask WaitForRoomAsync(CancellationToken cancellationToken) => _room.WaitAsync(cancellationToken);

    /// <summary>Something about the connection; dropped when the application has taken nothing for a long time.</summary>
    public void Notify(ChatEvent notice)
    {
        lock (_gate)
        {
            if (_ready.Count < _options.EventBuffer + MaxNotices)
                Enqueue(new(notice));
        }
    }

    /// <summary>The next thing for the application, which is thereby handed over.</summary>
    public bool TryTake(out ChatEvent chatEvent)
    {
        lock (_gate)
        {
            while (_ready.TryDequeue(out var item))
            {
                if (item.OfflineId > 0)
                    _marks.RaiseOffline(item.OfflineId);
                _cursors.Take(item);
                if (_ready.Count == _options.EventBuffer / 2)
                {
                    _room.Set();
                    GapFound.Set();
                }

                if (item.Event is not { } taken)
                    continue;
                chatEvent = taken;
                return true;
            }
        }

        chatEvent = null!;
        return false;
    }

    /// <summary>Waits until there may be something to take; false: there will be nothing any more.</summary>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_ready.Count > 0)
                return true;
            if (_isCompleted)
                return false;
        }

        await _available.WaitAsync(cancellationToken);
        return true;
    }

    /// <summary>Nothing more will come.</summary>
    public void Complete()
    {
        lock (_gate)
            _isCompleted = true;
        _available.Set();
    }

    /// <summary>How far this user has got; null before the first login.</summary>
    public ChatClientState? GetState()
    {
        lock (_gate)
            return _userId == 0 ? null : _cursors.ToState(_userId);
    }

    /// <summary>Whether there is something to fetch, but no room for it until the application takes.</summary>
    public bool IsWaitingForRoom
    {
        get
        {
            lock (_gate)
                return _cursors.HasGaps && _ready.Count > _options.EventBuffer / 2;
        }
    }

    /// <summary>What to fetch now, if there is something and room for it.</summary>
    public HistoryRequest? FindGap(out TimeSpan? askAgainAfter)
    {
        lock (_gate)
        {
            askAgainAfter = null;
            // More than half full: taking will set the signal.
            return _ready.Count > _options.EventBuffer / 2
                ? null
                : _cursors.FindGap(Math.Clamp(_options.EventBuffer - _ready.Count, 1, MaxHistoryLimit), out askAgainAfter);
        }
    }

    /// <summary>The same for changes of messages.</summary>
    public ChangesRequest? FindChangeGap()
    {
        lock (_gate)
            return _ready.Count > _options.EventBuffer / 2 ? null : _cursors.Changes.FindGap(Math.Clamp(_options.EventBuffer - _ready.Count, 1, MaxHistoryLimit));
    }

    /// <summary>The answer to that.</summary>
    public void OfferHistory(HistoryRequest request, HistoryPage page) => Change(cursors => cursors.OfferHistory(
        request, [.. page.Messages.Select(Marked)], page.HasMore || page.Messages.Count >= request.Limit));

    /// <summary>Something else that moves cursors.</summary>
    public void Change(Action<ConversationCursors> change)
    {
        lock (_gate)
            change(_cursors);
    }

    /// <summary>The token of the last sync.</summary>
    public string? GetSyncToken()
    {
        lock (_gate)
            return _cursors.SyncToken;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _available.Dispose();
        _room.Dispose();
        GapFound.Dispose();
    }

    ConversationCursors NewCursors() => new(_options, _marks, IsSentHere, Enqueue, GapFound.Set);

    bool TryOfferWithoutNumber(ChatMessage message)
    {
        if (_ready.Count >= _options.EventBuffer)
            return false;
        var isShown = _duplicates.TryAdd(message) && !IsSentHere(message);
        // A repeated one is acknowledged too, but only behind the first.
        if (isShown || message.OfflineId > 0)
            Enqueue(new(isShown ? new MessageReceived(message) : null) { OfflineId = message.OfflineId });
        return true;
    }

    void Enqueue(ReadyItem item)
    {
        _ready.Enqueue(item);
        _available.Set();
    }

    ChatMessage Marked(ChatMessage message) => message.SenderId == _userId ? message with { IsOwn = true } : message;

    /// <summary>Whether this client sent it, so that its application knows it; but what one says to oneself is shown.</summary>
    bool IsSentHere(ChatMessage message) => message.IsOwn
        && message.Cmid is { } cmid && _cmids.IsOwn(cmid)
        && message.Conversation.A != message.Conversation.B;
}
