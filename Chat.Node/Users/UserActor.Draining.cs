using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Faults;
using Chat.Node.Storage;

namespace Chat.Node.Users;

/// <summary>The offline queue on its way to the sessions, page by page: the old before the new.</summary>
sealed partial class UserActor
{
    void StartDrain()
    {
        _drain.Start();
        ReleaseHeld(); // into the queue, in front of what comes from now on
        ReadPage();
    }

    void ReadPage()
    {
        if (_drain.TryBeginRead(_backlog.IsIdle, _backlog.Added))
        {
            _services.OfflineStore.ReadAsync(_userId, _drain.ReadTo, OfflinePages.MaxRows)
                .PipeTo(Self, success: rows => new PageRead(rows), failure: _ => new PageRead(null));
        }
    }

    void OnPageRead(PageRead read)
    {
        switch (_drain.OnRead(hasFailed: read.Rows is null))
        {
            case PageOutcome.Unwanted when _sessions.Any(session => session.IsAttaching):
                ReadPage();
                break;
            case PageOutcome.Failed:
                ArmTick(); // the next tick tries again
                break;
            case PageOutcome.Found when ImportBridged(read.Rows!):
                Greet([], hasMore: true); // the login need not wait; the queue does, so that everything comes in order
                break;
            case PageOutcome.Found:
                OnRowsRead(read.Rows!);
                break;
        }
    }

    void OnRowsRead(IReadOnlyList<QueuedMessage> found)
    {
        if (found.Count < OfflinePages.MaxRows)
            ResumeChannel();
        var rows = OfflinePages.Cut(found);
        if (rows.Count > 0)
        {
            _services.CrashPoints.Reach(CrashPoint.BeforeDrain);
            NoteRead(rows);
            _drain.Add(rows[^1].Id, OfflinePages.InOrder(_bridgedRows?.WithoutImported(rows) ?? rows));
            GivePage(found.Count == OfflinePages.MaxRows || rows.Count < found.Count);
            return;
        }

        Greet([], hasMore: false);
        if (_drain.OnEnd(_backlog.IsIdle, _backlog.Added))
            OnLive();
        else if (_backlog.IsIdle)
            ReadPage();
    }

    /// <summary>The next page that has been read; when there is none, the next is read.</summary>
    void GivePage(bool hasMore = true)
    {
        if (_drain.NextPage() is not { } rows)
        {
            ReadPage();
            return;
        }

        foreach (var session in _sessions.Where(session => !session.IsAttaching))
            _nodes.Tell(session.Actor, new OfflinePage(rows), Self);
        Greet(rows, hasMore || _drain.HasMorePages);
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
        if (SessionOf(pushed.SessionId) is not { } session || !_drain.IsOnPage(pushed.UpTo))
            return; // of a page before this one
        if (!session.IsModern)
        {
            // A legacy client acknowledges nothing: written to its socket is all there is.
            var written = _drain.PageUpTo(pushed.UpTo);
            Deletes.DeleteRows([.. written.Select(row => row.Id)]);
            foreach (var row in written)
            {
                // A copy of another server's message may have come in front of lower numbers: the marks must not pass those.
                if (row is { Conversation: { } conversation, Seq: > 0 } && !ImportId.IsBridged(conversation, row.Cmid))
                    RaiseMark(conversation, row.Seq);
            }
        }

        if (_drain.OnFlushed(pushed.UpTo))
            GivePage();
    }
}
