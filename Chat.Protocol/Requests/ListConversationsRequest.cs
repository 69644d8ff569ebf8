using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>134: the user's conversations, pinned ones first, then by their last message.</summary>
/// <param name="After">The last one of the page before; null: from the start.</param>
/// <param name="Limit">How many.</param>
/// <param name="OnlyUnread">Only those with something unread, or marked so.</param>
/// <param name="Archived">Those that are archived; else those that are not.</param>
public sealed record ListConversationsRequest(ConversationId? After, int Limit, bool OnlyUnread = false, bool Archived = false) : UserRequest
{
    const int MaxLimit = 100;

    internal override int Number => MessageKind.ListConversations;

    /// <summary>Two of its keys are read apart from <see cref="RequestFields"/>: messages may carry the same ones with another meaning.</summary>
    internal static Request Read(ref RequestFields fields)
    {
        if (!OptionalString(ref fields, RequestKey.After, out var text))
            return NoString(ref fields, RequestKey.After);
        ConversationId? after = null;
        if (text is not null)
        {
            if (!ConversationId.TryParse(text, out var id))
                return Invalid("\"after\" must be the last conversation of the page before: d:LOWER:HIGHER (two user ids) or g:GROUP");
            after = id;
        }

        if (!OptionalInteger(ref fields, RequestKey.Limit, 1, int.MaxValue, out var limit))
            return NoInteger(RequestKey.Limit);
        var request = new ListConversationsRequest(after, (int)Math.Min(limit ?? MaxLimit, MaxLimit));
        using var document = JsonDocument.Parse(fields.Frame);
        if (document.RootElement.FindRepeated("unread", "archived") is { } repeated)
            return Invalid($"\"{repeated}\" is there twice: once is expected");
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name is not ("unread" or "archived"))
                continue;
            if (member.Value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
                return Invalid($"\"{member.Name}\" must be true or false");
            var isSet = member.Value.ValueKind == JsonValueKind.True;
            request = member.Name == "unread" ? request with { OnlyUnread = isSet } : request with { Archived = isSet };
        }

        return request;
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        if (After is { } after)
            writer.WriteString("after", after.ToString());
        writer.WriteNumber("limit", Limit);
        if (OnlyUnread)
            writer.WriteBoolean("unread", true);
        if (Archived)
            writer.WriteBoolean("archived", true);
    }
}
