using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Chat.Protocol;

/// <summary>
/// A chat object that another server wrote: its queued message, or what it published. Not trusted to be what the legacy
/// clients need, so what they need is put in. Pure.
/// </summary>
/// <param name="Body">The canonical object.</param>
/// <param name="Conversation">Where it belongs, if its sender and target say so.</param>
/// <param name="SenderId">Who sent it; 0 if it does not say.</param>
/// <param name="ToId">For whom it says it is; 0 if it does not say, or is for a group.</param>
/// <param name="Digest">
/// SHA-256 of what the other server wrote, whatever the order of keys and the escapes: copies of one message for several
/// receivers have the same.
/// </param>
public sealed record BridgedChat(ReadOnlyMemory<byte> Body, ConversationId? Conversation, int SenderId, int ToId, ReadOnlyMemory<byte> Digest)
{
    const int MaxDepth = 32;

    /// <summary>More would leave no room for the text in a frame to a legacy client.</summary>
    const int MaxNameBytes = 256;

    /// <summary>Reads an object.</summary>
    /// <param name="json">UTF-8, perhaps with blanks, NUL bytes or a byte order mark around the object.</param>
    /// <param name="receiverId">For whom it is: the <c>toid</c> of an object that has none.</param>
    /// <param name="now">The <c>time</c> of an object that has none; milliseconds since 1970, UTC.</param>
    /// <param name="chat">The chat, if it is one.</param>
    /// <returns>Why it cannot be given to any client, or null.</returns>
    public static string? TryRead(ReadOnlyMemory<byte> json, int receiverId, long now, out BridgedChat? chat)
    {
        chat = null;
        try
        {
            using var document = JsonDocument.Parse(Trim(json), new JsonDocumentOptions { MaxDepth = MaxDepth });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return "not a JSON object";
            if (HasHugeNumber(document.RootElement))
                return "a number that is larger than any client can read";
            var members = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (var member in document.RootElement.EnumerateObject())
                members[member.Name] = member.Value;
            return Read(members, receiverId, now, out chat);
        }
        catch (JsonException e)
        {
            return $"not JSON: {e.Message}";
        }
        catch (InvalidOperationException)
        {
            return "a string that is no Unicode text";
        }
    }

    static string? Read(SortedDictionary<string, JsonElement> members, int receiverId, long now, out BridgedChat? chat)
    {
        chat = null;
        if (!members.TryGetValue("msg", out var text))
            return "no \"msg\"";
        var groupId = IntegerOf(members, "groupid");
        var kind = IntegerOf(members, "msgid");
        if (kind is not (null or MessageKind.DirectChat or MessageKind.GroupChat))
            return $"\"msgid\" {kind} is no chat";
        var isGroup = kind == MessageKind.GroupChat || (kind is null && groupId > 0);
        if (isGroup && groupId is null or <= 0)
            return "a message to a group without a \"groupid\"";
        var sender = Math.Max(0, IntegerOf(members, "id") ?? 0);
        var digest = SHA256.HashData(Compose(members.ToDictionary(member => member.Key, member => JsonText.Canonical(member.Value), StringComparer.Ordinal)));

        var values = members.Where(member => !RequestKeys.IsStripped(RequestKeys.Find(Encoding.UTF8.GetBytes(member.Key))))
            .ToDictionary(member => member.Key, member => JsonText.Canonical(member.Value), StringComparer.Ordinal);
        values.Remove(isGroup ? "toid" : "groupid");
        values["msg"] = StringOf(text);
        values["msgid"] = isGroup ? "10"u8.ToArray() : "6"u8.ToArray();
        values["id"] = Digits(sender);
        values["name"] = members.TryGetValue("name", out var name) && name.ValueKind != JsonValueKind.Null
            ? StringOf(name, MaxNameBytes)
            : JsonText.Quote($"user {sender}");
        values["time"] = members.TryGetValue("time", out var time) && time.ValueKind != JsonValueKind.Null
            ? StringOf(time, SendMessageRequest.MaxTimeBytes)
            : JsonText.Quote(DateTimeOffset.FromUnixTimeMilliseconds(now).ToString(ChatBody.TimeFormat, System.Globalization.CultureInfo.InvariantCulture));
        values[isGroup ? "groupid" : "toid"] = Digits(isGroup ? groupId!.Value : receiverId);
        var conversation = isGroup ? ConversationId.Group(groupId!.Value) : sender > 0 ? ConversationId.Direct(sender, receiverId) : (ConversationId?)null;
        chat = new BridgedChat(Compose(values), conversation, sender, isGroup ? 0 : IntegerOf(members, "toid") ?? 0, digest);
        return null;
    }

    static byte[] Compose(Dictionary<string, byte[]> values)
    {
        using var body = new MemoryStream();
        foreach (var (key, value) in values.OrderBy(member => member.Key, StringComparer.Ordinal))
        {
            body.Write(body.Length == 0 ? "{"u8 : ","u8);
            body.Write(JsonText.Quote(key));
            body.Write(":"u8);
            body.Write(value);
        }

        body.Write("}"u8);
        return body.ToArray();
    }

    /// <summary>A client reads these keys as strings; other values are shown as they are written.</summary>
    static byte[] StringOf(JsonElement value, int maxBytes = int.MaxValue)
    {
        var text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Null => "",
            _ => value.GetRawText(),
        };
        var token = JsonText.Quote(text);
        while (token.Length - 2 > maxBytes)
        {
            text = text[..(text.Length / 2)];
            token = JsonText.Quote(char.IsHighSurrogate(text[^1]) ? text[..^1] : text);
        }

        return token;
    }

    static int? IntegerOf(SortedDictionary<string, JsonElement> members, string key) =>
        members.TryGetValue(key, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    /// <summary>The legacy clients end at a number that no double can hold.</summary>
    static bool HasHugeNumber(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => !value.TryGetDouble(out var number) || !double.IsFinite(number),
        JsonValueKind.Object => value.EnumerateObject().Any(member => HasHugeNumber(member.Value)),
        JsonValueKind.Array => value.EnumerateArray().Any(HasHugeNumber),
        _ => false,
    };

    static byte[] Digits(int number) => Encoding.ASCII.GetBytes(number.ToString(System.Globalization.CultureInfo.InvariantCulture));

    static ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> json)
    {
        var span = json.Span;
        var start = 0;
        var end = span.Length;
        while (start < end && (span[start] <= (byte)' ' || span[start..].StartsWith("\uFEFF"u8)))
            start += span[start] <= (byte)' ' ? 1 : 3;
        while (end > start && span[end - 1] <= (byte)' ')
            end--;
        return json[start..end];
    }
}
