namespace Chat.Node.Retention;

/// <summary>What is logged about messages that are kept no longer.</summary>
static partial class RetentionLog
{
    [LoggerMessage(390, LogLevel.Warning, "messages that were kept long enough could not be taken away, to be tried again: {Reason}")]
    public static partial void SweepFailed(ILogger logger, string reason);

    [LoggerMessage(391, LogLevel.Information, "messages of {Conversation} below {Floor} were kept long enough, and are gone")]
    public static partial void FloorRaised(ILogger logger, Protocol.ConversationId conversation, long floor);
}
