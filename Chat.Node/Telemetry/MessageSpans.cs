using System.Diagnostics;
using Chat.Protocol;

namespace Chat.Node.Telemetry;

/// <summary>
/// The spans of a message's way, one a hop (docs/METRICS.md lists them):
/// <list type="bullet">
/// <item><see cref="BeginPost"/>: in the session or the API, from the request to the answer;</item>
/// <item><see cref="BeginLog"/>: in the conversation, from the number to the commit;</item>
/// <item><see cref="BeginFanOut"/>: in the conversation, from the commit until everybody has confirmed;</item>
/// <item><see cref="BeginDeliver"/>: in a receiver's user actor, until the message is flushed or queued;</item>
/// <item><see cref="BeginPush"/>: in a receiver's session, until it is in the outbox.</item>
/// </list>
/// The first decides whether there are any. The others follow the traceparent inside the message that brought them their work: without one they
/// return null after that one check. A span has ids and an outcome, never what people wrote or are called.
/// </summary>
static class MessageSpans
{
    /// <summary>Of the source, as of the meter.</summary>
    public const string SourceName = "Chat";

    public const string Conversation = "chat.conversation";
    public const string Seq = "chat.seq";
    public const string Outcome = "chat.outcome";

    public const string Post = "chat.post";
    public const string Log = "chat.log";
    public const string FanOut = "chat.fan_out";
    public const string Deliver = "chat.deliver";
    public const string Push = "chat.push";

    static readonly ActivitySource Source = new(SourceName, typeof(MessageSpans).Assembly.GetName().Version?.ToString(3));

    /// <param name="sampler">Decides.</param>
    /// <param name="conversation">Where to.</param>
    /// <param name="traceparent">Of the request, if it has one.</param>
    public static MessageSpan? BeginPost(HeadSampler sampler, ConversationId conversation, string? traceparent = null) =>
        sampler.IsOn && Source.HasListeners() && sampler.Takes(traceparent, out var parent)
            ? Start(Post, ActivityKind.Server, parent, conversation, seq: 0) is { Id: { } id } activity ? new MessageSpan(activity, id) : null
            : null;

    /// <param name="trace">Of the message that asks for it; null: it is not recorded. So for the others.</param>
    /// <param name="conversation">Where it is.</param>
    /// <param name="seq">Its number; 0 without a history.</param>
    public static MessageSpan? BeginLog(string? trace, ConversationId conversation, long seq) =>
        trace is null ? null : Follow(Log, ActivityKind.Consumer, trace, conversation, seq);

    /// <inheritdoc cref="BeginLog" />
    public static MessageSpan? BeginFanOut(string? trace, ConversationId conversation, long seq) =>
        trace is null ? null : Follow(FanOut, ActivityKind.Producer, trace, conversation, seq);

    /// <inheritdoc cref="BeginLog" />
    public static MessageSpan? BeginDeliver(string? trace, ConversationId conversation, long seq) =>
        trace is null ? null : Follow(Deliver, ActivityKind.Consumer, trace, conversation, seq);

    /// <inheritdoc cref="BeginLog" />
    public static MessageSpan? BeginPush(string? trace, ConversationId conversation, long seq) =>
        trace is null ? null : Follow(Push, ActivityKind.Consumer, trace, conversation, seq);

    static MessageSpan? Follow(string name, ActivityKind kind, string trace, ConversationId conversation, long seq)
    {
        if (!ActivityContext.TryParse(trace, null, isRemote: true, out var parent))
            return null; // of a newer node, perhaps
        var activity = Start(name, kind, parent, conversation, seq);
        return new MessageSpan(activity, activity?.Id ?? trace);
    }

    /// <summary>Does not become the current activity of this thread: a hop lasts longer than the message that began it.</summary>
    static Activity? Start(string name, ActivityKind kind, ActivityContext parent, ConversationId conversation, long seq)
    {
        var current = Activity.Current;
        Activity.Current = null; // else that would be the parent of what has none
        var activity = Source.StartActivity(name, kind, parent);
        Activity.Current = current;
        activity?.SetTag(Conversation, conversation.ToString());
        if (seq > 0)
            activity?.SetTag(Seq, seq);
        return activity;
    }
}
