using System.Diagnostics;

namespace Chat.Node.Faults;

/// <summary>The places at which a sudden death of the process hurts most.</summary>
enum CrashPoint
{
    None,
    BeforeInsert,
    AfterCommit,
    AfterAcknowledge,
    AfterFlush,
    AfterQueued,
    BeforeDrain,
    BeforeChange,
    AfterChange,
    AfterMemberChange,
}

/// <summary>
/// For tests of durability: the environment variable <c>CHATACTORS_CRASH_AT</c> names a point (and, after a colon, which
/// passage of it) at which the process kills itself, as hard as <c>kill -9</c>. Costs one comparison otherwise.
/// </summary>
sealed class CrashPoints
{
    readonly CrashPoint _armed;
    int _left;

    /// <summary>What else a test has asked for.</summary>
    public InjectedFaults Faults { get; init; } = new(null);

    public CrashPoints(string? spec)
    {
        var parts = spec?.Split(':') ?? [];
        if (parts.Length > 0 && Enum.TryParse(parts[0], out _armed))
            _left = parts.Length > 1 && int.TryParse(parts[1], out var passage) ? passage : 1;
    }

    public static CrashPoints FromEnvironment() => new(Environment.GetEnvironmentVariable("CHATACTORS_CRASH_AT"))
    {
        Faults = new InjectedFaults(Environment.GetEnvironmentVariable("CHATACTORS_FAULT")),
    };

    /// <summary>Whether this point is still ahead: what comes behind it must not happen first.</summary>
    public bool IsArmed(CrashPoint point) => point == _armed && _armed != CrashPoint.None;

    public void Reach(CrashPoint point)
    {
        if (point == _armed && _armed != CrashPoint.None && Interlocked.Decrement(ref _left) == 0)
            Process.GetCurrentProcess().Kill();
    }
}
