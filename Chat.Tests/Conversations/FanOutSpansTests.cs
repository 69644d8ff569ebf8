using Akka.Actor;
using Chat.Node.Conversations;
using Chat.Node.Telemetry;
using Chat.Protocol;
using Chat.Tests.Telemetry;
using Xunit;

namespace Chat.Tests.Conversations;

/// <summary>Which deliveries of a recorded message are recorded.</summary>
[Collection(SpanCollection.Name)]
public sealed class FanOutSpansTests
{
    const string Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    static readonly Address Here = new("akka", "chat");
    static readonly Address There = new("akka.tcp", "chat", "127.0.0.2", 4053);

    readonly FanOutSpans _spans = new();

    [Fact]
    public void To_few_receivers_each_delivery_is_recorded()
    {
        var span = Add(1, FanOutSpans.MaxReceivers);
        Assert.Equal([span.Trace, span.Trace, span.Trace], Traces(Here, Here, There));
        Assert.Null(_spans.TraceFor(2, Here));
    }

    [Fact]
    public void To_many_receivers_one_delivery_for_each_node_is_recorded()
    {
        var span = Add(1, FanOutSpans.MaxReceivers + 1);
        Assert.Equal([span.Trace, null, span.Trace, null], Traces(Here, Here, There, There));
    }

    [Fact]
    public void What_everybody_has_ends_and_the_rest_is_abandoned()
    {
        using var recorder = new SpanRecorder();
        Add(1, 2);
        Add(2, 2);
        Add(3, 2);
        _spans.End([1, 2]);
        Assert.Null(_spans.TraceFor(2, Here));
        _spans.Abandon();
        Assert.Equal(["confirmed", "confirmed", "abandoned"], recorder.Ended.Select(span => span.GetTagItem(MessageSpans.Outcome)));
    }

    List<string?> Traces(params Address[] nodes) => [.. nodes.Select(node => _spans.TraceFor(1, node))];

    MessageSpan Add(long number, int receivers)
    {
        var span = MessageSpans.BeginFanOut(Traceparent, ConversationId.Group(5), number)!;
        _spans.Add(number, span, receivers);
        return span;
    }
}
