using System.Collections.Concurrent;
using Chat.Node.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chat.SystemTests.Support;

/// <summary>Keeps each line of a node: with its exception and its values, and as the node's own formatter writes it.</summary>
/// <param name="isJson">Whether that is JSON.</param>
sealed class AllLines(bool isJson) : ILoggerProvider
{
    readonly ConcurrentQueue<string> _lines = new();
    readonly NodeLogFormatter _formatter = new(new LogLimiter(TimeProvider.System), new RecentWarnings(TimeProvider.System), new LogShape(isJson), TimeProvider.System);

    public IEnumerable<string> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, this);

    public void Dispose()
    {
    }

    sealed class Logger(string category, AllLines all) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            all._lines.Enqueue($"scope {category}: {state}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var values = state is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join(' ', pairs.Select(pair => $"{pair.Key}={pair.Value}")) : "";
            all._lines.Enqueue($"{logLevel} {category}: {formatter(state, exception)} {exception} {values}");
            using var written = new StringWriter();
            all._formatter.Write(new LogEntry<TState>(logLevel, category, eventId, state, exception, formatter), null, written);
            all._lines.Enqueue(written.ToString());
        }
    }
}
