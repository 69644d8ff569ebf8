namespace Chat.Node.Telemetry;

/// <summary>What is logged about settings that are read again.</summary>
static partial class ReloadLog
{
    [LoggerMessage(445, LogLevel.Information, "the settings were read again: in force is now {Applied}; after a restart {Restart}")]
    public static partial void Reloaded(ILogger logger, string applied, string restart);

    [LoggerMessage(446, LogLevel.Warning, "the settings were read again and are wrong, those before stay: {Problem}")]
    public static partial void Refused(ILogger logger, string problem);

    [LoggerMessage(447, LogLevel.Warning, "SIGHUP could not be noted in AuditLog: {Reason}")]
    public static partial void Unwritten(ILogger logger, string reason);
}
