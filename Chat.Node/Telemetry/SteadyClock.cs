namespace Chat.Node.Telemetry;

/// <summary>A clock for distances, cheap enough for every message.</summary>
static class SteadyClock
{
    /// <summary>Milliseconds since some moment in the past; never goes back.</summary>
    public static long SteadyMilliseconds(this TimeProvider clock) => clock.GetTimestamp() / (clock.TimestampFrequency / 1000);
}
