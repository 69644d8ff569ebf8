using Chat.Protocol;

namespace Chat.Node.Telemetry;

/// <summary>Log lines of webhooks. Never a body, never a secret.</summary>
static partial class WebhookLog
{
    [LoggerMessage(280, LogLevel.Warning, "{Count} conversations could not be marked for webhooks, trying again: {Reason}")]
    public static partial void MarksFailed(ILogger logger, int count, string reason);

    [LoggerMessage(281, LogLevel.Warning, "webhooks: the database does not answer, trying again: {Reason}")]
    public static partial void MarksUnread(ILogger logger, string reason);

    [LoggerMessage(282, LogLevel.Warning, "webhook {Endpoint} ({Host}) did not take an event, attempt {Attempts}: {Reason}")]
    public static partial void Failed(ILogger logger, long endpoint, string host, int attempts, string reason);

    [LoggerMessage(283, LogLevel.Error, "webhook {Endpoint} has failed for a day: the messages of {Conversation} up to {UpTo} are kept as a dead letter")]
    public static partial void Gap(ILogger logger, long endpoint, ConversationId conversation, long upTo);

    [LoggerMessage(284, LogLevel.Warning, "user {User} could not be woken, trying again: {Reason}")]
    public static partial void PushFailed(ILogger logger, int user, string reason);

    [LoggerMessage(285, LogLevel.Error, "webhook {Endpoint} has failed for a day: events that are no part of a conversation are given up, up to {UpTo}")]
    public static partial void EventGap(ILogger logger, long endpoint, long upTo);

    [LoggerMessage(286, LogLevel.Warning, "webhook {Endpoint} has been off for a day: what it lacks was given up, and nothing more is kept for it")]
    public static partial void Forgotten(ILogger logger, long endpoint);

    [LoggerMessage(295, LogLevel.Warning, "the hook of messages ({Host}) did not answer about one: {Reason}; on failure: {OnFailure}")]
    public static partial void HookFailed(ILogger logger, string host, string reason, Enum onFailure);

    [LoggerMessage(296, LogLevel.Error, "the hook of messages gave no answer {Count} times in a row and is not asked for {Seconds} s; on failure: {OnFailure}")]
    public static partial void HookIsAway(ILogger logger, int count, Enum onFailure, long seconds);

    [LoggerMessage(297, LogLevel.Information, "the hook of messages answers again")]
    public static partial void HookIsBack(ILogger logger);
}
