using Akka.Actor;
using Chat.Node.Actors;

namespace Chat.Node.Gateway;

/// <summary>This session's turn to send its client elsewhere has come, or to look again whether it can.</summary>
sealed class DrainNow : INoSerializationVerificationNeeded
{
    public static readonly DrainNow Instance = new();
}

/// <summary>The node goes down: when its client is sent elsewhere. Made then.</summary>
sealed class DrainTurn(SessionCore core, SessionPushes pushes)
{
    /// <summary>A client that is sent away is given so long to acknowledge what is on its way.</summary>
    const long LastAcknowledgementsMilliseconds = 1000;

    OneShotTimer _timer;
    long _dueSince;

    /// <summary>It is to go when what is just leaving has arrived: nothing more is begun.</summary>
    public bool IsDue { get; private set; }

    /// <summary>A modern client goes within the time, so that they do not all come to the others at once; a legacy one after it.</summary>
    public void Start(TimeSpan spread) =>
        _timer.Set(core.Context, core.IsModern ? spread * Random.Shared.NextDouble() : spread, DrainNow.Instance);

    /// <summary>
    /// Whether it has to wait, for what is just leaving would be queued as well. A client that nobody told of repetitions would be given all
    /// that again.
    /// </summary>
    public bool MustWait() => IsDue = core.Frames.IsFlushing || (pushes.IsOnItsWay() && IsInTime());

    /// <summary>It has gone by itself.</summary>
    public void Forget() => IsDue = false;

    public void Stop() => _timer.Cancel();

    bool IsInTime()
    {
        if (_dueSince == 0)
        {
            _dueSince = core.Now;
            _timer.Set(core.Context, TimeSpan.FromMilliseconds(LastAcknowledgementsMilliseconds), DrainNow.Instance);
        }

        return core.Now - _dueSince < LastAcknowledgementsMilliseconds;
    }
}
