using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Chat.Node.Telemetry;

/// <summary>The bounded queues of a node: how much waits in each, and how much may. Read when somebody asks. Safe to use from any thread.</summary>
sealed class QueueDepths
{
    readonly record struct Queue(Func<long> Bound, Func<long> Depth);

    readonly ConcurrentDictionary<string, Queue> _queues = new();

    public void Add(string name, int bound, Func<long> depth) => Add(name, () => bound, depth);

    /// <param name="name">The value of the tag <c>queue</c>.</param>
    /// <param name="bound">How much may wait.</param>
    /// <param name="depth">How much waits; called from any thread.</param>
    public void Add(string name, Func<long> bound, Func<long> depth) => _queues[name] = new Queue(bound, depth);

    public IEnumerable<Measurement<long>> ReadDepths() => Read(queue => queue.Depth);

    public IEnumerable<Measurement<long>> ReadBounds() => Read(queue => queue.Bound);

    public IReadOnlyList<QueueFigure> Read() =>
        [.. _queues.Select(queue => new QueueFigure(queue.Key, queue.Value.Depth(), queue.Value.Bound())).OrderBy(queue => queue.Name, StringComparer.Ordinal)];

    IEnumerable<Measurement<long>> Read(Func<Queue, Func<long>> choose) =>
        _queues.Select(queue => new Measurement<long>(choose(queue.Value)(), new KeyValuePair<string, object?>("queue", queue.Key)));
}
