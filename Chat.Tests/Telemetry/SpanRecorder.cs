using System.Collections.Concurrent;
using System.Diagnostics;
using Chat.Node.Telemetry;
using Xunit;

namespace Chat.Tests.Telemetry;

/// <summary>Tests that listen to the spans of this process: one at a time.</summary>
[CollectionDefinition(Name)]
public sealed class SpanCollection
{
    public const string Name = "spans";
}

/// <summary>All spans that end while it lives, of all nodes in this process.</summary>
sealed class SpanRecorder : IDisposable
{
    readonly ConcurrentQueue<Activity> _ended = new();
    readonly ActivityListener _listener;

    public SpanRecorder()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == MessageSpans.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public IReadOnlyList<Activity> Ended => [.. _ended];

    /// <summary>Those of one trace by a name.</summary>
    public IReadOnlyList<Activity> Of(ActivityTraceId trace, string name) => [.. _ended.Where(span => span.TraceId == trace && span.OperationName == name)];

    public void Dispose() => _listener.Dispose();
}
