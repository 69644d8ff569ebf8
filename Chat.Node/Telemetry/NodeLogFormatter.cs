using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Chat.Node.Telemetry;

/// <summary>
/// One line for each event, whatever is in it, and not more of a kind than <see cref="LogLimiter"/> lets through. Stands where all lines
/// pass: the node's own, and those of every library.
/// </summary>
sealed partial class NodeLogFormatter(LogLimiter limiter, RecentWarnings warnings, LogShape shape, TimeProvider clock) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "chat";

    /// <summary>The value of a line with this name is the address that it is about.</summary>
    const string PeerKey = "Peer";

    /// <summary>Where Akka's lines about what comes in at the cluster's port are from.</summary>
    const string ClusterPort = "[TcpServerHandler (";

    const string TemplateKey = "{OriginalFormat}";

    /// <summary>So much of a line that is left out is shown with the count.</summary>
    const int ExampleLength = 300;

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var entry = logEntry;
        var message = entry.Formatter(entry.State, entry.Exception);
        if (IsLimited(entry.LogLevel, entry.EventId))
        {
            var (template, peer) = Describe(entry.State, message);
            var kind = new LogKind(entry.Category, entry.EventId.Id, template);
            if (!limiter.TryPass(kind, entry.LogLevel, peer, () => LogText.OneLine(WithoutTrace(message, null), ExampleLength)))
                return;
        }

        warnings.Note(entry.LogLevel, entry.Category, entry.EventId.Id, message);
        var text = message.Contains(ClusterPort, StringComparison.Ordinal) ? WithoutTrace(message, entry.Exception)
            : entry.Exception is null ? message : $"{message} {entry.Exception}";
        if (shape.IsJson)
        {
            textWriter.WriteLine(JsonLogLine.Write(clock.GetUtcNow(), entry.LogLevel, entry.Category, entry.EventId, text, entry.State as IEnumerable<KeyValuePair<string, object?>>));
            return;
        }

        textWriter.Write(clock.GetUtcNow().ToString("HH:mm:ss.fff ", CultureInfo.InvariantCulture));
        textWriter.Write(NameOf(entry.LogLevel));
        textWriter.Write(": ");
        textWriter.Write(entry.Category);
        textWriter.Write('[');
        textWriter.Write(entry.EventId.Id);
        textWriter.Write("] ");
        textWriter.WriteLine(LogText.OneLine(text));
    }

    /// <summary>
    /// What was asked for by the operator's own settings comes whole, and so does what ends the node; counts are limited already. What was changed by whom
    /// is written whenever it happens: only who has a key can make such lines.
    /// </summary>
    static bool IsLimited(LogLevel level, EventId id) =>
        level is LogLevel.Information or LogLevel.Warning or LogLevel.Error && id.Id is not (Log.LinesLeftOutId or ApiLog.AuditId);

    /// <summary>What the line is, and whom it is about. Akka's lines have their numbers written into the text.</summary>
    static (string Template, string Peer) Describe<TState>(TState state, string message)
    {
        var (template, peer) = (message, "");
        if (state is IEnumerable<KeyValuePair<string, object?>> values)
        {
            foreach (var (key, value) in values)
            {
                if (key == PeerKey)
                    peer = value is IPEndPoint endpoint ? endpoint.Address.ToString() : value?.ToString() ?? "";
                else if (key == TemplateKey)
                    template = value?.ToString() ?? message;
            }
        }

        return (Number().Replace(template.Length > ExampleLength ? template[..ExampleLength] : template, "#"), peer);
    }

    /// <summary>What a stranger sends to the cluster's port says nothing about our code.</summary>
    static string WithoutTrace(string message, Exception? exception)
    {
        var trace = message.IndexOf("\n   at ", StringComparison.Ordinal);
        return (trace > 0 ? message[..trace] : message) + (exception is null ? "" : $" {exception.Message}");
    }

    static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };

    /// <summary>Numbers, also hexadecimal ones: a word of hexadecimal digits with at least one from 0 to 9.</summary>
    [GeneratedRegex(@"\b[a-fA-F]*[0-9][0-9a-fA-F]*\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Number();
}
