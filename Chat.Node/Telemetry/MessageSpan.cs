using System.Diagnostics;

namespace Chat.Node.Telemetry;

/// <summary>
/// One hop of a message whose way is recorded. A message that is not recorded has none: null, and nothing is made. It may end on another thread than it began.
/// </summary>
/// <param name="activity">Null if nobody listens on this node: then the next hop follows the one before.</param>
/// <param name="trace">The traceparent for the next hop.</param>
sealed class MessageSpan(Activity? activity, string trace)
{
    /// <summary>The traceparent that goes inside the messages of the next hop.</summary>
    public string Trace => trace;

    /// <summary>Only the first end counts.</summary>
    /// <param name="outcome">One of <see cref="SpanOutcome"/>.</param>
    /// <param name="seq">The number of the message, where the beginning did not know it.</param>
    public void End(string outcome, long seq = 0)
    {
        if (activity is null || activity.IsStopped)
            return;
        if (seq > 0)
            activity.SetTag(MessageSpans.Seq, seq);
        activity.SetTag(MessageSpans.Outcome, outcome);
        // To stop it would make its predecessor the current one of this thread, which is none of its business.
        var current = Activity.Current;
        activity.Stop();
        Activity.Current = current;
    }
}
