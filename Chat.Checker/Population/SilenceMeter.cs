namespace Chat.Checker.Population;

/// <summary>A time, in milliseconds of the run, in which somebody waited for an acknowledgement and got none.</summary>
readonly record struct Silence(long From, long To)
{
    public long Milliseconds => To - From;
}

/// <summary>How long a sender waited without any acknowledgement, again and again. Pure.</summary>
/// <param name="start">Before it nobody waited.</param>
sealed class SilenceMeter(long start = 0)
{
    /// <summary>Shorter ones are everyday life.</summary>
    const long NotableMilliseconds = 250;

    readonly List<Silence> _silences = [];
    long _last = start;

    public IReadOnlyList<Silence> Silences => _silences;

    public long Acknowledged { get; private set; }

    /// <param name="now">The time of the acknowledgement.</param>
    /// <param name="madeAt">When the acknowledged message was made: nobody waited before.</param>
    public void Acknowledge(long now, long madeAt)
    {
        Acknowledged++;
        var from = Math.Max(_last, madeAt);
        if (now - from >= NotableMilliseconds)
            _silences.Add(new Silence(from, now));
        _last = now;
    }
}
