using System.Numerics;
using Akka.Actor;
using Chat.Node.Contracts;

namespace Chat.Node.Users;

/// <summary>The live sessions of one user, a handful at most. Each has a slot: its bit in <see cref="PendingDelivery.PushedTo"/>.</summary>
sealed class SessionSet
{
    /// <summary>An array of their number: one cold cache line less with every delivery than a list.</summary>
    UserSession[] _sessions = [];
    ulong _taken;
    long _attached;

    public int Count => _sessions.Length;

    /// <summary>Some session waits for its answer.</summary>
    public bool HasAttaching => Array.Exists(_sessions, static session => session.IsAttaching);

    /// <summary>Some session has its answer.</summary>
    public bool HasAttached => Array.Exists(_sessions, static session => !session.IsAttaching);

    /// <summary>Every slot is taken.</summary>
    public bool IsFull => _taken == ulong.MaxValue;

    public IReadOnlyList<UserSession> All => _sessions;

    /// <summary>Those of now: one may come or go meanwhile.</summary>
    public ReadOnlySpan<UserSession>.Enumerator GetEnumerator() => new ReadOnlySpan<UserSession>(_sessions).GetEnumerator();

    public UserSession? Find(long sessionId)
    {
        foreach (var session in _sessions)
        {
            if (session.Id == sessionId)
                return session;
        }

        return null;
    }

    public UserSession? Find(IActorRef actor) => Array.Find(_sessions, session => session.Actor.Equals(actor));

    /// <summary>Takes a session in, if not <see cref="IsFull"/>.</summary>
    public UserSession Add(Attach attach, IActorRef actor, long node)
    {
        var slot = BitOperations.TrailingZeroCount(~_taken);
        _taken |= 1UL << slot;
        var session = new UserSession(attach.SessionId, ++_attached, slot, attach.IsModern, attach.IsReattach, attach.TokenHash, actor, node);
        _sessions = [.. _sessions, session];
        return session;
    }

    public void Remove(UserSession session)
    {
        _sessions = Array.FindAll(_sessions, other => other != session);
        _taken &= ~(1UL << session.Slot);
    }

    /// <summary>
    /// The node of the oldest session; null = there is none. After a move of this actor sessions come back in any order: those at the node that was
    /// stored are as old as before.
    /// </summary>
    public long? NodeOfOldest(long? nodeBefore)
    {
        UserSession? oldest = null;
        foreach (var session in _sessions)
        {
            if (oldest is null || Age(session, nodeBefore).CompareTo(Age(oldest, nodeBefore)) < 0)
                oldest = session;
        }

        return oldest?.Node;
    }

    /// <summary>The sessions for which it has changed whether there are other modern ones beside them.</summary>
    public IEnumerable<UserSession> UpdateSiblings()
    {
        var modern = _sessions.Count(session => session.IsModern);
        foreach (var session in _sessions)
        {
            var hasSiblings = modern > (session.IsModern ? 1 : 0);
            if (hasSiblings == session.SenderHasOtherDevices)
                continue;
            session.SenderHasOtherDevices = hasSiblings;
            yield return session;
        }
    }

    static (bool IsNew, long Order) Age(UserSession session, long? nodeBefore) =>
        (!(session.IsReattached && session.Node == nodeBefore), session.Order);
}
