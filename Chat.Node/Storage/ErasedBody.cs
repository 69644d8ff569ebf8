using System.Text.Json;
using System.Text.Json.Nodes;
using Chat.Protocol;

namespace Chat.Node.Storage;

/// <summary>What is left of a message in the log when its sender is erased. Pure.</summary>
static class ErasedBody
{
    /// <summary>Of a body that cannot be read: an object all the same.</summary>
    static ReadOnlySpan<byte> Unreadable => """{"msg":""}"""u8;

    /// <summary>The body without a text, and with the name that the sender has now. Null: it is so already.</summary>
    public static byte[]? Of(ReadOnlySpan<byte> body, string name)
    {
        try
        {
            if (JsonNode.Parse(body) is not JsonObject message)
                return Unreadable.ToArray();
            var isSo = TextOf(message, "msg") is null or "" && (TextOf(message, "name") is not { } before || before == name);
            if (isSo)
                return null;
            if (message.ContainsKey("msg"))
                message["msg"] = "";
            if (message.ContainsKey("name"))
                message["name"] = name;
            return JsonSerializer.SerializeToUtf8Bytes(message);
        }
        catch (Exception e) when (e is JsonException or ArgumentException) // no JSON, or a key twice
        {
            return body.SequenceEqual(Unreadable) ? null : Unreadable.ToArray();
        }
    }

    /// <summary>The system message of a body, if its words name a user; null: it does not.</summary>
    public static SystemMessage? Naming(ReadOnlyMemory<byte> body, int userId)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var message = SystemMessage.Of(json.RootElement);
            return SystemText.Named(message).Contains(userId) ? message : null;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return null; // another server has written it, or somebody by hand
        }
    }

    /// <summary>A system message in other words. Null: they are the same.</summary>
    public static byte[]? Of(ReadOnlyMemory<byte> body, SystemMessage message, IReadOnlyDictionary<int, string> names)
    {
        var text = SystemText.Of(message, names);
        return ChangedBody.TextOf(body.Span) == text ? null : ChangedBody.WithText(body.Span, text);
    }

    static string? TextOf(JsonObject message, string key) => message[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : message.ContainsKey(key) ? "?" : null;
}
