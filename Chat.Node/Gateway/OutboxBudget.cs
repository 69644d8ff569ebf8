namespace Chat.Node.Gateway;

/// <summary>
/// What waits in all outboxes of a node together. Clients that do not read share a part of the memory, never the node's own: the more of it is
/// taken, the less one of them may have. Safe to use from any thread.
/// </summary>
/// <param name="max">The part, in bytes.</param>
sealed class OutboxBudget(long max)
{
    /// <summary>So much of each outbox does not count, and is not counted either: most never touch what all threads share.</summary>
    public const int Step = 64 * 1024;

    /// <summary>The part is the memory that the process may use, divided by this.</summary>
    const int Share = 8;

    long _taken;

    /// <summary>For the memory of this machine, or of what limits the process.</summary>
    public static OutboxBudget OfMemory() => new(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Share);

    /// <summary>The part, in bytes.</summary>
    public long Max => max;

    /// <summary>The most bytes that may wait in one outbox now.</summary>
    public long MaxOfOne => Math.Max(Step, max - Taken);

    public long Taken => Volatile.Read(ref _taken);

    public void Take(long bytes) => Interlocked.Add(ref _taken, bytes);
}
