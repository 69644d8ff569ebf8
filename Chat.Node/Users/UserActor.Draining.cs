using Akka.Actor;
using Chat.Node.Actors;
using Chat.Node.Contracts;
using Chat.Node.Faults;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>The offline queue on its way to the sessions, page by page: the old before the new.</summary>
sealed partial class UserActor
{
    SmallMap<ConversationId, long> _drained;
    IReadOnlyList<QueuedMessage> _page = [];

    /// <summary>Read, and not given yet.</summary>
    Queue<IReadOnlyList<QueuedMessage>>? _pages;
    long _drainedTo;
    long _addedAtRead;
    bool _isReading;
    bool _isPageOverdue;

    /// <summary>The last page has left through some session: who comes later need not have it.</summary>
    bool _isPageFlushed = true;

    void StartDrain()
    {
        _phase = Phase.Draining;
        ReleaseHeld(); // into the queue, in front of what comes from now on
        ReadPage();
    }

    void ReadPage()
    {
        if (_isReading)
            return;
        _isReading = true;
        _isPageOverdue = false;
        // An insert that is under way now may be in front of the read or behind it: only a read that found none of them
        // open proves that nothing is left.
        _addedAtRead = _backlog.IsIdle ? _backlog.Added : -1;
        _services.OfflineStore.ReadAsync(_userId, _drainedTo, OfflinePages.MaxRows)
            .PipeTo(Self, success: rows => new PageRead(rows), failure: _ => new PageRead(null));
    }

    void OnPageRead(PageRead read)
    {
        _isReading = false;
        if (_phase is not (Phase.Draining or Phase.Finishing))
        {
            if (_sessions.Any(session => session.IsAttaching))
                ReadPage();
            return;
        }

        if (read.Rows is not { } found)
        {
            _isPageOverdue = true; // the database does not answer: the next tick tries again
            ArmTick();
            return;
        }

        if (ImportBridged(found))
        {
            Greet([], hasMore: true); // the login need not wait; the queue does, so that everything comes in order
            return;
        }

        if (found.Count < OfflinePages.MaxRows)
            ResumeChannel();
        var rows = OfflinePages.Cut(found);
        if (rows.Count > 0)
        {
            _services.CrashPoints.Reach(CrashPoint.BeforeDrain);
            _drainedTo = rows[^1].Id;
            NoteRead(rows);
            OfflinePages.InOrder(_bridgedRows?.WithoutImported(rows) ?? rows).ForEach((_pages ??= new Queue<IReadOnlyList<QueuedMessage>>()).Enqueue);
            GivePage(found.Count == OfflinePages.MaxRows || rows.Count < found.Count);
            return;
        }

        Greet([], hasMore: false);
        if (_backlog.IsIdle && _backlog.Added == _addedAtRead)
        {
            _phase = Phase.Live;
            OnLive();
            return;
        }

        _phase = Phase.Finishing;
        if (_backlog.IsIdle)
            ReadPage();
    }

    /// <summary>The next page that has been read; when there is none, the next is read.</summary>
    void GivePage(bool hasMore = true)
    {
        if (_pages is null || !_pages.TryDequeue(out var rows))
        {
            ReadPage();
            return;
        }

        _page = rows;
        _isPageFlushed = false;
        foreach (var row in rows)
        {
            if (row is { Conversation: { } conversation, Seq: > 0 })
                _drained[conversation] = Math.Max(row.Seq, _drained.TryGetValue(conversation, out var drainedTo) ? drainedTo : 0);
        }

        foreach (var session in _sessions.Where(session => !session.IsAttaching))
            _nodes.Tell(session.Actor, new OfflinePage(rows), Self);
        Greet(rows, hasMore || _pages.Count > 0);
    }

    void Greet(IReadOnlyList<QueuedMessage> rows, bool hasMore)
    {
        foreach (var session in _sessions.Where(session => session.IsAttaching))
        {
            session.IsAttaching = false;
            _nodes.Tell(session.Actor, new Attached(_userId, rows, hasMore), Self);
        }
    }

    void OnOfflinePushed(OfflinePushed pushed)
    {
        if (SessionOf(pushed.SessionId) is not { } session || _page.All(row => row.Id != pushed.UpTo))
            return; // of a page before this one
        if (!session.IsModern)
        {
            // A legacy client acknowledges nothing: written to its socket is all there is.
            var written = _page.Where(row => row.Id <= pushed.UpTo).ToList();
            Deletes.DeleteRows([.. written.Select(row => row.Id)]);
            foreach (var row in written)
            {
                // A copy of another server's message may have come in front of lower numbers: the marks must not pass those.
                if (row is { Conversation: { } conversation, Seq: > 0 } && !ImportId.IsBridged(conversation, row.Cmid))
                    RaiseMark(conversation, row.Seq);
            }
        }

        if (_phase is not (Phase.Draining or Phase.Finishing) || _isPageFlushed || pushed.UpTo < _page[^1].Id)
            return;
        _isPageFlushed = true;
        GivePage();
    }
}
