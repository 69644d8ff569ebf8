using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>114: who has received and read message <c>Seq</c> of a conversation; those with ids above <c>After</c> by name.</summary>
public sealed record GetReceiptsRequest(ConversationId Conversation, long Seq, int After, int Limit) : UserRequest
{
    internal override int Number => MessageKind.GetReceipts;

    internal static Request Read(ref RequestFields fields)
    {
        if (!TryConversation(ref fields, out var conversation))
            return NoConversation();
        return TryInteger(ref fields, RequestKey.Seq, 1, out var seq, long.MaxValue)
            ? ListRange.Read(ref fields, (after, limit) => new GetReceiptsRequest(conversation, seq, after, limit))
            : NoInteger(RequestKey.Seq);
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("conversation", Conversation.ToString());
        writer.WriteNumber("seq", Seq);
        ListRange.Write(writer, After, Limit);
    }
}
