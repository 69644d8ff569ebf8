using System.Text.Json;

namespace Chat.Protocol;

/// <summary>110: the user's settings.</summary>
public sealed record GetSettingsRequest : UserRequest
{
    internal override int Number => MessageKind.GetSettings;
}

/// <summary>111: change the user's settings.</summary>
public sealed record ChangeSettingsRequest(SettingsChange Change) : UserRequest
{
    internal override int Number => MessageKind.ChangeSettings;

    static void WriteConversation(Utf8JsonWriter writer, string key, ConversationId? conversation)
    {
        if (conversation is { } id)
            writer.WriteString(key, id.ToString());
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        if (Change.Presence is { } presence)
            writer.WriteString("presence", presence.ToText());
        if (Change.HidesReceipts is { } hides)
            writer.WriteString("receipts", hides ? "off" : "on");
        WriteConversation(writer, "mute", Change.Mute);
        WriteConversation(writer, "unmute", Change.Unmute);
        WriteConversation(writer, "pin", Change.Pin);
        WriteConversation(writer, "unpin", Change.Unpin);
        if (Change.Notify is not { } notify)
            return;
        writer.WriteStartObject("notify");
        foreach (var (id, level) in notify)
            writer.WriteString(id.ToString(), level.ToText());
        writer.WriteEndObject();
    }
}
