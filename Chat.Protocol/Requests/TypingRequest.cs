using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>118: the user types in a conversation, or has stopped to.</summary>
public sealed record TypingRequest(ConversationId Conversation, bool IsOn) : UserRequest
{
    internal override int Number => MessageKind.Typing;

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("conversation", Conversation.ToString());
        writer.WriteBoolean("on", IsOn);
    }
}

/// <summary>Reads a 118. <c>on</c> is read apart from <see cref="RequestFields"/>: messages may carry the same key with another meaning.</summary>
static class TypingReader
{
    public static Request Read(ref RequestFields fields)
    {
        if (!TryConversation(ref fields, out var conversation))
            return NoConversation();
        using var document = JsonDocument.Parse(fields.Frame);
        bool? isOn = null;
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name != "on")
                continue;
            if (isOn is not null)
                return Invalid("\"on\" is there twice: once is expected");
            if (member.Value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
                break;
            isOn = member.Value.ValueKind == JsonValueKind.True;
        }

        return isOn is { } found ? new TypingRequest(conversation, found) : Invalid("\"on\" must be true or false");
    }
}
