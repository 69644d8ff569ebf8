using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Faults;
using Chat.Node.Storage;

namespace Chat.Node.Users;

/// <summary>
/// The offline queue on its way to the sessions, page by page: the old before the new. Carries out what <see cref="OfflineDrain"/> says.
/// Beside other servers a login is answered when the user is listed as online and listened for, as at a legacy server: what others
/// queued until then is in the queue, and what they publish from then on comes behind it.
/// </summary>
sealed class OfflineReader(UserCore core, Deliveries deliveries, OfflineWriter writer, UserPresence presence)
{
    /// <summary>Looked at once a second: a login waits for twice as long at most.</summary>
    const long MaxListingMilliseconds = 1000;

    public sealed record PageRead(IReadOnlyList<QueuedMessage>? Rows) : INoSerializationVerificationNeeded;

    /// <summary>Only of users who had something in the queue, beside other servers.</summary>
    BridgeInbox? _inbox;

    OfflineDrain Drain => core.Drain;

    public bool HasImports => _inbox is { HasImports: true };

    BridgeInbox Inbox => _inbox ??= new BridgeInbox(core);

    /// <summary>A first session has come.</summary>
    public void Welcome(bool isReattach)
    {
        Drain.OnFirstSession();
        if (core.HasBridge && !isReattach && !presence.IsListed)
        {
            Drain.StartListing(core.Milliseconds);
            deliveries.ReleaseHeld(); // into the queue
        }
        else
        {
            Start();
        }
    }

    /// <summary>The login waits no longer than until the user is listed.</summary>
    public void OnPresenceChanged()
    {
        if (Drain.Phase == DeliveryPhase.Listing && presence.IsListed)
            Start();
        else if (Drain.Phase == DeliveryPhase.Live)
            presence.Channel?.Resume(); // the node listens later than the login could wait
    }

    public void Start()
    {
        Drain.Start();
        deliveries.ReleaseHeld(); // into the queue, in front of what comes from now on
        Read();
    }

    public void OnTick()
    {
        if (Drain.IsListingOverdue(core.Milliseconds, MaxListingMilliseconds))
            Start(); // Redis, the database or another node does not answer: the login does without
        _inbox?.ImportNext();
    }

    /// <summary>The next tick after a read that failed.</summary>
    public void ReadOverdue()
    {
        if (Drain.IsPageOverdue)
            Read();
    }

    public void OnPageRead(PageRead read)
    {
        switch (Drain.OnRead(hasFailed: read.Rows is null))
        {
            case PageOutcome.Unwanted when core.Sessions.HasAttaching:
                Read();
                break;
            case PageOutcome.Found when Import(read.Rows!):
                Greet([], hasMore: true); // the login need not wait; the queue does, so that everything comes in order
                break;
            case PageOutcome.Found:
                OnRowsRead(read.Rows!);
                break;
        }
    }

    /// <summary>A session has written a page to its socket.</summary>
    public void OnFlushed(OfflinePushed pushed)
    {
        if (core.Sessions.Find(pushed.SessionId) is not { } session || !Drain.IsOnPage(pushed.UpTo))
            return; // of a page before this one
        if (!session.IsModern)
        {
            // A legacy client acknowledges nothing: written to its socket is all there is.
            var written = Drain.PageUpTo(pushed.UpTo);
            core.Marks.Deletes.DeleteRows([.. written.Select(row => row.Id)]);
            foreach (var row in written)
            {
                // A copy of another server's message may have come in front of lower numbers: the marks must not pass those.
                if (row is { Conversation: { } conversation, Seq: > 0 } && !ImportId.IsBridged(conversation, row.Cmid))
                    core.Marks.Raise(conversation, row.Seq);
            }
        }

        if (Drain.OnFlushed(pushed.UpTo))
            GivePage();
    }

    /// <summary>What was queued behind a read that found nothing is durable now.</summary>
    public void OnBacklogSettled()
    {
        if (writer.IsIdle && Drain.Phase == DeliveryPhase.Finishing)
            Read();
    }

