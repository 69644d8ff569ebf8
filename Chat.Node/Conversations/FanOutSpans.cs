using Akka.Actor;
using Chat.Node.Telemetry;

namespace Chat.Node.Conversations;

/// <summary>
/// The spans of recorded messages that are on their way to their receivers; made with the first of them. To few receivers the trace goes with each delivery. To many
/// it goes with the first for each node: a large group would be thousands of spans that say the same. Pure.
/// </summary>
sealed class FanOutSpans
{
    /// <summary>To more receivers one delivery for each node is recorded.</summary>
    public const int MaxReceivers = 16;

    sealed record Open(MessageSpan Span, HashSet<Address>? Told);

    readonly Dictionary<long, Open> _open = [];

    public void Add(long number, MessageSpan span, int receivers) => _open[number] = new Open(span, receivers > MaxReceivers ? [] : null);

    /// <summary>The trace for a delivery; null: it is not recorded.</summary>
    /// <param name="number">Of the message.</param>
    /// <param name="node">Where the delivery goes first.</param>
    public string? TraceFor(long number, Address node) =>
        _open.TryGetValue(number, out var open) && open.Told?.Add(node) != false ? open.Span.Trace : null;

    /// <summary>Everybody has these.</summary>
    public void End(List<long> numbers)
    {
        foreach (var number in numbers)
        {
            if (_open.Remove(number, out var open))
                open.Span.End(SpanOutcome.Confirmed);
        }
    }

    /// <summary>The conversation's actor ends.</summary>
    public void Abandon()
    {
        foreach (var open in _open.Values)
            open.Span.End(SpanOutcome.Abandoned);
        _open.Clear();
    }
}
