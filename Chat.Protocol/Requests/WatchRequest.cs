using System.Text.Json;

namespace Chat.Protocol;

/// <summary>115: whose presence, and in which conversations whose typing, is to be told from now on. Replaces what was asked for before.</summary>
/// <param name="Users">At most <see cref="MaxUsers"/>, each once.</param>
/// <param name="Conversations">At most <see cref="MaxConversations"/>, each once.</param>
public sealed record WatchRequest(IReadOnlyList<int> Users, IReadOnlyList<ConversationId> Conversations) : UserRequest
{
    /// <summary>Most users that a session can watch.</summary>
    public const int MaxUsers = 200;

    /// <summary>Most conversations that a session can watch.</summary>
    public const int MaxConversations = 20;

    internal override int Number => MessageKind.Watch;

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("users");
        foreach (var user in Users)
            writer.WriteNumberValue(user);
        writer.WriteEndArray();
        writer.WriteStartArray("conversations");
        foreach (var conversation in Conversations)
            writer.WriteStringValue(conversation.ToString());
        writer.WriteEndArray();
    }
}

/// <summary>Reads the keys of a 115, apart from <see cref="RequestFields"/>: messages may carry the same keys with another meaning.</summary>
static class WatchReader
{
    public static Request Read(byte[] frame)
    {
        using var document = JsonDocument.Parse(frame);
        int[]? users = null;
        ConversationId[]? conversations = null;
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name == "users")
            {
                if (users is not null)
                    return Twice(member.Name);
                if ((users = Items(member.Value, WatchRequest.MaxUsers, UserId)) is null)
                    return RequestFields.Invalid($"\"users\" must be a list of at most {WatchRequest.MaxUsers} ids of users");
            }
            else if (member.Name == "conversations")
            {
                if (conversations is not null)
                    return Twice(member.Name);
                if ((conversations = Items(member.Value, WatchRequest.MaxConversations, Conversation)) is null)
                    return RequestFields.Invalid($"\"conversations\" must be a list of at most {WatchRequest.MaxConversations} of d:LOWER:HIGHER (two user ids) or g:GROUP");
            }
        }

        return users is null && conversations is null
            ? RequestFields.Invalid("nothing to watch: \"users\" or \"conversations\" is expected, empty to watch nothing")
            : new WatchRequest(users ?? [], conversations ?? []);
    }

    /// <summary>Each once, in their order; null if it is no list of such, or is too long.</summary>
    static T[]? Items<T>(JsonElement list, int max, Func<JsonElement, T?> read)
        where T : struct
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > max)
            return null;
        var items = new HashSet<T>();
        foreach (var element in list.EnumerateArray())
        {
            if (read(element) is not { } item)
                return null;
            items.Add(item);
        }

        return [.. items];
    }

    static int? UserId(JsonElement element) => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var id) && id > 0 ? id : null;

    static ConversationId? Conversation(JsonElement element) =>
        element.ValueKind == JsonValueKind.String && ConversationId.TryParse(element.GetString(), out var id) ? id : null;

    static InvalidRequest Twice(string key) => RequestFields.Invalid($"\"{key}\" is there twice: once is expected");
}
