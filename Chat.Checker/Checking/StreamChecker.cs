namespace Chat.Checker.Checking;

/// <summary>What the arrival of a message means.</summary>
enum ArrivalKind
{
    /// <summary>The next one, or a later one: then those between are missing for now.</summary>
    InOrder,

    /// <summary>One that was missing, behind a later one.</summary>
    OutOfOrder,

    /// <summary>It was here before.</summary>
    Duplicate,
}

/// <summary>The messages of one flow at one receiver: each number once, ascending, and in the end all of them. Pure.</summary>
sealed class StreamChecker
{
    HashSet<long>? _missing;

    /// <summary>The highest number that has arrived.</summary>
    public long Highest { get; private set; }

    /// <summary>Different messages that have arrived.</summary>
    public long Distinct => Highest - (_missing?.Count ?? 0);

    public ArrivalKind Observe(long number)
    {
        if (number == Highest + 1)
        {
            Highest = number;
            return ArrivalKind.InOrder;
        }

        if (number <= Highest)
            return _missing is not null && _missing.Remove(number) ? ArrivalKind.OutOfOrder : ArrivalKind.Duplicate;
        _missing ??= [];
        for (var between = Highest + 1; between < number; between++)
            _missing.Add(between);
        Highest = number;
        return ArrivalKind.InOrder;
    }

    /// <summary>The numbers up to <paramref name="last"/> that have not arrived.</summary>
    public IEnumerable<long> Missing(long last)
    {
        foreach (var number in _missing ?? [])
        {
            if (number <= last)
                yield return number;
        }

        for (var number = Highest + 1; number <= last; number++)
            yield return number;
    }
}
