using System.Collections.Concurrent;

namespace Chat.Tests.Support;

/// <summary>A clock that a test moves, and whose timers end when a test says so, however slow the machine is.</summary>
sealed class HeldTimers : TimeProvider
{
    long _ticks = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).Ticks;

    public ConcurrentQueue<HeldTimer> Timers { get; } = new();

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _ticks), TimeSpan.Zero);

    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    /// <summary>All that run.</summary>
    public void FireAll()
    {
        foreach (var timer in Timers)
            timer.Fire();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HeldTimer(() => callback(state), dueTime);
        Timers.Enqueue(timer);
        return timer;
    }

    public sealed class HeldTimer(Action fire, TimeSpan due) : ITimer
    {
        int _isOver;

        public TimeSpan Due => due;

        public void Fire()
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
                fire();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => Volatile.Write(ref _isOver, 1);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
