using Microsoft.AspNetCore.Connections;

namespace Chat.Node.Gateway;

/// <summary>How many connections of a listener are open at once. Safe to use from any thread.</summary>
interface IConnectionGate
{
    /// <summary>Asked before anything is made for a connection; one that is let in has to <see cref="Leave"/>.</summary>
    bool TryEnter();

    /// <summary>The connection that was let in is there.</summary>
    void Opened(ConnectionContext connection);

    /// <summary>It is closed.</summary>
    void Leave(ConnectionContext connection);
}

/// <summary>One too many is closed at once: who is in stays in.</summary>
sealed class ConnectionLimit(int max) : IConnectionGate
{
    int _count;
    int _max = max;

    public int Count => Volatile.Read(ref _count);

    /// <summary>May be lowered when it is known what the machine allows.</summary>
    public int Max
    {
        get => Volatile.Read(ref _max);
        set => Volatile.Write(ref _max, value);
    }

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= Max)
            return true;
        Interlocked.Decrement(ref _count);
        return false;
    }

    public void Opened(ConnectionContext connection)
    {
        // counted already
    }

    public void Leave(ConnectionContext connection) => Interlocked.Decrement(ref _count);
}

/// <summary>
/// For short questions: everybody is let in, and the oldest connection gives way. So nobody shuts others out by keeping connections open.
/// </summary>
sealed class NewestConnections(int max) : IConnectionGate
{
    readonly Lock _lock = new();
    readonly LinkedList<ConnectionContext> _open = [];
    readonly Dictionary<ConnectionContext, LinkedListNode<ConnectionContext>> _nodes = [];

    public int Count
    {
        get
        {
            lock (_lock)
                return _open.Count;
        }
    }

    public bool TryEnter() => true;

    public void Opened(ConnectionContext connection)
    {
        ConnectionContext? oldest = null;
        lock (_lock)
        {
            _nodes[connection] = _open.AddLast(connection);
            if (_open.Count > max)
                oldest = Remove(_open.First!);
        }

        oldest?.Abort(new ConnectionAbortedException("newer connections need its place"));
    }

    public void Leave(ConnectionContext connection)
    {
        lock (_lock)
        {
            if (_nodes.TryGetValue(connection, out var node))
                Remove(node);
        }
    }

    ConnectionContext Remove(LinkedListNode<ConnectionContext> node)
    {
        _open.Remove(node);
        _nodes.Remove(node.Value);
        return node.Value;
    }
}
