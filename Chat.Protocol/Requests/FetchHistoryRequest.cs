using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>107: messages after or before a number, ascending.</summary>
public sealed record FetchHistoryRequest(ConversationId Conversation, long? After, long? Before, int Limit) : UserRequest
{
    const int DefaultLimit = 100;
    const int MaxLimit = 1000;

    internal override int Number => MessageKind.FetchHistory;

    internal static Request Read(ref RequestFields fields)
    {
        if (!TryConversation(ref fields, out var conversation))
            return NoConversation();
        if (!OptionalInteger(ref fields, RequestKey.After, 0, long.MaxValue, out var after))
            return NoInteger(RequestKey.After);
        if (!OptionalInteger(ref fields, RequestKey.Before, 1, long.MaxValue, out var before))
            return NoInteger(RequestKey.Before);
        if (!OptionalInteger(ref fields, RequestKey.Limit, 1, int.MaxValue, out var limit))
            return NoInteger(RequestKey.Limit);
        if (after is not null && before is not null)
            return Invalid("\"after\" and \"before\" exclude each other");
        return new FetchHistoryRequest(conversation, after, before, (int)Math.Min(limit ?? DefaultLimit, MaxLimit));
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("conversation", Conversation.ToString());
        if (After is { } lower)
            writer.WriteNumber("after", lower);
        if (Before is { } upper)
            writer.WriteNumber("before", upper);
        writer.WriteNumber("limit", Limit);
    }
}
