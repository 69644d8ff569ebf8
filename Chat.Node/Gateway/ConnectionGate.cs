using Chat.Node.Telemetry;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Chat.Node.Gateway;

/// <summary>How many connections of a listener are open at once. Safe to use from any thread.</summary>
interface IConnectionGate
{
    /// <summary>
    /// Asked before anything is made for a connection; one that is let in has to <see cref="Leave"/>. Others wait in the kernel's queue meanwhile.
    /// </summary>
    ValueTask<bool> EnterAsync(CancellationToken cancellation);

    /// <summary>The connection that was let in is there.</summary>
    void Opened(ConnectionContext connection);

    /// <summary>It is closed; null if it could not be made.</summary>
    void Leave(ConnectionContext? connection);
}

/// <summary>One too many is closed at once: who is in stays in.</summary>
/// <param name="max">How many.</param>
/// <param name="meter">Hears of those that are closed.</param>
sealed class ConnectionLimit(int max, NodeMeter? meter = null) : IConnectionGate
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

    public ValueTask<bool> EnterAsync(CancellationToken cancellation) => ValueTask.FromResult(TryEnter());

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= Max)
            return true;
        Interlocked.Decrement(ref _count);
        meter?.ConnectionRefused();
        return false;
    }

    public void Opened(ConnectionContext connection)
    {
        // counted already
    }

    public void Leave(ConnectionContext? connection) => Interlocked.Decrement(ref _count);
}

/// <summary>
/// For short questions: everybody is let in, and somebody who asks nothing gives way (<see cref="QuestionPlaces"/>). So nobody shuts others out
/// by keeping connections open, nor by opening many.
/// </summary>
sealed class QuestionGate(int max, TimeProvider clock) : IConnectionGate
{
    static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);

    readonly Lock _lock = new();
    readonly QuestionPlaces _places = new(max, clock);
    readonly Dictionary<QuestionPlace, ConnectionContext> _connections = [];

    public int Count
    {
        get
        {
            lock (_lock)
                return _places.Count;
        }
    }

    public async ValueTask<bool> EnterAsync(CancellationToken cancellation)
    {
        var since = clock.GetTimestamp();
        while (true)
        {
            ConnectionContext? leaving = null;
            TimeSpan wait;
            lock (_lock)
            {
                (var hasRoom, var givesWay, wait) = _places.Judge(clock.GetElapsedTime(since));
                if (hasRoom)
                    return true;
                if (givesWay is not null && _connections.Remove(givesWay, out leaving))
                    _places.Leave(givesWay);
            }

            if (leaving is not null)
            {
                leaving.Abort(new ConnectionAbortedException("newer connections need its place"));
                return true;
            }

            using var pause = new PeriodicTimer(wait > ShortestPause ? wait : ShortestPause, clock);
            await pause.WaitForNextTickAsync(cancellation);
        }
    }

    public void Opened(ConnectionContext connection)
    {
        lock (_lock)
        {
            var place = _places.Open(() => HasSpoken(connection));
            _connections[place] = connection;
            connection.Features.Set(place);
        }
    }

    public void Leave(ConnectionContext? connection)
    {
        if (connection?.Features.Get<QuestionPlace>() is not { } place)
            return;
        lock (_lock)
        {
            if (_connections.Remove(place))
                _places.Leave(place);
        }
    }
    /// <summary>Yes, where the system does not tell.</summary>
    static bool HasSpoken(ConnectionContext connection) =>
        connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket || !OperatingSystem.IsLinux() || TcpInfo.HasReceived(socket);
}
