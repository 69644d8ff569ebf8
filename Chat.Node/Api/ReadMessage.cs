using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace Chat.Node.Api;

/// <summary>A message of a request, or what is wrong with it: one that cannot be read keeps no other of its batch back. Pure.</summary>
/// <param name="Body">Null: it cannot be read.</param>
/// <param name="Problem">Null: it can.</param>
readonly record struct ReadMessage(MessageBody? Body, string? Problem)
{
    /// <summary>A name that is longer is cut: whoever sends it knows it.</summary>
    const int MaxName = 100;

    public static ReadMessage Of(JsonElement json, JsonSerializerOptions options)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return new ReadMessage(null, "an object is expected");
        if (NoTextIn(json) is { } key)
            return new ReadMessage(null, $"{key} is no text: half a surrogate pair, or bytes that are not UTF-8");
        try
        {
            return new ReadMessage(json.Deserialize<MessageBody>(options), null);
        }
        catch (JsonException e)
        {
            return new ReadMessage(null, RepeatedIn(json) is { } name ? $"\"{Cut(name)}\" is there twice: once is expected" : JsonReason.Of(e));
        }
    }

    /// <summary>The library does not say which, where a message may have any members.</summary>
    static string? RepeatedIn(JsonElement json)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        return json.EnumerateObject().Select(member => member.Name).FirstOrDefault(name => !names.Add(name));
    }

    static string Cut(string name) => name.Length > MaxName ? name[..MaxName] : name;

    /// <summary>The member of an object in whose name or value, however deep, is something that no string can hold; null: there is none.</summary>
    static string? NoTextIn(JsonElement json)
    {
        var bytes = JsonMarshal.GetRawUtf8Value(json);
        if (bytes.IndexOf("\\u"u8) < 0 && Utf8.IsValid(bytes))
            return null; // nearly every message
        foreach (var member in json.EnumerateObject())
        {
            if (NameOf(member) is not { } name)
                return "the name of a member";
            if (!IsText(member.Value))
                return $"\"{Cut(name)}\"";
        }

        return null;
    }

    static bool IsText(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return TextOf(value) is not null;
            case JsonValueKind.Array:
                return value.EnumerateArray().All(IsText);
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    if (NameOf(member) is null || !IsText(member.Value))
                        return false;
                }

                return true;
            default:
                return true;
        }
    }

    static string? NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    static string? TextOf(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
