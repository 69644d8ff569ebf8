using Akka.Actor;

namespace Chat.Node.Actors;

/// <summary>
/// One message of an actor to itself, later. Less than Akka's timers, which are a dictionary in each actor that may want one: after
/// <see cref="Cancel"/> it may still come, if it was on its way.
/// </summary>
struct OneShotTimer
{
    ICancelable? _next;

    /// <summary>Until it is cleared or cancelled.</summary>
    public readonly bool IsSet => _next is not null;

    /// <summary>Replaces one that was set before.</summary>
    public void Set(IActorContext context, TimeSpan delay, object message)
    {
        _next?.Cancel();
        _next = context.System.Scheduler.ScheduleTellOnceCancelable(delay, context.Self, message, context.Self);
    }

    /// <summary>It has come; nothing of it is kept.</summary>
    public void Clear() => _next = null;

    /// <summary>Also at the end of its actor: nobody would take it.</summary>
    public void Cancel()
    {
        _next?.Cancel();
        _next = null;
    }
}
