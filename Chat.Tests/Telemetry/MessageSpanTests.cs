using System.Diagnostics;
using Chat.Node.Telemetry;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Telemetry;

/// <summary>One hop of a message.</summary>
[Collection(SpanCollection.Name)]
public sealed class MessageSpanTests
{
    const string Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const int Operations = 2000;

    static readonly ConversationId Pair = ConversationId.Direct(3, 17);
    static readonly HeadSampler Always = new(1);

    [Fact]
    public void A_hop_is_a_child_of_the_one_that_its_message_came_from()
    {
        using var recorder = new SpanRecorder();
        var post = MessageSpans.BeginPost(Always, Pair, Traceparent)!;
        var log = MessageSpans.BeginLog(post.Trace, Pair, 42)!;
        log.End(SpanOutcome.Committed);
        post.End(SpanOutcome.Accepted, seq: 42);
        Assert.Equal(
            [(MessageSpans.Log, recorder.Ended[1].SpanId.ToString()), (MessageSpans.Post, "b7ad6b7169203331")],
            recorder.Ended.Select(span => (span.OperationName, span.ParentSpanId.ToString())));
        Assert.All(recorder.Ended, span => Assert.Equal("0af7651916cd43dd8448eb211c80319c", span.TraceId.ToString()));
    }

    [Fact]
    public void A_span_has_ids_and_an_outcome_and_nothing_else()
    {
        using var recorder = new SpanRecorder();
        MessageSpans.BeginDeliver(Traceparent, Pair, 42)!.End(SpanOutcome.Queued);
        var span = Assert.Single(recorder.Ended);
        Assert.Equal(["chat.conversation=d:3:17", "chat.seq=42", "chat.outcome=queued"], span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"));
        Assert.Equal(("Chat", ActivityKind.Consumer, true), (span.Source.Name, span.Kind, span.HasRemoteParent));
        Assert.Empty(span.Events);
    }

    [Fact]
    public void Only_the_first_end_counts()
    {
        using var recorder = new SpanRecorder();
        var span = MessageSpans.BeginPost(Always, Pair)!;
        span.End(SpanOutcome.Accepted);
        span.End(SpanOutcome.Abandoned);
        Assert.Equal("accepted", Assert.Single(recorder.Ended).GetTagItem(MessageSpans.Outcome));
    }

    /// <summary>A thread goes on to other messages while a hop lasts, and ends hops that others have begun.</summary>
    [Fact]
    public void A_span_is_nobodys_current_activity()
    {
        using var recorder = new SpanRecorder();
        using var other = new Activity("a request").Start();
        var post = MessageSpans.BeginPost(Always, Pair)!;
        Assert.Same(other, Activity.Current);
        var elsewhere = new Thread(() => post.End(SpanOutcome.Accepted));
        elsewhere.Start();
        elsewhere.Join();
        Assert.Same(other, Activity.Current);
        Assert.Null(Assert.Single(recorder.Ended).ParentId);
    }

    [Fact]
    public void What_is_no_traceparent_begins_nothing() => Assert.Null(MessageSpans.BeginLog("of another version", Pair, 1));

    [Fact]
    public void A_node_without_a_listener_hands_on_what_it_got() => Assert.Equal(Traceparent, MessageSpans.BeginLog(Traceparent, Pair, 1)!.Trace);

    [Fact]
    public void A_message_that_is_not_recorded_allocates_nothing_while_somebody_listens()
    {
        using var recorder = new SpanRecorder();
        var seldom = new HeadSampler(0.5, () => 0.75);
        Measure();
        // What others do on this thread can only add: the least of a few is the operation itself.
        Assert.Equal(0, Enumerable.Range(0, 5).Min(_ => Measure()));
        Assert.Empty(recorder.Ended);

        long Measure()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Operations; i++)
            {
                MessageSpans.BeginPost(HeadSampler.Off, Pair)?.End(SpanOutcome.Accepted);
                MessageSpans.BeginPost(seldom, Pair)?.End(SpanOutcome.Accepted);
                MessageSpans.BeginLog(null, Pair, i)?.End(SpanOutcome.Committed);
                MessageSpans.BeginFanOut(null, Pair, i)?.End(SpanOutcome.Confirmed);
                MessageSpans.BeginDeliver(null, Pair, i)?.End(SpanOutcome.Pushed);
                MessageSpans.BeginPush(null, Pair, i)?.End(SpanOutcome.Written);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
