using System.Text.Json;

namespace Chat.Protocol;

/// <summary>102 to a mark above the last number of a conversation: the server went back to an older copy of its data.</summary>
/// <param name="Conversation">Which.</param>
/// <param name="Head">Its last number.</param>
public readonly record struct RefusedMark(ConversationId Conversation, long Head)
{
    /// <summary>Null if the reply is none of these. Written by <see cref="ModernFrames.Failure(RequestRef, ErrorCode, string, ConversationId, long?)"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static RefusedMark? Find(JsonElement json) =>
        json.TryGetProperty("head", out _) && ConversationId.TryParse(json.OptionalText("conversation"), out var conversation)
            ? new(conversation, json.OptionalNumber("head"))
            : null;
}
