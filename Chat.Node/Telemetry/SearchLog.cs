namespace Chat.Node.Telemetry;

/// <summary>Log lines of the search. Never a text.</summary>
static partial class SearchLog
{
    [LoggerMessage(360, LogLevel.Warning, "the index of the search could not be written, trying again: {Reason}")]
    public static partial void IndexFailed(ILogger logger, string reason);
}
