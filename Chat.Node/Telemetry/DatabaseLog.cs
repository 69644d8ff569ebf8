namespace Chat.Node.Telemetry;

/// <summary>Log lines about the servers of the database.</summary>
static partial class DatabaseLog
{
    [LoggerMessage(410, LogLevel.Warning, "the database's server {From} is left for {To}")]
    public static partial void ServerChanged(ILogger logger, string from, string to);

    [LoggerMessage(411, LogLevel.Debug, "the database's server {Server} cannot be worked on: {Reason}")]
    public static partial void ServerInTrouble(ILogger logger, string server, string reason);

    [LoggerMessage(412, LogLevel.Warning, "acknowledged messages may be lost when the database's server dies: {Reason}")]
    public static partial void ReplicationMayLose(ILogger logger, string reason);

    [LoggerMessage(413, LogLevel.Warning, "the turn to change the schema was taken from a node that has given no sign of life for {Seconds:0} s")]
    public static partial void SchemaTurnTaken(ILogger logger, double seconds);
}
