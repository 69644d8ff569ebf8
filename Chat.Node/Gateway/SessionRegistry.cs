using System.Collections.Concurrent;
using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Telemetry;

namespace Chat.Node.Gateway;

/// <summary>The connections of this node.</summary>
sealed class SessionRegistry : ISessionList
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

    /// <summary>How many connections of each kind there are. Looks at all of them: for who asks now and then.</summary>
    public IReadOnlyCollection<ConnectionCount> CountAll()
    {
        var counts = new Dictionary<(string, string), (int Connections, int Sessions)>();
        foreach (var (_, (connection, _)) in _sessions)
        {
            var key = (connection.TransportName, connection.ProfileName);
            var known = counts.GetValueOrDefault(key);
            counts[key] = (known.Connections + 1, known.Sessions + (connection.IsLoggedIn ? 1 : 0));
        }

        return [.. counts.Select(each => new ConnectionCount(each.Key.Item1, each.Key.Item2, each.Value.Connections, each.Value.Sessions))];
    }

    /// <inheritdoc />
    public IReadOnlyList<SessionInfo> Of(int userId) =>
    [
        .. All.Select(session => session.Connection).Where(connection => connection.UserId == userId && connection.IsLoggedIn).Select(connection => new SessionInfo(
            connection.Id, connection.TransportName, connection.ProfileName, connection.Address?.ToString(), (int)connection.Idle.TotalSeconds)),
    ];

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
