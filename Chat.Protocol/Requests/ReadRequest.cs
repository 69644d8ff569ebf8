using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>109: a person has read everything up to <c>Seq</c>.</summary>
public sealed record ReadRequest(ConversationId Conversation, long Seq) : UserRequest
{
    internal override int Number => MessageKind.Read;

    internal static Request Read(ref RequestFields fields)
    {
        if (!TryConversation(ref fields, out var conversation))
            return NoConversation();
        return TryInteger(ref fields, RequestKey.Seq, 0, out var seq, long.MaxValue)
            ? new ReadRequest(conversation, seq)
            : NoInteger(RequestKey.Seq);
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("conversation", Conversation.ToString());
        writer.WriteNumber("seq", Seq);
    }
}
