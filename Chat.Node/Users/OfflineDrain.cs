using Chat.Node.Actors;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>Where deliveries to one user go.</summary>
enum DeliveryPhase
{
    /// <summary>Whether there were sessions is being read: deliveries are held.</summary>
    Starting,

    /// <summary>There were sessions in an earlier life: deliveries are held until one attaches, for a moment.</summary>
    AwaitingSessions,

    /// <summary>No session: deliveries are queued.</summary>
    Offline,

    /// <summary>A session has come, and other servers do not know yet: deliveries are queued, the login waits.</summary>
    Listing,

    /// <summary>The queue is being pushed: deliveries are queued behind it.</summary>
    Draining,

    /// <summary>The end of the queue is near: deliveries are held.</summary>
    Finishing,

    /// <summary>Deliveries are pushed.</summary>
    Live,
}

/// <summary>What a read of the offline queue means.</summary>
enum PageOutcome
{
    /// <summary>Nobody waits for it any more.</summary>
    Unwanted,

    /// <summary>The database does not answer: the read is overdue.</summary>
    Failed,

    /// <summary>Its rows are the next.</summary>
    Found,
}

/// <summary>
/// The way of one user from no session to live deliveries: the offline queue goes to the sessions page by page, the old before the new. Knows the
/// phase, how far the queue was read, and which page is on its way. Pure.
/// </summary>
sealed class OfflineDrain
{
    const long NoProof = -1;

    SmallMap<ConversationId, long> _drained;
    IReadOnlyList<QueuedMessage> _page = [];

    /// <summary>Read, and not given yet.</summary>
    Queue<IReadOnlyList<QueuedMessage>>? _pages;
    long _addedAtRead;
    long _listingSince;

    /// <summary>The last page has left through some session: a session that comes later need not have it.</summary>
    bool _isPageFlushed = true;

    public DeliveryPhase Phase { get; private set; } = DeliveryPhase.Starting;

    /// <summary>Whether deliveries wait, neither pushed nor queued.</summary>
    public bool IsHolding => Phase is DeliveryPhase.Starting or DeliveryPhase.AwaitingSessions or DeliveryPhase.Finishing;

    /// <summary>Whether this life does not know yet what the earlier one left.</summary>
    public bool IsUnsettled => Phase is DeliveryPhase.Starting or DeliveryPhase.AwaitingSessions;

    /// <summary>Whether the queue is on its way to the sessions.</summary>
    public bool IsUnderWay => Phase is DeliveryPhase.Draining or DeliveryPhase.Finishing;

    public bool HasOpenWork => IsUnsettled || Phase == DeliveryPhase.Listing || IsPageOverdue;

    public bool IsReading { get; private set; }

    /// <summary>A read has failed: the next tick reads again.</summary>
    public bool IsPageOverdue { get; private set; }

    /// <summary>The last row that was read: the next read begins behind it.</summary>
    public long ReadTo { get; private set; }

    /// <summary>The page that a session that comes now needs.</summary>
    public IReadOnlyList<QueuedMessage> UnflushedPage => _isPageFlushed ? [] : _page;

    public bool HasMorePages => _pages is { Count: > 0 };

    /// <summary>What the earlier life left is known.</summary>
    public void OnStarted(bool hadSessions) => Phase = hadSessions ? DeliveryPhase.AwaitingSessions : DeliveryPhase.Offline;

    /// <summary>The sessions of the earlier life do not come back.</summary>
    public void StopAwaiting() => Phase = DeliveryPhase.Offline;

    /// <summary>The last session is gone. What was read and not given is read again at the next login.</summary>
    public void OnLastSessionGone()
    {
        IsPageOverdue = false;
        _pages = null;
        Phase = DeliveryPhase.Offline;
    }

    /// <summary>A first session has come: it gets the queue from the beginning.</summary>
    public void OnFirstSession() => ReadTo = 0;

    /// <summary>The login waits until other servers know of the session.</summary>
    public void StartListing(long now)
    {
        Phase = DeliveryPhase.Listing;
        _listingSince = now;
    }

