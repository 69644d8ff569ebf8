namespace Chat.Node.Erasure;

/// <summary>What is logged about users who are erased.</summary>
static partial class ErasureLog
{
    [LoggerMessage(441, LogLevel.Information, "user {UserId} is shut out, and is erased now")]
    public static partial void Begun(ILogger logger, int userId);

    [LoggerMessage(442, LogLevel.Information, "user {UserId} is erased, with {Messages} messages")]
    public static partial void Ended(ILogger logger, int userId, long messages);

    [LoggerMessage(443, LogLevel.Warning, "user {UserId} could not be erased any further than to the step {Step}, to be tried again in {Seconds} s: {Reason}")]
    public static partial void PutOff(ILogger logger, int userId, Storage.ErasureStep step, int seconds, string reason);

    [LoggerMessage(444, LogLevel.Warning, "whom to erase could not be read: {Reason}")]
    public static partial void Unread(ILogger logger, string reason);
}
