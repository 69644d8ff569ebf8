using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;
using Chat.Node.Actors;
using Chat.Node.Contracts;

namespace Chat.Tests.Actors;

/// <summary>
/// Brings the ticks of actors, which mean "soon", after some milliseconds. Actors judge by their clock what is overdue, so more ticks do no
/// harm; everything else takes its time, time-outs too.
/// </summary>
sealed class HastyScheduler : SchedulerBase, IDisposable
{
    /// <summary>For tests of what is said once: with each tick it would be said again.</summary>
    public const string Off = """akka.scheduler.implementation = "Akka.Actor.HashedWheelTimerScheduler, Akka" """;

    static readonly TimeSpan Hasty = TimeSpan.FromMilliseconds(25);

    readonly HashedWheelTimerScheduler _real;
    readonly IScheduler _scheduler;

    public HastyScheduler(Config config, ILoggingAdapter log)
        : base(config, log) => _scheduler = _real = new HashedWheelTimerScheduler(config, log);

    public override TimeSpan MonotonicClock => _real.MonotonicClock;

    public override TimeSpan HighResMonotonicClock => _real.HighResMonotonicClock;

    protected override DateTimeOffset TimeNow => DateTimeOffset.UtcNow;

    public void Dispose() => _real.Dispose();

    protected override void InternalScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        _scheduler.ScheduleTellOnce(message is Tick ? Shorten(delay) : delay, receiver, message, sender, cancelable);

    protected override void InternalScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        _scheduler.ScheduleTellRepeatedly(Shorten(initialDelay), Shorten(interval), receiver, message, sender, cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) =>
        _scheduler.Advanced.ScheduleOnce(delay, action, cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable) =>
        _scheduler.Advanced.ScheduleOnce(delay, action, cancelable);

    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable) =>
        _scheduler.Advanced.ScheduleRepeatedly(initialDelay, interval, action, cancelable);

    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable cancelable) =>
        _scheduler.Advanced.ScheduleRepeatedly(initialDelay, interval, action, cancelable);

    static TimeSpan Shorten(TimeSpan delay) => delay > Hasty && delay <= Ticker.Soon ? Hasty : delay;
}
