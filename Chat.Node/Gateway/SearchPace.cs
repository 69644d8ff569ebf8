namespace Chat.Node.Gateway;

/// <summary>How often a session may look for users by the beginning of their names: who reads the whole directory that way needs long. Pure.</summary>
sealed class SearchPace
{
    /// <summary>So many in a second, with as much burst: enough for somebody who types.</summary>
    public const int PerSecond = 5;

    TokenBucket _bucket = new(PerSecond);

    /// <param name="now">Milliseconds of a steady clock.</param>
    public bool TryPass(long now) => _bucket.TryTake(now);
}
