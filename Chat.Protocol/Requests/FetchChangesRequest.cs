using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>133: the messages of a conversation that were changed after rev <c>Since</c>, each as it is now, ascending by rev.</summary>
public sealed record FetchChangesRequest(ConversationId Conversation, long Since, int Limit) : UserRequest
{
    const int DefaultLimit = 100;
    const int MaxLimit = 500;

    internal override int Number => MessageKind.FetchChanges;

    internal static Request Read(ref RequestFields fields)
    {
        if (!TryConversation(ref fields, out var conversation))
            return NoConversation();
        if (!OptionalInteger(ref fields, RequestKey.Since, 0, long.MaxValue, out var since))
            return NoInteger(RequestKey.Since);
        return OptionalInteger(ref fields, RequestKey.Limit, 1, int.MaxValue, out var limit)
            ? new FetchChangesRequest(conversation, since ?? 0, (int)Math.Min(limit ?? DefaultLimit, MaxLimit))
            : NoInteger(RequestKey.Limit);
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("conversation", Conversation.ToString());
        writer.WriteNumber("since", Since);
        writer.WriteNumber("limit", Limit);
    }
}
