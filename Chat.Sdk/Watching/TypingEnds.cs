using Chat.Protocol;

namespace ChatActors.Client.Watching;

/// <summary>Tells that somebody types no more when the server has said nothing for so long: it does not tell that itself.</summary>
sealed class TypingEnds(TimeProvider clock, Action<TypingChanged> tell) : IDisposable
{
    readonly Lock _gate = new();
    readonly Dictionary<(ConversationId Conversation, int UserId), ITimer> _running = [];

    /// <summary>Somebody types, or does no longer.</summary>
    public void On(TypingChanged typing)
    {
        var key = (typing.Conversation, typing.UserId);
        lock (_gate)
        {
            if (_running.Remove(key, out var before))
                before.Dispose();
            if (!typing.IsOn)
                return;
            // Known before it can be due.
            var timer = clock.CreateTimer(End, key, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _running[key] = timer;
            timer.Change(typing.Expires, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The connection is lost, and nobody says anything any more.</summary>
    public void EndAll()
    {
        List<(ConversationId, int)> all;
        lock (_gate)
            all = [.. _running.Keys];
        foreach (var key in all)
            End(key);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var timer in _running.Values)
                timer.Dispose();
            _running.Clear();
        }
    }

    void End(object? state)
    {
        var (conversation, userId) = ((ConversationId, int))state!;
        lock (_gate)
        {
            if (!_running.Remove((conversation, userId), out var timer))
                return;
            timer.Dispose();
        }

        tell(new TypingChanged(conversation, userId, IsOn: false, TimeSpan.Zero));
    }
}
