using System.Text.Json;

namespace Chat.Protocol;

/// <summary>102 to a message: it is stored, and will be delivered.</summary>
/// <param name="Conversation">Where it is; null without a history.</param>
/// <param name="Seq">Its number there; 0 without a history.</param>
/// <param name="Timestamp">When the server accepted it, in milliseconds since 1970 UTC.</param>
public readonly record struct AcceptedReply(ConversationId? Conversation, long Seq, long Timestamp)
{
    /// <summary>Written by <see cref="ModernFrames.Accepted"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static AcceptedReply Read(JsonElement json) => new(
        ConversationId.TryParse(json.OptionalText("conversation"), out var conversation) ? conversation : null, json.OptionalNumber("seq"), json.OptionalNumber("ts"));
}
