namespace Chat.Node.Telemetry;

/// <summary>A line of the log, for operators.</summary>
/// <param name="At">When, in milliseconds since 1970, UTC.</param>
/// <param name="Level"><c>warning</c>, <c>error</c> or <c>critical</c>.</param>
/// <param name="Source">The part of the node, or the library, that has written it.</param>
/// <param name="Event">Its event id.</param>
/// <param name="Text">What it says, without the exception; missing for libraries, whose words are in the log only.</param>
sealed record RecentWarning(long At, string Level, string Source, int Event, string? Text);

/// <summary>The last lines of the log that warn. Bounded: an older one goes for a newer one. Safe to use from any thread.</summary>
sealed class RecentWarnings(TimeProvider clock)
{
    /// <summary>So many are kept.</summary>
    public const int Max = 50;

    /// <summary>So much of a line is kept.</summary>
    public const int MaxText = 300;

    /// <summary>Our own lines never have texts of messages or secrets. Nobody can say that of those of libraries.</summary>
    const string Own = "Chat.";

    readonly Lock _lock = new();
    readonly Queue<RecentWarning> _lines = [];

    public void Note(LogLevel level, string category, int id, string message)
    {
        if (level is not (LogLevel.Warning or LogLevel.Error or LogLevel.Critical))
            return;
        var isOwn = category.StartsWith(Own, StringComparison.Ordinal);
        var source = category[(category.LastIndexOf('.') + 1)..];
        var line = new RecentWarning(
            clock.GetUtcNow().ToUnixTimeMilliseconds(), JsonLogLine.NameOf(level), isOwn ? source : category, id, isOwn ? LogText.OneLine(message, MaxText) : null);
        lock (_lock)
        {
            while (_lines.Count >= Max)
                _lines.Dequeue();
            _lines.Enqueue(line);
        }
    }

    /// <summary>The newest first.</summary>
    public IReadOnlyList<RecentWarning> Read()
    {
        lock (_lock)
        {
            return [.. _lines.Reverse()];
        }
    }
}
