namespace Chat.Bench.Workloads;

/// <summary>One rate that was tried.</summary>
/// <param name="RatePerSecond">Messages offered per second.</param>
/// <param name="Problem">Why it is too much; null: it is not.</param>
/// <param name="IsGeneratorLimit">The generator cannot do more: whether the server can is not known.</param>
sealed record CapacityStep(double RatePerSecond, string? Problem, bool IsGeneratorLimit = false)
{
    public bool IsGood => Problem is null;
}

/// <summary>What the search came to.</summary>
/// <param name="Best">The highest rate that was good; null: not even the first.</param>
/// <param name="Worst">The lowest rate above it that was too much; null: none was tried.</param>
/// <param name="Steps">Everything that was tried.</param>
sealed record CapacityResult(CapacityStep? Best, CapacityStep? Worst, IReadOnlyList<CapacityStep> Steps)
{
    public bool IsGeneratorLimit => Worst?.IsGeneratorLimit ?? false;
}

/// <summary>
/// The highest rate that a server bears: doubled until it is too much, then halved in between until both ends are close. A rate is too
/// much when it failed twice, so that one hiccup of the machine does not decide. Pure: who asks says how a rate is tried.
/// </summary>
sealed class CapacitySearch(Func<double, CapacityStep> attempt, double first, double most, double precision)
{
    readonly List<CapacityStep> _steps = [];

    public CapacityResult Run()
    {
        CapacityStep? best = null;
        CapacityStep? worst = null;
        var rate = first;
        while (true)
        {
            var step = Try(rate);
            if (step.IsGood)
                best = step;
            else
                worst = step;
            if (worst is { IsGeneratorLimit: true } || best?.RatePerSecond >= most)
                break;
            if (worst is null)
                rate = Math.Min(most, rate * 2);
            else if (best is null)
                rate = worst.RatePerSecond / 2;
            else
                rate = (best.RatePerSecond + worst.RatePerSecond) / 2;
            if (rate < 1 || (best is not null && worst is not null && worst.RatePerSecond - best.RatePerSecond <= precision * worst.RatePerSecond))
                break;
        }

        return new(best, worst, _steps);
    }

    CapacityStep Try(double rate)
    {
        var step = attempt(rate);
        _steps.Add(step);
        if (step.IsGood || step.IsGeneratorLimit)
            return step;
        step = attempt(rate);
        _steps.Add(step);
        return step;
    }
}
