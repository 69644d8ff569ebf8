namespace Chat.Node.Faults;

/// <summary>What a node can be told to do wrong.</summary>
enum InjectedFault
{
    None,

    /// <summary>Acknowledges a message without logging it.</summary>
    Drop,

    /// <summary>Delivers a push twice.</summary>
    Twice,

    /// <summary>Delivers a push behind the next one of its connection.</summary>
    Reorder,
}

/// <summary>
/// For tests of the checker: the environment variable <c>CHATACTORS_FAULT</c> (<c>drop:N</c>, <c>twice:N</c>,
/// <c>reorder:N</c>) breaks the promise of delivery at every N-th message. Costs one comparison otherwise.
/// </summary>
sealed class InjectedFaults
{
    readonly InjectedFault _armed;
    readonly int _every = 1;
    int _passages;

    public InjectedFaults(string? spec)
    {
        var parts = spec?.Split(':') ?? [];
        if (parts.Length == 2 && Enum.TryParse(parts[0], ignoreCase: true, out InjectedFault fault) && int.TryParse(parts[1], out var every) && every > 0)
            (_armed, _every) = (fault, every);
    }

    public bool IsArmed => _armed != InjectedFault.None;

    /// <summary>Whether it is to be done now.</summary>
    public bool IsDue(InjectedFault fault) => fault == _armed && IsArmed && Interlocked.Increment(ref _passages) % _every == 0;

    public override string ToString() => $"{_armed} at every message number {_every}";
}
