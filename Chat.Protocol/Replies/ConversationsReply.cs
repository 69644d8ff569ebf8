using System.Text.Json;

namespace Chat.Protocol;

/// <summary>102 to 134: a page of the user's conversations.</summary>
/// <param name="Conversations">They, in the order in which they are shown.</param>
/// <param name="Unread">Of all of them, not only of this page.</param>
/// <param name="HasMore">Whether to ask again, after the last one.</param>
public sealed record ConversationsReply(IReadOnlyList<ConversationSummary> Conversations, long Unread, bool HasMore)
{
    /// <summary>
    /// The frame; what does not fit is left for the next one. One that would need a frame for itself comes without its last message, and if that is not
    /// enough without its draft.
    /// </summary>
    public byte[] ToBytes(RequestRef requestRef, int maxFrameBytes)
    {
        var room = maxFrameBytes - 128 - requestRef.Token.Length;
        var tokens = new List<byte[]>(Conversations.Count);
        foreach (var conversation in Conversations)
        {
            var token = conversation.ToToken();
            if (token.Length >= room && tokens.Count > 0)
                break;
            if (token.Length >= room)
                token = (conversation with { Last = default }).ToToken();
            if (token.Length >= room)
                token = (conversation with { Last = default, Draft = null }).ToToken();
            room -= token.Length + 1;
            tokens.Add(token);
        }

        return ModernFrames.Success(requestRef, writer =>
        {
            ModernFrames.WriteRawArray(writer, "conversations", tokens);
            writer.WriteNumber("unread", Unread);
            if (HasMore || tokens.Count < Conversations.Count)
                writer.WriteBoolean("more", true);
        });
    }

    /// <summary>Written by <see cref="ToBytes"/>.</summary>
    /// <param name="json">The frame.</param>
    /// <param name="userId">Who has asked.</param>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static ConversationsReply Of(JsonElement json, int userId) => new(
        [.. json.OptionalItems("conversations").Select(entry => ConversationSummary.Of(entry, userId))], json.OptionalNumber("unread"), json.IsSet("more"));
}
