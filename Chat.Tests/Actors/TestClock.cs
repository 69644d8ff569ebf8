namespace Chat.Tests.Actors;

/// <summary>The system's clock, which a test can stop and put forward.</summary>
sealed class TestClock : TimeProvider
{
    readonly Lock _lock = new();
    readonly HashSet<StoppedTimer> _timers = [];
    TimeSpan _offset;
    DateTimeOffset? _stoppedAt;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Timers that wait for <see cref="Advance"/>.</summary>
    public int Timers
    {
        get
        {
            lock (_lock)
                return _timers.Count;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return (_stoppedAt ?? base.GetUtcNow()) + _offset;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            if (_stoppedAt is null)
                return base.CreateTimer(callback, state, dueTime, period);
        }

        var timer = new StoppedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Of a clock that stands still, this also runs the timers that are due then.</summary>
    public void Advance(TimeSpan by)
    {
        List<StoppedTimer> due;
        lock (_lock)
        {
            _offset += by;
            due = [.. _timers.Where(timer => timer.Due <= GetUtcNow())];
            foreach (var timer in due)
                SetDue(timer, timer.Period);
        }

        foreach (var timer in due)
            timer.Run();
    }

    /// <summary>From now on only <see cref="Advance"/> moves it: nothing becomes overdue by itself.</summary>
    public void Stop()
    {
        lock (_lock)
            _stoppedAt ??= base.GetUtcNow();
    }

    void SetDue(StoppedTimer timer, TimeSpan after)
    {
        _timers.Remove(timer);
        if (after == Timeout.InfiniteTimeSpan || after < TimeSpan.Zero)
            return;
        timer.Due = GetUtcNow() + after;
        _timers.Add(timer);
    }

    /// <summary>Of a clock that stands still.</summary>
    sealed class StoppedTimer(TestClock clock, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; set; }

        public TimeSpan Period { get; private set; } = Timeout.InfiniteTimeSpan;

        public void Run() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                Period = period > TimeSpan.Zero ? period : Timeout.InfiniteTimeSpan;
                clock.SetDue(this, dueTime);
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock._lock)
                clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
