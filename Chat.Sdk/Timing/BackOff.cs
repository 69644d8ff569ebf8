namespace ChatActors.Client.Timing;

/// <summary>Pauses that double up to a limit, shortened by chance so that many clients do not come at once.</summary>
sealed record BackOff(TimeSpan First, TimeSpan Max)
{
    /// <param name="attempt">0 for the first pause.</param>
    /// <param name="chance">From 0 (half the pause) to 1 (all of it).</param>
    public TimeSpan Delay(int attempt, double chance)
    {
        var full = Math.Min(Max.TotalMilliseconds, First.TotalMilliseconds * Math.Pow(2, Math.Min(attempt, 30)));
        return TimeSpan.FromMilliseconds(full * (0.5 + (chance / 2)));
    }

    public TimeSpan Delay(int attempt) => Delay(attempt, Random.Shared.NextDouble());
}
