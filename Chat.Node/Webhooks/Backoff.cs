namespace Chat.Node.Webhooks;

/// <summary>When a request that failed is tried again: after 1 s, then twice as long each time, up to 5 min, with jitter. Pure.</summary>
static class Backoff
{
    const long FirstMilliseconds = 1000;
    const long MaxMilliseconds = 5 * 60 * 1000;

    /// <summary>After so long an event is given up.</summary>
    public static readonly TimeSpan GivenUpAfter = TimeSpan.FromHours(24);

    /// <param name="attempts">How many have failed, at least one.</param>
    /// <param name="random">From 0 to 1.</param>
    /// <returns>Milliseconds, between half and the whole of the step.</returns>
    public static long After(int attempts, double random)
    {
        var step = attempts > 20 ? MaxMilliseconds : Math.Min(MaxMilliseconds, FirstMilliseconds << (attempts - 1));
        return step / 2 + (long)(step / 2 * random);
    }

    /// <summary>Whether it is time. What is due later than a request can ever be was stored by a node whose clock is ahead: nobody waits for that.</summary>
    /// <param name="due">Milliseconds since 1970, UTC.</param>
    /// <param name="now">The same, by this node's clock.</param>
    public static bool IsDue(long due, long now) => due <= now || due - now > MaxMilliseconds;
}
