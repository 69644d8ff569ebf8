using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>Answers to marks that are not stored. Pure.</summary>
static class MarkReply
{
    /// <summary>A failure with the conversation in it and, where the number was too high, the last number that there is.</summary>
    public static byte[] Refusal(RequestRef requestRef, ConversationId conversation, long seq, ErrorCode error, long head) =>
        ModernFrames.MarkFailure(requestRef, error, ReasonOf(conversation, seq, error, head), conversation, error == ErrorCode.Malformed ? head : null);

    public static string NotYours(ConversationId conversation) => $"you take no part in {conversation}";

    static string ReasonOf(ConversationId conversation, long seq, ErrorCode error, long head) => error switch
    {
        ErrorCode.NotYours => NotYours(conversation),
        ErrorCode.Malformed => $"\"seq\" {seq} is above {head}, the last number of {conversation}",
        _ => "the mark could not be stored now",
    };
}
