using Chat.Protocol;
using ChatActors.Client.Connections;

namespace ChatActors.Client.Messages;

/// <summary>
/// Tells the server what has been received, coalesced: one frame per conversation and interval. There is no reply, so
/// what a lost connection was told is told again.
/// </summary>
sealed class ReceivedMarks : IDisposable
{
    // A connection whose queue is full is given up.
    const int MaxFramesAtOnce = 1000;

    readonly Lock _gate = new();
    readonly Dictionary<ConversationId, long> _pending = [];
    readonly Dictionary<ConversationId, long> _sent = [];
    readonly List<long> _pendingOffline = [];
    readonly TimeSpan _interval;
    readonly ITimer _timer;
    ChatConnection? _connection;
    bool _isScheduled;

    public ReceivedMarks(TimeProvider timeProvider, TimeSpan interval)
    {
        _interval = interval;
        _timer = timeProvider.CreateTimer(_ => Flush(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Everything of a conversation up to this number has been received.</summary>
    public void Raise(ConversationId conversation, long seq)
    {
        lock (_gate)
        {
            _pending[conversation] = Math.Max(seq, _pending.GetValueOrDefault(conversation));
            Schedule();
        }
    }

    /// <summary>The server does not have these numbers any more.</summary>
    public void Forget(ConversationId conversation)
    {
        lock (_gate)
        {
            _pending.Remove(conversation);
            _sent.Remove(conversation);
        }
    }

    /// <summary>A queued message without a number has been received.</summary>
    public void RaiseOffline(long offlineId)
    {
        lock (_gate)
        {
            // Without a connection the server will push it again, and it will be raised again.
            if (_connection is null)
                return;
            _pendingOffline.Add(offlineId);
            Schedule();
        }
    }

    public void Online(ChatConnection connection)
    {
        lock (_gate)
        {
            _connection = connection;
            Schedule();
        }
    }

    public void Offline()
    {
        lock (_gate)
        {
            _connection = null;
            _pendingOffline.Clear();
            foreach (var (conversation, seq) in _sent)
                _pending[conversation] = Math.Max(seq, _pending.GetValueOrDefault(conversation));
            _sent.Clear();
        }
    }

    /// <summary>Somebody else logs in.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _pending.Clear();
            _sent.Clear();
            _pendingOffline.Clear();
        }
    }

    /// <summary>Sends now what waits for its interval.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            _isScheduled = false;
            if (_connection is not { } connection)
                return;
            foreach (var (conversation, seq) in _pending.Take(MaxFramesAtOnce).ToArray())
            {
                connection.TrySend(new ReceivedRequest(conversation, seq, null).ToBytes());
                _pending.Remove(conversation);
                _sent[conversation] = seq;
            }

            foreach (var offlineId in _pendingOffline)
                connection.TrySend(new ReceivedRequest(null, 0, offlineId).ToBytes());
            _pendingOffline.Clear();
            Schedule();
        }
    }

    public void Dispose() => _timer.Dispose();

    void Schedule()
    {
        if (_isScheduled || _connection is null || (_pending.Count == 0 && _pendingOffline.Count == 0))
            return;
        _isScheduled = true;
        _timer.Change(_interval, Timeout.InfiniteTimeSpan);
    }
}
