using System.Text.Json;

namespace Chat.Protocol;

/// <summary>136 with <c>read</c>: the user has read in a conversation on another device, further than before, or where it was marked as unread. Nothing else of the conversation has changed but that mark, which is gone.</summary>
/// <param name="Conversation">Which.</param>
/// <param name="Read">Up to here; one that is lower than what is known says nothing.</param>
public sealed record ConversationReadPush(ConversationId Conversation, long Read)
{
    /// <summary>The frame.</summary>
    public byte[] ToBytes() => ModernFrames.Frame(MessageKind.ConversationChanged, default, writer =>
    {
        writer.WriteString("conversation", Conversation.ToString());
        writer.WriteBoolean("marked", false);
        writer.WriteNumber("read", Read);
    });

    /// <summary>Written by <see cref="ToBytes"/>; null: this 136 is a <see cref="ConversationChangedPush"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static ConversationReadPush? Find(JsonElement json)
    {
        if (!json.TryGetProperty("read", out _))
            return null;
        return ConversationId.TryParse(json.OptionalText("conversation"), out var conversation)
            ? new ConversationReadPush(conversation, json.OptionalNumber("read"))
            : throw new FormatException("a conversation that was read, without its id");
    }
}
