using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>103: everything of a conversation up to <c>Seq</c>, or a queued message without a number, has arrived.</summary>
public sealed record ReceivedRequest(ConversationId? Conversation, long Seq, long? OfflineId) : UserRequest
{
    internal override int Number => MessageKind.Received;

    internal static Request Read(ref RequestFields fields)
    {
        if (!fields[RequestKey.Offline].IsMissing)
        {
            return TryInteger(ref fields, RequestKey.Offline, 1, out var offline, long.MaxValue)
                ? new ReceivedRequest(null, 0, offline)
                : NoInteger(RequestKey.Offline);
        }

        if (!TryConversation(ref fields, out var conversation))
            return NoConversation();
        return TryInteger(ref fields, RequestKey.Seq, 0, out var seq, long.MaxValue)
            ? new ReceivedRequest(conversation, seq, null)
            : NoInteger(RequestKey.Seq);
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        if (OfflineId is { } offline)
        {
            writer.WriteNumber("offline", offline);
            return;
        }

        writer.WriteString("conversation", Conversation.ToString());
        writer.WriteNumber("seq", Seq);
    }
}
