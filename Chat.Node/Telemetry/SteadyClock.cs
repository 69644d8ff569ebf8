namespace Chat.Node.Telemetry;

/// <summary>A clock for distances; never goes back.</summary>
static class SteadyClock
{
    /// <summary>Milliseconds since some moment in the past.</summary>
    public static long SteadyMilliseconds(this TimeProvider clock) => clock.GetTimestamp() / (clock.TimestampFrequency / 1000);

    /// <summary>
    /// The same, but the system's clock moves in the steps of its ticks (up to 16 ms). For the actors, which ask some ten times for each
    /// message: a fifth of the price. Not to be compared with the other.
    /// </summary>
    public static long CoarseMilliseconds(this TimeProvider clock) =>
        ReferenceEquals(clock, TimeProvider.System) || clock is NodeClock { IsOfSystem: true } ? Environment.TickCount64 : clock.SteadyMilliseconds();
}
