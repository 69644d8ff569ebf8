using System.Globalization;

namespace Chat.Node.Faults;

/// <summary>
/// For tests of clocks that differ or jump: the environment variable <c>CHATACTORS_CLOCK</c> has the seconds by which this process takes the
/// time of day to be later (or earlier: <c>-3600</c>), or <c>@</c> and the path of a file that has them and may change at any time. What a clock
/// that is set does to a process is this and no more: the steady clock, which timers use, goes on.
/// </summary>
sealed class InjectedClock(Func<double> seconds) : TimeProvider
{
    /// <summary>The system's own unless something is asked for.</summary>
    public static TimeProvider FromEnvironment() => Parse(Environment.GetEnvironmentVariable("CHATACTORS_CLOCK"));

    public static TimeProvider Parse(string? spec) => spec switch
    {
        ['@', .. var path] => new InjectedClock(() => File.Exists(path) && TryRead(File.ReadAllText(path), out var offset) ? offset : 0),
        _ when TryRead(spec, out var offset) => new InjectedClock(() => offset),
        _ => System,
    };

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromSeconds(seconds());

    static bool TryRead(string? text, out double offset) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out offset);
}
