namespace Chat.Bench.Measuring;

/// <summary>
/// How two servers compare in one number, from rounds that were run alternately: what disturbs the machine disturbs both sides of a round.
/// </summary>
/// <param name="First">The mean of the first server's rounds.</param>
/// <param name="Second">The same of the second.</param>
/// <param name="Mean">Second by first: the geometric mean of the rounds' ratios.</param>
/// <param name="Min">The smallest ratio of a round.</param>
/// <param name="Max">The largest.</param>
sealed record Ratio(double First, double Second, double Mean, double Min, double Max)
{
    /// <summary>All rounds are on the same side of 1: the difference is more than the noise of these rounds.</summary>
    public bool IsClear => Min > 1 || Max < 1;

    /// <summary>Null if a round has nothing to compare.</summary>
    public static Ratio? Of(IReadOnlyList<(double First, double Second)> rounds)
    {
        if (rounds.Count == 0 || rounds.Any(round => round.First <= 0 || round.Second <= 0))
            return null;
        var ratios = rounds.Select(round => round.Second / round.First).ToList();
        return new(
            rounds.Average(round => round.First), rounds.Average(round => round.Second), Math.Exp(ratios.Average(Math.Log)), ratios.Min(), ratios.Max());
    }
}
