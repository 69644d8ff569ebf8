using System.Net;

namespace Chat.Node.Telemetry;

/// <summary>Log lines of the HTTP API. Never a key.</summary>
static partial class ApiLog
{
    /// <summary>Lines of what was changed by whom.</summary>
    public const int AuditId = 420;

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

    /// <summary>Never left out, however many there are: <see cref="NodeLogFormatter"/>.</summary>
    [LoggerMessage(AuditId, LogLevel.Information, "{Method} {Path} was answered with {Status}, asked for by {Key} from {Address}")]
    public static partial void Changed(ILogger logger, string method, PathString path, int status, string key, IPAddress? address);

    [LoggerMessage(421, LogLevel.Information, "this node is drained and ends: the API was asked for it")]
    public static partial void DrainAsked(ILogger logger);

    /// <summary>How often within a minute.</summary>
    [LoggerMessage(422, LogLevel.Warning, "{Count} requests to the API were refused with {Status} ({Operation}), from {Address}")]
    public static partial void Refused(ILogger logger, long count, int status, string operation, string address);

    [LoggerMessage(423, LogLevel.Warning, "requests to the API that were refused could not be noted in AuditLog: {Reason}")]
    public static partial void RefusedUnwritten(ILogger logger, string reason);

    [LoggerMessage(440, LogLevel.Warning, "what has become of entry {Id} of AuditLog could not be written there: it was answered with {Status} ({Reason})")]
    public static partial void OutcomeUnwritten(ILogger logger, long id, int status, string reason);
}
