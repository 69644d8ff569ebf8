namespace Chat.Node.Settings;

/// <summary>Settings of <c>Chat:Api</c>: the HTTP API for the product's own servers.</summary>
sealed record ApiSettings
{
    /// <summary>A key has at least so many characters.</summary>
    public const int MinKeyLength = 32;

    /// <summary>Keys that may do everything; none: only stored ones.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>Who sends messages that name no sender; null: they are refused.</summary>
    public int? SystemUser { get; init; }

    /// <summary>Of one key, at one node; 0 = without a limit.</summary>
    public int RequestsPerSecond { get; init; } = 1000;
}
