using Chat.Bench.Load;
using Chat.Bench.Measuring;

namespace Chat.Bench.Workloads;

/// <summary>
/// Sends the protocol's pings over connections that are open already while others are still being opened, which may take
/// minutes: a server ends those that say nothing. The answers are read when the load begins.
/// </summary>
sealed class KeepAlive : IDisposable
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    readonly Lock _lock = new();
    readonly List<LoadConnection> _connections = [];
    readonly Timer? _timer;

    public KeepAlive(bool isWanted) => _timer = isWanted ? new Timer(_ => Ping(), null, Interval, Interval) : null;

    public void Add(LoadConnection connection)
    {
        lock (_lock)
            _connections.Add(connection);
    }

    public void Dispose()
    {
        lock (_lock)
            _connections.Clear();
        _timer?.Dispose();
    }

    void Ping()
    {
        lock (_lock)
        {
            var now = LoadClock.Now;
            foreach (var connection in _connections)
                connection.Send(connection.IsModern ? "{\"msgid\":104}\n"u8 : "{\"msgid\":104}\0"u8, now);
        }
    }
}
