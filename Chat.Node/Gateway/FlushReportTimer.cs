using System.Collections.Concurrent;
using Akka.Actor;

namespace Chat.Node.Gateway;

/// <summary>Report clock to session: tell your user now what has left.</summary>
sealed class ReportDue : INoSerializationVerificationNeeded
{
    public static readonly ReportDue Instance = new();
}

/// <summary>
/// Wakes the sessions that have something to tell their users and put it off. One timer for all sessions of the node, and none
/// while nobody waits.
/// </summary>
sealed class FlushReportTimer(TimeProvider clock)
{
    /// <summary>A report is put off for so long at most.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    readonly ConcurrentQueue<IActorRef> _waiting = new();
    readonly Lock _arming = new();
    ITimer? _timer;
    bool _isArmed;

    /// <summary>Sends <see cref="ReportDue"/> to a session, once, within the interval.</summary>
    public void Wake(IActorRef session)
    {
        _waiting.Enqueue(session);
        lock (_arming)
        {
            if (_isArmed)
                return;
            _isArmed = true;
            _timer ??= clock.CreateTimer(_ => WakeAll(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(Interval, Timeout.InfiniteTimeSpan);
        }
    }

    void WakeAll()
    {
        lock (_arming)
            _isArmed = false; // who comes from now on arms it again
        while (_waiting.TryDequeue(out var session))
            session.Tell(ReportDue.Instance);
    }
}
