using Chat.Node.Telemetry;

namespace Chat.Node.Storage;

/// <summary>
/// The right of this process to write messages. It runs out unless the node's sign of life reaches the database in time, so
/// that a process that was frozen, or is cut off, does not go on with work that others have taken over. Others declare a silent node
/// dead only after more than this time. Safe to use from any thread.
/// </summary>
sealed class NodeLease(TimeProvider clock)
{
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(5);

    long _until;
    volatile bool _isLost;

    public bool IsHeld => !_isLost && clock.SteadyMilliseconds() < Volatile.Read(ref _until);

    /// <summary>Others have declared this node dead: it never writes again.</summary>
    public bool IsLost => _isLost;

    /// <summary>The database has taken a sign of life that was given at this time of the steady clock.</summary>
    public void Renew(long givenAt) => Volatile.Write(ref _until, givenAt + (long)Length.TotalMilliseconds);

    public void Lose() => _isLost = true;
}
