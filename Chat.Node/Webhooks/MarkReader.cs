using System.Diagnostics.CodeAnalysis;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Webhooks;

/// <summary>What was found of marked conversations; <c>Hints</c>: only these were looked at. <c>Failure</c>: the database did not answer.</summary>
sealed record MarksFound(
    IReadOnlyList<WebhookMark> Marks, IReadOnlyList<WebhookCursor> Cursors, IReadOnlyList<ConversationId>? Hints = null, Exception? Failure = null)
    : Akka.Actor.INoSerializationVerificationNeeded;

/// <summary>
/// Goes through the marked conversations: a page with each tick, and from the front again, so that all are found whatever comes; between the pages those that somebody has
/// told of, in the order in which they were told. One look at a time.
/// </summary>
sealed class MarkReader(WebhookMarks messages, WebhookChanges changes)
{
    /// <summary>Marks that are read at once; all of them are gone through in turn.</summary>
    const int Page = 500;

    /// <summary>The same while there is no room for them: each makes another one go, and is looked at by every endpoint.</summary>
    const int FullPage = 100;

    readonly MarkHints _hints = new();
    ConversationId? _messagesTo;
    ConversationId? _changesTo;
    int _page = Page;
    bool _isPageDue = true;

    /// <summary>The hints of the look that is under way; null: it is a page.</summary>
    List<ConversationId>? _looked;
    bool _isReading;

    /// <summary>What is being read may be older than what is asked for.</summary>
    bool _isOld;

    public void AddHint(ConversationId id) => _hints.Add(id);

    /// <summary>Conversations are to be read once more, from now on: what is being read does not count.</summary>
    public void ReadAgain(IReadOnlyList<ConversationId> ids)
    {
        _isOld |= _isReading && ids.Count > 0;
        foreach (var id in ids)
            _hints.Add(id);
    }

    public void OnTick()
    {
        _isPageDue = true;
        _hints.OnTick();
    }

    /// <summary>The next look. False while one is under way, and when there is nothing to look at.</summary>
    /// <param name="isFull">There is no room for what is found.</param>
    /// <param name="look">What is found.</param>
    public bool TryBegin(bool isFull, [NotNullWhen(true)] out Task<MarksFound>? look)
    {
        look = null;
        if (_isReading || (!_isPageDue && _hints.IsEmpty))
            return false;
        _isReading = true;
        _page = isFull ? FullPage : Page;
        (_looked, _isPageDue) = (_isPageDue ? null : _hints.Take(), false);
        look = _looked is null ? ReadPagesAsync() : ReadHintsAsync(_looked);
        return true;
    }

    /// <summary>False: what was found is not to be used, it is looked at again.</summary>
    public bool OnRead(MarksFound found)
    {
        var isUsed = found.Failure is null && !_isOld;
        (_isReading, _isOld) = (false, false);
        if (!isUsed)
            _looked?.ForEach(_hints.AddLater); // a page comes again with the next tick
        if (!isUsed || found.Hints is not null)
            return isUsed;
        _messagesTo = EndOf([.. found.Marks.Where(mark => !mark.IsOfChanges)]);
        _changesTo = EndOf([.. found.Marks.Where(mark => mark.IsOfChanges)]);
        return true;
    }

    /// <summary>There was no room for a mark. One of a page is found again with that page.</summary>
    public void OnNoRoom(MarksFound found, ConversationId id)
    {
        if (found.Hints is not null)
            _hints.AddLater(id);
    }

    async Task<MarksFound> ReadHintsAsync(IReadOnlyList<ConversationId> hints)
    {
        var (marks, cursors) = await messages.ReadAsync(hints);
        var (changeMarks, changeCursors) = await changes.MarksOfAsync(hints);
        return new MarksFound([.. marks, .. changeMarks], [.. cursors, .. changeCursors], hints);
    }

    async Task<MarksFound> ReadPagesAsync()
    {
        var (marks, cursors) = await messages.ReadAfterAsync(_messagesTo, _page);
        var (changeMarks, changeCursors) = await changes.MarksAfterAsync(_changesTo, _page);
        return new MarksFound([.. marks, .. changeMarks], [.. cursors, .. changeCursors]);
    }

    ConversationId? EndOf(IReadOnlyList<WebhookMark> page) => page.Count == _page ? page[^1].Conversation : null;
}
