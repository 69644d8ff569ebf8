namespace Chat.Node.Telemetry;

/// <summary>Log lines of the HTTP API. Never a key.</summary>
static partial class ApiLog
{
    [LoggerMessage(240, LogLevel.Warning, "the stored keys of the API could not be read: those that were known go on")]
    public static partial void KeysUnread(ILogger logger, Exception cause);

    [LoggerMessage(241, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(ILogger logger, string method, string path, Exception cause);

    [LoggerMessage(242, LogLevel.Information, "the API has a new key, {Id} ({Name})")]
    public static partial void KeyMade(ILogger logger, int id, string name);

    [LoggerMessage(243, LogLevel.Information, "key {Id} of the API was deleted")]
    public static partial void KeyDeleted(ILogger logger, int id);

    [LoggerMessage(244, LogLevel.Information, "user {UserId} was disabled")]
    public static partial void UserDisabled(ILogger logger, int userId);

    [LoggerMessage(245, LogLevel.Information, "user {UserId} was enabled again")]
    public static partial void UserEnabled(ILogger logger, int userId);
}
