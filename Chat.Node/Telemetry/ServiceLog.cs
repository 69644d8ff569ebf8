namespace Chat.Node.Telemetry;

/// <summary>Log lines about the service manager that has started the node.</summary>
static partial class ServiceLog
{
    [LoggerMessage(460, LogLevel.Warning, "systemd has not taken {State}: {Reason}")]
    public static partial void Refused(ILogger logger, string state, string reason);
}
