namespace Chat.Node.Files;

/// <summary>What is logged about the place for files.</summary>
static partial class FileLog
{
    [LoggerMessage(395, LogLevel.Warning, "the place for files does not answer, files are refused until it does: {Reason}")]
    public static partial void PlaceSilent(ILogger logger, string reason);
}