    /// <summary>A conversation has taken over a row of another server, or refuses it.</summary>
    public void OnImported(Imported imported)
    {
        if (_inbox?.OnImported(imported) == true && !HasImports && Drain.IsUnderWay)
            Read(); // what was imported is behind what was found, and goes before it
    }

    /// <summary>Another server has queued something while there are sessions: it took the user for offline.</summary>
    public void OnQueueGrown(long rowId)
    {
        if (core.Sessions.Count == 0 || _inbox?.Rows.WasRead(rowId) == true)
            return;
        if (Drain.Phase != DeliveryPhase.Live)
        {
            Inbox.Rows.NoteUnread(rowId);
            return;
        }

        Drain.GoBackBefore(rowId);
        Start();
    }

    /// <summary>The last session is gone. If it was only one of several, some other one goes on.</summary>
    /// <param name="hasLost">Something that only the session was given is in the queue again.</param>
    public void OnSessionGone(bool hasLost)
    {
        if (hasLost && Drain.Phase == DeliveryPhase.Live)
            Start(); // the others get it from the queue
        else if (Drain.Phase == DeliveryPhase.Draining && !Drain.IsReading && !HasImports)
            GivePage(); // perhaps it was this session that was to flush the page
    }

    public void OnLastSessionGone()
    {
        Drain.OnLastSessionGone();
        _inbox?.Rows.Forget();
    }

    /// <summary>Answers the sessions that wait for the queue.</summary>
    public void Greet(IReadOnlyList<QueuedMessage> rows, bool hasMore)
    {
        foreach (var session in core.Sessions)
        {
            if (!session.IsAttaching)
                continue;
            session.IsAttaching = false;
            core.Tell(session.Actor, new Attached(core.UserId, rows, hasMore));
            if (session is { IsReattached: true, SenderHasOtherDevices: true })
                core.Tell(session.Actor, new OtherDevicesChanged(true)); // until now it listened to the life before
        }
    }

    void Read()
    {
        if (Drain.TryBeginRead(writer.IsIdle, writer.Added))
        {
            core.Services.OfflineStore.ReadAsync(core.UserId, Drain.ReadTo, OfflinePages.MaxRows)
                .PipeTo(core.Self, success: rows => new PageRead(rows), failure: _ => new PageRead(null));
        }
    }

    /// <summary>Sends what other servers wrote to its conversations; true if there is such, and has to be awaited.</summary>
    bool Import(IReadOnlyList<QueuedMessage> rows)
    {
        if (!core.ImportsRows || (_inbox is null && !rows.Any(BridgedRows.IsForConversation)))
            return false;
        Inbox.Import(rows);
        if (HasImports && Drain.StopFinishing())
            deliveries.ReleaseHeld(); // what their conversations send must not be held

        return HasImports;
    }

    void OnRowsRead(IReadOnlyList<QueuedMessage> found)
    {
        if (found.Count < OfflinePages.MaxRows)
            presence.Channel?.Resume();
        var rows = OfflinePages.Cut(found);
        if (rows.Count > 0)
        {
            core.Services.CrashPoints.Reach(CrashPoint.BeforeDrain);
            if (core.HasBridge)
                Inbox.Rows.NoteRead(rows);
            Drain.Add(rows[^1].Id, OfflinePages.InOrder(_inbox?.Rows.WithoutImported(rows) ?? rows));
            GivePage(found.Count == OfflinePages.MaxRows || rows.Count < found.Count);
            return;
        }

        Greet([], hasMore: false);
        if (Drain.OnEnd(writer.IsIdle, writer.Added))
            OnLive();
        else if (writer.IsIdle)
            Read();
    }

    /// <summary>The next page that has been read; when there is none, the next is read.</summary>
    void GivePage(bool hasMore = true)
    {
        if (Drain.NextPage() is not { } rows)
        {
            Read();
            return;
        }

        foreach (var session in core.Sessions)
        {
            if (!session.IsAttaching)
                core.Tell(session.Actor, new OfflinePage(rows));
        }

        Greet(rows, hasMore || Drain.HasMorePages);
    }

    void OnLive()
    {
        _inbox?.Rows.OnLive();
        deliveries.ReleaseHeld();
        if (_inbox?.Rows.TakeUnread() is { } row)
            OnQueueGrown(row);
    }
}
