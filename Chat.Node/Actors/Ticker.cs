using Akka.Actor;

namespace Chat.Node.Actors;

/// <summary>
/// The one timer of an actor: soon while something is open, rarely when nothing is.
/// </summary>
struct Ticker
{
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan Rarely = TimeSpan.FromSeconds(30);

    OneShotTimer _next;
    bool _isSoon;

    /// <summary>Sees to it that a tick comes, and comes soon if something is open.</summary>
    public void Arm(IActorContext context, object tick, bool hasOpenWork)
    {
        if (_next.IsSet && (_isSoon || !hasOpenWork))
            return;
        _isSoon = hasOpenWork;
        _next.Set(context, _isSoon ? Soon : Rarely, tick);
    }

    /// <summary>The tick has come, or none is wanted any more.</summary>
    public void Clear()
    {
        _next.Cancel(); // a tick that was replaced may come all the same
        _isSoon = false;
    }
}
