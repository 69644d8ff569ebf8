using System.Numerics;
using Akka.Actor;
using Chat.Node.Conversations;
using Chat.Node.Hosting;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>Sessions come and go; a first one gets the offline queue before anything live.</summary>
sealed partial class UserActor
{
    readonly Dictionary<long, UserSession> _sessions = [];
    readonly Dictionary<ConversationId, long> _drained = [];
    IReadOnlyList<QueuedMessage> _page = [];
    ulong _slots;
    long _attached;
    long _drainedTo;
    long _addedAtRead;
    readonly List<(Attach Attach, IActorRef Session)> _heldAttaches = [];
    bool _isReading;
    bool _isPageOverdue;

    /// <summary>The last page has left through some session: who comes later need not have it.</summary>
    bool _isPageFlushed = true;

    void OnAttach(Attach attach, IActorRef session)
    {
        _lastActivity = SteadyMilliseconds;
        if (_isStopping)
            return; // the session asks again, the next life answers
        foreach (var replaced in _sessions.Values.Where(known => known.Id != attach.SessionId && known.HasToken(attach.TokenHash)).ToList())
        {
            replaced.Actor.Tell(new SessionReplaced());
            OnSessionGone(replaced.Id);
        }

        if (_sessions.TryGetValue(attach.SessionId, out var known))
        {
            if (!known.IsAttaching)
                session.Tell(new Attached([], HasMore: false));
            return;
        }

        if (!attach.IsReattach && MayHaveTheOnlySession)
        {
            if (_heldAttaches.Count < MostHeldAttaches)
                _heldAttaches.Add((attach, session));
            return;
        }

        if (!attach.IsReattach && _sessions.Count >= _services.Limits.MaxSessions)
        {
            session.Tell(new AttachRefused());
            return;
        }

        var slot = BitOperations.TrailingZeroCount(~_slots);
        if (slot >= 64)
        {
            session.Tell(new AttachRefused());
            return;
        }

        _slots |= 1UL << slot;
        _sessions[attach.SessionId] = new UserSession(attach.SessionId, ++_attached, slot, attach.IsModern, attach.TokenHash, Context.Watch(session), _services.Nodes.IncarnationOf(session));
        StorePresence();
        TellSiblings();
        switch (_phase)
        {
            case Phase.Starting or Phase.AwaitingSessions or Phase.Offline:
                _drainedTo = 0;
                StartDrain();
                ReleaseHeldAttaches();
                break;
            case Phase.Live:
                Greet([], hasMore: false);
                GiveUnflushed(slot, attach.IsModern, session);
                break;
            case Phase.Draining or Phase.Finishing when _sessions.Values.Any(known => !known.IsAttaching):
                Greet(_isPageFlushed ? [] : _page, hasMore: true); // in the middle of a drain: what is still to come follows
                GiveUnflushed(slot, attach.IsModern, session);
                break;
        }
    }

    /// <summary>
    /// What is on its way to the other sessions. If one of them is dead, and nobody knows yet, it would come to this one behind what is
    /// newer; a modern client would fetch it, a documented one cannot.
    /// </summary>
    void GiveUnflushed(int slot, bool isModern, IActorRef session)
    {
        foreach (var (conversation, link) in _links)
        {
            foreach (var delivery in link.GiveTo(slot, message => isModern || !IsCopy(conversation, message)))
                session.Tell(new Push(link.Incarnation, delivery.Number, delivery.Message), Self);
        }
    }

    /// <summary>Of the user's own message, for its other modern sessions: never queued.</summary>
    bool IsCopy(ConversationId conversation, ChatMessage message) =>
        message.Sender == _userId && (conversation.IsGroup || conversation.A != conversation.B);

    /// <summary>
    /// Where a user has one session, and this life does not know yet whether it is still there, a new one waits for the old one
    /// to attach again: else the limit would not hold while the actor moves.
    /// </summary>
    bool MayHaveTheOnlySession => _services.Limits.MaxSessions == 1
        && (_phase == Phase.Starting || (_phase == Phase.AwaitingSessions && _storedNode is { } node && _services.Nodes.IsAlive(node)));

    void ReleaseHeldAttaches()
    {
        var held = _heldAttaches.ToArray();
        _heldAttaches.Clear();
        foreach (var (attach, session) in held)
            OnAttach(attach, session);
    }

    void OnTerminated(Terminated terminated)
    {
        if (terminated.ActorRef.Equals(_settings))
        {
            OnSettingsGone();
            return;
        }

        foreach (var session in _sessions.Values)
        {
            if (!session.Actor.Equals(terminated.ActorRef))
                continue;
            OnSessionGone(session.Id);
            return;
        }
    }

