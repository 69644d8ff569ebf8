namespace Chat.Node.Conversations;

/// <summary>
/// The incarnations of nodes that are gone (or are other nodes) and may have left fan-outs unfinished: rows at or after
/// this time may not have reached everybody.
/// </summary>
sealed class UnfinishedNodes
{
    long _oldestTs = long.MaxValue;

    /// <summary>Milliseconds since 1970; <see cref="long.MaxValue"/> when nothing is unfinished.</summary>
    public long OldestTs
    {
        get => Volatile.Read(ref _oldestTs);
        set => Volatile.Write(ref _oldestTs, value);
    }
}
