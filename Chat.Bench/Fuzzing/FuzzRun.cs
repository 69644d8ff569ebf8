using System.Diagnostics;

namespace Chat.Bench.Fuzzing;

/// <summary>What a run has seen.</summary>
/// <param name="Inputs">How many were tried.</param>
/// <param name="Outcomes">How many different answers there were.</param>
/// <param name="Findings">Broken promises, one of each kind.</param>
sealed record FuzzResult(long Inputs, int Outcomes, IReadOnlyList<FuzzFinding> Findings);

/// <summary>
/// Tries inputs on one target: first those that are kept, then changed ones without an end. An input whose answer is new joins the ones that are
/// changed. The same seed tries the same inputs in the same order.
/// </summary>
sealed class FuzzRun
{
    /// <summary>No answer in this time: the run is given up.</summary>
    static readonly TimeSpan Hanging = TimeSpan.FromMinutes(1);

    const int MaxPool = 4000;
    const int MaxFindings = 10;
    const int ShrinkTries = 3000;
    const int SlowShrinkTries = 10;

    readonly FuzzTarget _target;
    readonly Random _random;
    readonly Mutator _mutator;
    readonly List<byte[]> _pool;
    readonly HashSet<string> _outcomes = new(StringComparer.Ordinal);
    readonly Dictionary<string, FuzzFinding> _findings = new(StringComparer.Ordinal);
    long _inputs;
    long _since;
    byte[] _current = [];

    /// <param name="target">What is tried.</param>
    /// <param name="seed">Decides everything.</param>
    /// <param name="kept">Inputs that once broke it, beside its seeds.</param>
    public FuzzRun(FuzzTarget target, int seed, IReadOnlyList<byte[]> kept)
    {
        _target = target;
        _random = new Random(seed);
        _mutator = new Mutator(_random, target.MaxBytes, target.Words);
        _pool = [.. kept, .. target.Seeds];
    }

    /// <summary>An input that takes longer, three times in a row, costs more than its length allows: they are some kilobytes.</summary>
    public TimeSpan Slow { get; init; } = TimeSpan.FromSeconds(1);

    /// <param name="goesOn">Asked before each changed input, with how many were tried.</param>
    public FuzzResult Run(Func<long, bool> goesOn)
    {
        Volatile.Write(ref _since, Stopwatch.GetTimestamp());
        var worker = new Thread(() => TryAll(goesOn)) { IsBackground = true, Name = $"fuzz {_target.Name}" };
        worker.Start();
        while (!worker.Join(TimeSpan.FromMilliseconds(100)))
        {
            if (Stopwatch.GetElapsedTime(Volatile.Read(ref _since)) > Hanging)
                return new FuzzResult(_inputs, 0, [new FuzzFinding(_target.Name, "no end", $"no answer after {Hanging.TotalSeconds} s", _current)]);
        }

        return new FuzzResult(_inputs, _outcomes.Count, [.. _findings.Values]);
    }

    void TryAll(Func<long, bool> goesOn)
    {
        // Twice: what the first use of something costs (tables, caches) is no input's fault.
        var kept = _pool.ToList();
        foreach (var input in kept)
            Record(() => _target.Run(input));
        foreach (var input in kept)
            TryOne(input);
        while (goesOn(_inputs) && _findings.Count < MaxFindings)
            TryOne(_mutator.Change(_pool));
    }

    void TryOne(byte[] input)
    {
        _inputs++;
        _current = input;
        Volatile.Write(ref _since, Stopwatch.GetTimestamp());
        var (outcome, kind, details) = Judge(input);
        if (kind is not null && !_findings.ContainsKey(kind))
            _findings.Add(kind, Shrunk(new FuzzFinding(_target.Name, kind, details, input)));
        if (kind is null && _outcomes.Count < 100_000 && _outcomes.Add(outcome))
            Keep(input);
    }

    void Keep(byte[] input)
    {
        if (_pool.Count < MaxPool)
            _pool.Add(input);
        else
            _pool[_random.Next(MaxPool)] = input;
    }

    /// <summary>The answer; with a kind, if a promise was broken.</summary>
    (string Outcome, string? Kind, string Details) Judge(byte[] input)
    {
        var outcome = "";
        var before = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        var problem = Record(() => outcome = _target.Run(input));
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (problem is not null)
            return (outcome, problem is BrokenPromiseException ? problem.Message : problem.GetType().Name, problem.ToString());
        if (allocated > _target.MaxAllocated(input.Length))
            return (outcome, "too much memory", $"{allocated} bytes for an input of {input.Length}: at most {_target.MaxAllocated(input.Length)} are expected");
        if (Stopwatch.GetElapsedTime(started) > Slow && IsSlow(input) && IsSlow(input))
            return (outcome, "too slow", $"more than {Slow.TotalSeconds} s for {input.Length} bytes, three times");
        return (outcome, null, "");
    }

    bool IsSlow(byte[] input)
    {
        Volatile.Write(ref _since, Stopwatch.GetTimestamp());
        var started = Stopwatch.GetTimestamp();
        Record(() => _target.Run(input));
        return Stopwatch.GetElapsedTime(started) > Slow;
    }

    /// <summary>Leaves out what can be left out: halves, then quarters, to single bytes.</summary>
    FuzzFinding Shrunk(FuzzFinding finding)
    {
        var tries = finding.Kind == "too slow" ? SlowShrinkTries : ShrinkTries;
        for (var size = finding.Input.Length / 2; size > 0; size /= 2)
        {
            for (var at = 0; at + size <= finding.Input.Length && tries > 0; tries--)
            {
                byte[] shorter = [.. finding.Input[..at], .. finding.Input[(at + size)..]];
                Volatile.Write(ref _since, Stopwatch.GetTimestamp());
                if (Judge(shorter) is var (_, kind, details) && kind == finding.Kind)
                    finding = finding with { Input = shorter, Details = details };
                else
                    at += size;
            }
        }

        return finding;
    }

    static Exception? Record(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e) // whatever it is, it is a finding
        {
            return e;
        }
    }
}
