using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Chat.Tests.Support;

/// <summary>Keeps the lines that are logged, from whatever source; a test can wait for one.</summary>
sealed class CapturedLog : ILoggerProvider, ILogger
{
    readonly ConcurrentQueue<(EventId Event, string Text)> _lines = new();
    readonly ConcurrentDictionary<int, TaskCompletionSource> _awaited = new();

    public IReadOnlyList<string> Of(string eventName) => [.. _lines.Where(line => line.Event.Name == eventName).Select(line => line.Text)];

    /// <summary>Completes at the first line of an event.</summary>
    public Task SeenAsync(int eventId) => Source(eventId).Task.WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>The same as the logger of a class.</summary>
    public ILogger<T> For<T>() => new Typed<T>(this);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        _lines.Enqueue((eventId, formatter(state, exception)));
        Source(eventId.Id).TrySetResult();
    }

    public void Dispose()
    {
    }

    TaskCompletionSource Source(int eventId) =>
        _awaited.GetOrAdd(eventId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    sealed class Typed<T>(ILogger inner) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            inner.Log(logLevel, eventId, state, exception, formatter);
    }
}
