using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>Answers to what is not done. Those to requests that name a conversation name it too. Pure.</summary>
static class Refusal
{
    public static byte[] Of(Request request, ErrorCode error, string reason)
    {
        if (ConversationOf(request) is { } conversation)
            return ModernFrames.Failure(request.Ref, error, reason, conversation);
        var kind = request switch
        {
            LoginRequest or InvalidRequest { Kind: MessageKind.Login } => MessageKind.LoginAck,
            RegisterRequest or InvalidRequest { Kind: MessageKind.Register } => MessageKind.RegisterAck,
            _ => MessageKind.Reply,
        };
        return ModernFrames.Failure(kind, request.Ref, error, reason);
    }

    /// <summary>Of a mark that is not stored: where the number was too high, with the last number that there is.</summary>
    public static byte[] OfMark(RequestRef requestRef, ConversationId conversation, long seq, ErrorCode error, long head) =>
        ModernFrames.Failure(requestRef, error, ReasonOf(conversation, seq, error, head), conversation, error == ErrorCode.Malformed ? head : null);

    /// <summary>The same for a number in another key.</summary>
    public static byte[] TooHigh(RequestRef requestRef, string key, long seq, ConversationId conversation, long head) =>
        ModernFrames.Failure(requestRef, ErrorCode.Malformed, AboveHead(key, seq, conversation, head), conversation, head);

    public static string NotYours(ConversationId conversation) => $"you take no part in {conversation}";

    static ConversationId? ConversationOf(Request request) => request switch
    {
        ReceivedRequest received => received.Conversation,
        ReadRequest read => read.Conversation,
        FetchHistoryRequest fetch => fetch.Conversation,
        ChangeMessageRequest change => change.Conversation,
        FetchChangesRequest fetch => fetch.Conversation,
        GetReceiptsRequest get => get.Conversation,
        ChangeConversationRequest change => change.Conversation,
        TypingRequest typing => typing.Conversation,
        SearchRequest search => search.Conversation,
        ReportRequest report => report.Conversation,
        InvalidRequest invalid => invalid.Conversation,
        _ => null,
    };

    static string ReasonOf(ConversationId conversation, long seq, ErrorCode error, long head) => error switch
    {
        ErrorCode.NotYours => NotYours(conversation),
        ErrorCode.Malformed => AboveHead("seq", seq, conversation, head),
        _ => "the mark could not be stored now",
    };

    static string AboveHead(string key, long seq, ConversationId conversation, long head) => $"\"{key}\" {seq} is above {head}, the last number of {conversation}";
}
