using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Webhooks;

/// <summary>What was found of marked conversations; <c>Hint</c>: only this one was looked at. <c>Failure</c>: the database did not answer.</summary>
sealed record MarksFound(
    IReadOnlyList<WebhookMark> Marks, IReadOnlyList<WebhookCursor> Cursors, ConversationId? Hint = null, Exception? Failure = null) : Akka.Actor.INoSerializationVerificationNeeded;

/// <summary>Goes through the marked conversations, page by page and from the front again; those that somebody has told of come first. One look at a time.</summary>
sealed class MarkReader(WebhookMarks messages, WebhookChanges changes)
{
    /// <summary>Marks that are read at once; all of them are gone through in turn.</summary>
    const int Page = 500;

    /// <summary>The same while there is no room for them: each makes another one go, and is looked at by every endpoint.</summary>
    const int FullPage = 100;

    /// <summary>Hints that wait for their marks to be read; others are found with the page they are on.</summary>
    const int MaxHints = 10_000;

    readonly HashSet<ConversationId> _hints = [];
    ConversationId? _messagesTo;
    ConversationId? _changesTo;
    int _page = Page;
    bool _isReading;

    public bool HasHints => _hints.Count > 0;

    public void AddHint(ConversationId id)
    {
        if (_hints.Count < MaxHints)
            _hints.Add(id);
    }

    /// <summary>A look may begin; false while one is under way.</summary>
    /// <param name="isFull">There is no room for what is found.</param>
    public bool TryBegin(bool isFull)
    {
        if (_isReading)
            return false;
        _page = isFull ? FullPage : Page;
        return _isReading = true;
    }

    public Task<MarksFound> ReadAsync()
    {
        if (!HasHints)
            return ReadPagesAsync();
        var hint = _hints.First();
        _hints.Remove(hint);
        return ReadHintAsync(hint);
    }

    public void OnRead(MarksFound found)
    {
        _isReading = false;
        if (found.Failure is not null || found.Hint is not null)
            return;
        _messagesTo = EndOf([.. found.Marks.Where(mark => !mark.IsOfChanges)]);
        _changesTo = EndOf([.. found.Marks.Where(mark => mark.IsOfChanges)]);
    }

    async Task<MarksFound> ReadHintAsync(ConversationId hint)
    {
        var (marks, cursors) = await messages.ReadAsync(hint);
        return new MarksFound(marks, cursors, hint);
    }

    async Task<MarksFound> ReadPagesAsync()
    {
        var (marks, cursors) = await messages.ReadAfterAsync(_messagesTo, _page);
        var (changeMarks, changeCursors) = await changes.MarksAfterAsync(_changesTo, _page);
        return new MarksFound([.. marks, .. changeMarks], [.. cursors, .. changeCursors]);
    }

    ConversationId? EndOf(IReadOnlyList<WebhookMark> page) => page.Count == _page ? page[^1].Conversation : null;
}
