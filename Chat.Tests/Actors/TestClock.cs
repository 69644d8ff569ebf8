namespace Chat.Tests.Actors;

/// <summary>The system's clock, which a test can stop and put forward.</summary>
sealed class TestClock : TimeProvider
{
    readonly Lock _lock = new();
    TimeSpan _offset;
    DateTimeOffset? _stoppedAt;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return (_stoppedAt ?? base.GetUtcNow()) + _offset;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
            return _stoppedAt is null ? base.CreateTimer(callback, state, dueTime, period) : new StoppedTimer();
    }

    public void Advance(TimeSpan by)
    {
        lock (_lock)
            _offset += by;
    }

    /// <summary>From now on only <see cref="Advance"/> moves it: nothing becomes overdue by itself.</summary>
    public void Stop()
    {
        lock (_lock)
            _stoppedAt ??= base.GetUtcNow();
    }

    /// <summary>Of a clock that stands still.</summary>
    sealed class StoppedTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            // there is nothing
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