    public bool IsListingOverdue(long now, long patience) => Phase == DeliveryPhase.Listing && now - _listingSince >= patience;

    /// <summary>The queue is on its way from now on, and everything that comes goes behind it.</summary>
    public void Start() => Phase = DeliveryPhase.Draining;

    /// <summary>A row has come in front of what was read.</summary>
    public void GoBackBefore(long rowId) => ReadTo = Math.Min(ReadTo, rowId - 1);

    /// <summary>Deliveries have to be taken again. False if they are.</summary>
    public bool StopFinishing()
    {
        if (Phase != DeliveryPhase.Finishing)
            return false;
        Phase = DeliveryPhase.Draining;
        return true;
    }

    /// <summary>
    /// Begins a read, unless one is under way. An insert that is under way now may be in front of the read or behind it: only a read that found
    /// none of them open proves that nothing is left.
    /// </summary>
    public bool TryBeginRead(bool isBacklogIdle, long added)
    {
        if (IsReading)
            return false;
        IsReading = true;
        IsPageOverdue = false;
        _addedAtRead = isBacklogIdle ? added : NoProof;
        return true;
    }

    public PageOutcome OnRead(bool hasFailed)
    {
        IsReading = false;
        if (!IsUnderWay)
            return PageOutcome.Unwanted;
        IsPageOverdue = hasFailed;
        return hasFailed ? PageOutcome.Failed : PageOutcome.Found;
    }

    /// <summary>Rows were read up to a number; they are given in these pages.</summary>
    public void Add(long readTo, IEnumerable<IReadOnlyList<QueuedMessage>> pages)
    {
        ReadTo = readTo;
        _pages ??= new Queue<IReadOnlyList<QueuedMessage>>();
        foreach (var page in pages)
            _pages.Enqueue(page);
    }

    /// <summary>The next page that was read, to be given now; null if the queue has to be read.</summary>
    public IReadOnlyList<QueuedMessage>? NextPage()
    {
        if (_pages is null || !_pages.TryDequeue(out var rows))
            return null;
        _page = rows;
        _isPageFlushed = false;
        foreach (var row in rows)
        {
            if (row is { Conversation: { } conversation, Seq: > 0 })
                _drained[conversation] = Math.Max(row.Seq, DrainedTo(conversation));
        }

        return rows;
    }

    /// <summary>A read has found nothing. True if that proves that nothing is left: deliveries are pushed from now on.</summary>
    public bool OnEnd(bool isBacklogIdle, long added)
    {
        var isProven = isBacklogIdle && added == _addedAtRead;
        Phase = isProven ? DeliveryPhase.Live : DeliveryPhase.Finishing;
        return isProven;
    }

    /// <summary>Whether a row is of the page that was given last.</summary>
    public bool IsOnPage(long rowId)
    {
        foreach (var row in _page)
        {
            if (row.Id == rowId)
                return true;
        }

        return false;
    }

    /// <summary>The rows of the page up to one.</summary>
    public List<QueuedMessage> PageUpTo(long rowId) => [.. _page.Where(row => row.Id <= rowId)];

    /// <summary>A session has flushed the page up to a row. True if that was its end, for the first time: the next page is due.</summary>
    public bool OnFlushed(long rowId)
    {
        if (!IsUnderWay || _isPageFlushed || rowId < _page[^1].Id)
            return false;
        _isPageFlushed = true;
        return true;
    }

    /// <summary>The last number of a conversation that came from the queue and is not acknowledged; 0 if there is none.</summary>
    public long DrainedTo(ConversationId conversation) => _drained.TryGetValue(conversation, out var drainedTo) ? drainedTo : 0;

    /// <summary>A client has everything up to a number. False if nothing of the conversation came from the queue.</summary>
    public bool OnReceived(ConversationId conversation, long upTo)
    {
        if (!_drained.TryGetValue(conversation, out var drainedTo))
            return false;
        if (upTo >= drainedTo)
            _drained.Remove(conversation);
        return true;
    }
}
