using System.Globalization;

namespace Chat.Node.Telemetry;

/// <summary>
/// The time of day of this node. It goes on evenly: a machine's clock that is set to another time while the node runs is not believed at once, for it may
/// be put right again, and what is judged by a wrong time (a token, the time of a message) is hard to take back. A step forward is believed when it has
/// lasted for <see cref="Doubt"/>. This clock never goes back: when it is ahead it runs at half the pace until it is right. Safe to use from any thread.
/// </summary>
/// <param name="machine">The clock that may be set.</param>
/// <param name="uptime">Since the machine was started, also while it slept; null where that is not known.</param>
sealed class NodeClock(TimeProvider machine, Func<TimeSpan?> uptime) : TimeProvider
{
    /// <summary>A difference that is nothing but drift, or a correction of it.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2);

    /// <summary>So long a clock that was set has to stay so.</summary>
    public static readonly TimeSpan Doubt = TimeSpan.FromMinutes(10);

    /// <summary>Without a look for so long the time stands still: the looks come twice a second.</summary>
    static readonly TimeSpan LongestLook = TimeSpan.FromMinutes(1);

    /// <summary>The time at a look, and how much of it is to be lost afterwards.</summary>
    sealed record Anchor(DateTimeOffset Time, long Stamp, TimeSpan TooMuch, TimeSpan? Uptime);

    volatile Anchor _anchor = new(machine.GetUtcNow(), machine.GetTimestamp(), TimeSpan.Zero, uptime());
    TimeSpan _step;
    TimeSpan _since;

    /// <summary>By how much the machine's clock was set, while that is not believed; zero when it is right.</summary>
    public TimeSpan Doubted { get; private set; }

    /// <summary>Whether timestamps are the system's.</summary>
    public bool IsOfSystem { get; } = ReferenceEquals(machine, System);

    public override long TimestampFrequency => machine.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => machine.LocalTimeZone;

    /// <summary>From <c>/proc/uptime</c>, which no setting of a clock changes; null where there is none.</summary>
    public static TimeSpan? SystemUptime()
    {
        try
        {
            var text = File.ReadAllText("/proc/uptime").AsSpan();
            var blank = text.IndexOf(' ');
            return blank > 0 && double.TryParse(text[..blank], CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        var anchor = _anchor;
        return At(anchor, machine.GetElapsedTime(anchor.Stamp));
    }

    public override long GetTimestamp() => machine.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        machine.CreateTimer(callback, state, dueTime, period);

    /// <summary>Compares the clocks; to be called twice a second, by one caller.</summary>
    /// <returns>What a step of the machine's clock has just come to: null when there is nothing new.</returns>
    public ClockNews? Look()
    {
        var (stamp, time, up, before) = (machine.GetTimestamp(), machine.GetUtcNow(), uptime(), _anchor);
        var elapsed = machine.GetElapsedTime(before.Stamp, stamp);
        // The steady clock does not count the machine's sleep.
        if (up - before.Uptime is { } awake && (awake - elapsed).Duration() > Tolerance)
            elapsed = awake;
        var own = before.Time + elapsed - Lost(before, elapsed);
        var off = time - own;
        _since += elapsed;
        if (off.Duration() <= Tolerance + before.TooMuch || IsBelieved(off))
        {
            _anchor = off >= TimeSpan.Zero ? new(time, stamp, TimeSpan.Zero, up) : new(own, stamp, -off, up);
            return Note(TimeSpan.Zero);
        }

        if ((off - _step).Duration() > Tolerance)
            (_step, _since) = (off, TimeSpan.Zero); // set anew: the doubt begins again
        _anchor = new(own, stamp, TimeSpan.Zero, up);
        return Note(off);
    }

    /// <summary>A step that has stayed the same for long enough.</summary>
    bool IsBelieved(TimeSpan off) => (off - _step).Duration() <= Tolerance && _since >= Doubt;

    ClockNews? Note(TimeSpan doubted)
    {
        var (before, was) = (Doubted, Doubted != TimeSpan.Zero);
        Doubted = doubted;
        if (doubted == TimeSpan.Zero)
        {
            var news = was ? new ClockNews(before, IsDoubted: false) : (ClockNews?)null;
            (_step, _since) = (TimeSpan.Zero, TimeSpan.Zero);
            return news;
        }

        return was ? null : new ClockNews(doubted, IsDoubted: true);
    }

    static DateTimeOffset At(Anchor anchor, TimeSpan elapsed)
    {
        elapsed = elapsed < LongestLook ? elapsed : LongestLook;
        return anchor.Time + elapsed - Lost(anchor, elapsed);
    }

    /// <summary>Half of what goes by, until all is lost that was too much.</summary>
    static TimeSpan Lost(Anchor anchor, TimeSpan elapsed) => anchor.TooMuch < elapsed / 2 ? anchor.TooMuch : elapsed / 2;
}

/// <summary>The machine's clock was set by so much; or, no longer doubted: it is as it was, or is believed.</summary>
readonly record struct ClockNews(TimeSpan Step, bool IsDoubted);