    /// <summary>What only this session was given, and did not flush, goes to the queue.</summary>
    void OnSessionGone(long sessionId)
    {
        if (!_sessions.Remove(sessionId, out var session))
            return;
        _lastActivity = SteadyMilliseconds;
        Context.Unwatch(session.Actor);
        _slots &= ~(1UL << session.Slot);
        if (_sessions.Count == 0)
        {
            _isPageOverdue = false;
            _phase = Phase.Offline;
        }

        var hasLost = false;
        foreach (var (conversation, link) in _links)
        {
            foreach (var lost in link.OnSessionGone(session.Slot))
            {
                if (IsCopy(conversation, lost.Message))
                {
                    Done(conversation, link, lost);
                    continue;
                }

                hasLost = true;
                Queue(conversation, lost);
            }
        }

        if (_sessions.Count == 0)
        {
            ReleaseHeld();
            StorePresence();
        }
        else
        {
            if (hasLost && _phase == Phase.Live)
                StartDrain(); // the others get it from the queue
            else if (_phase == Phase.Draining && !_isReading)
                ReadPage(); // perhaps it was this session that was to flush the page
        }

        TellSiblings();
        ArmTick();
    }

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
        _services.OfflineStore.ReadAsync(_userId, _drainedTo, OfflinePages.MostRows)
            .PipeTo(Self, success: rows => new PageRead(rows), failure: _ => new PageRead(null));
    }

    void OnPageRead(PageRead read)
    {
        _isReading = false;
        if (_phase is not (Phase.Draining or Phase.Finishing))
        {
            if (_sessions.Values.Any(session => session.IsAttaching))
                ReadPage();
            return;
        }

        if (read.Rows is not { } found)
        {
            _isPageOverdue = true; // the database does not answer: the next tick tries again
            ArmTick();
            return;
        }

        var rows = _page = OfflinePages.Cut(found);
        if (rows.Count > 0)
        {
            _services.CrashPoints.Reach(CrashPoint.BeforeDrain);
            _drainedTo = rows[^1].Id;
            _isPageFlushed = false;
            foreach (var row in rows)
            {
                if (row is { Conversation: { } conversation, Seq: > 0 })
                    _drained[conversation] = Math.Max(row.Seq, _drained.GetValueOrDefault(conversation));
            }

            foreach (var session in _sessions.Values.Where(session => !session.IsAttaching))
                session.Actor.Tell(new OfflinePage(rows));
            Greet(rows, found.Count == OfflinePages.MostRows || rows.Count < found.Count);
            return;
        }

        Greet([], hasMore: false);
        if (_backlog.IsIdle && _backlog.Added == _addedAtRead)
        {
            _phase = Phase.Live;
            ReleaseHeld();
            return;
        }

        _phase = Phase.Finishing;
        if (_backlog.IsIdle)
            ReadPage();
    }

    void Greet(IReadOnlyList<QueuedMessage> rows, bool hasMore)
    {
        foreach (var session in _sessions.Values.Where(session => session.IsAttaching))
        {
            session.IsAttaching = false;
            session.Actor.Tell(new Attached(rows, hasMore));
        }
    }

    void OnOfflinePushed(OfflinePushed pushed)
    {
        if (!_sessions.TryGetValue(pushed.SessionId, out var session))
            return;
        if (!session.IsModern)
        {
            // A documented client acknowledges nothing: written to its socket is all there is.
            var written = _page.Where(row => row.Id <= pushed.UpTo).ToList();
            Delete(() => _services.OfflineStore.DeleteAsync(_userId, [.. written.Select(row => row.Id)]));
            foreach (var row in written)
            {
                if (row is { Conversation: { } conversation, Seq: > 0 })
                    RaiseMark(conversation, receivedTo: row.Seq);
            }
        }

        if (_phase is not (Phase.Draining or Phase.Finishing) || pushed.UpTo < _drainedTo)
            return;
        _isPageFlushed = true;
        ReadPage();
    }

    void TellSiblings()
    {
        var modern = _sessions.Values.Count(session => session.IsModern);
        foreach (var session in _sessions.Values)
        {
            var hasSiblings = modern > (session.IsModern ? 1 : 0);
            if (hasSiblings == session.HasSiblings)
                continue;
            session.HasSiblings = hasSiblings;
            session.Actor.Tell(new SiblingsChanged(hasSiblings));
        }
    }
}
