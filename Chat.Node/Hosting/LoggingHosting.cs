using Chat.Node.Settings;
using Chat.Node.Telemetry;
using Microsoft.Extensions.Logging.Console;

namespace Chat.Node.Hosting;

/// <summary>Where log lines go: standard output, by a thread of its own.</summary>
static class LoggingHosting
{
    /// <summary>
    /// So many lines wait for whoever reads standard output. If nobody does, more are dropped and counted: a log never holds anybody up.
    /// </summary>
    const int WaitingLines = 1000;

    /// <summary>Its lines have whole addresses of requests, with the names and words that somebody looks for: below this level it says nothing, whatever is configured.</summary>
    const string OfRequests = "Microsoft.AspNetCore.Hosting.Diagnostics";

    public static void AddChatLogging(this ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.Services.AddSingleton<LogLimiter>();
        logging.Services.AddSingleton<RecentWarnings>();
        logging.Services.AddSingleton(provider => new LogShape(provider.GetRequiredService<ChatSettings>().LogFormat == LogFormat.Json));
        logging.AddConsoleFormatter<NodeLogFormatter, ConsoleFormatterOptions>();
        logging.AddConsole(console =>
        {
            console.FormatterName = NodeLogFormatter.FormatterName;
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
            console.MaxQueueLength = WaitingLines;
        });
        logging.Services.AddHostedService<LogReporter>();
        logging.AddFilter<ConsoleLoggerProvider>(OfRequests, LogLevel.Warning);
    }
}
