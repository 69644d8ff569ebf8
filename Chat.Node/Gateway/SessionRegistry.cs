using System.Collections.Concurrent;
using Akka.Actor;

namespace Chat.Node.Gateway;

/// <summary>The connections of this node.</summary>
sealed class SessionRegistry
{
    readonly ConcurrentDictionary<string, (SessionConnection Connection, IActorRef Actor)> _sessions = new();
    int _count;
    volatile bool _isDraining;

    public int Count => Volatile.Read(ref _count);

    public IEnumerable<(SessionConnection Connection, IActorRef Actor)> All => _sessions.Values;

    public void Add(SessionConnection connection, IActorRef actor)
    {
        _sessions[connection.Id] = (connection, actor);
        Interlocked.Increment(ref _count);
        if (_isDraining)
            Drain(actor);
    }

    /// <summary>Who has a connection here, or is about to.</summary>
    public HashSet<int> Users() => [.. All.Select(session => session.Connection.UserId)];

    /// <summary>The node goes down: sends all sessions elsewhere, also those that are still being added.</summary>
    public void Drain()
    {
        _isDraining = true;
        foreach (var (_, actor) in All)
            Drain(actor);
    }

    public void Remove(SessionConnection connection)
    {
        if (_sessions.TryRemove(connection.Id, out _))
            Interlocked.Decrement(ref _count);
    }

    void Drain(IActorRef session) => session.Tell(new DrainSession(DrainSpread.Of(Count)));
}
