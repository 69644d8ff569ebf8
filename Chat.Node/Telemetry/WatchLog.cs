namespace Chat.Node.Telemetry;

/// <summary>Log lines of presence.</summary>
static partial class WatchLog
{
    [LoggerMessage(330, LogLevel.Debug, "presence: {Peer} has told everything, {Users} users")]
    public static partial void PeerKnown(ILogger logger, object peer, int users);

    [LoggerMessage(331, LogLevel.Information, "presence: news of {Peer} is missing, asking for everything")]
    public static partial void NewsMissing(ILogger logger, object peer);

    [LoggerMessage(332, LogLevel.Information, "presence: {Peer} is gone with {Users} users")]
    public static partial void PeerGone(ILogger logger, object peer, int users);

    [LoggerMessage(333, LogLevel.Warning, "presence: it cannot be read which of {Users} users hide, trying again; who has just logged in is not shown: {Reason}")]
    public static partial void PrivacyUnread(ILogger logger, int users, string reason);

    [LoggerMessage(334, LogLevel.Warning, "presence: sessions watch {Entries} users and conversations, and no more are taken")]
    public static partial void WatchesFull(ILogger logger, int entries);

    [LoggerMessage(335, LogLevel.Error, "presence: {Message} could not be handled")]
    public static partial void Failed(ILogger logger, string message, Exception cause);

    [LoggerMessage(340, LogLevel.Warning, "presence: it cannot be read who may see whom, of {Pairs} pairs of users, trying again: {Reason}")]
    public static partial void VeilsUnread(ILogger logger, int pairs, string reason);
}
