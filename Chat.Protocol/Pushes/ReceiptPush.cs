using System.Text.Json;

namespace Chat.Protocol;

/// <summary>113: another user has received and read a conversation up to these numbers. One that is lower than what is known says nothing.</summary>
/// <param name="Conversation">Which.</param>
/// <param name="UserId">The other user.</param>
/// <param name="Received">Up to here a device has it; never below <paramref name="Read"/>.</param>
/// <param name="Read">Up to here the user has read it.</param>
public sealed record ReceiptPush(ConversationId Conversation, int UserId, long Received, long Read)
{
    /// <summary>The frame.</summary>
    public byte[] ToBytes() => ModernFrames.Frame(MessageKind.Receipt, default, writer =>
    {
        writer.WriteString("conversation", Conversation.ToString());
        writer.WriteNumber("id", UserId);
        writer.WriteNumber("received", Received);
        writer.WriteNumber("read", Read);
    });

    /// <summary>Written by <see cref="ToBytes"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static ReceiptPush Of(JsonElement json) => ConversationId.TryParse(json.OptionalText("conversation"), out var conversation)
        ? new ReceiptPush(conversation, json.RequiredId("id"), json.OptionalNumber("received"), json.OptionalNumber("read"))
        : throw new FormatException("a receipt without its conversation");
}
