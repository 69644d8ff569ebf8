using System.Text.Json;

namespace Chat.Protocol;

/// <summary>A file that a message has.</summary>
/// <param name="Id">As the answer to <see cref="StartUploadRequest"/> has it.</param>
public sealed record MessageAttachment(string Id)
{
    /// <summary>For people; empty where only the id is known.</summary>
    public string Name { get; init; } = "";

    /// <summary>What kind of file it is, as its sender says.</summary>
    public string Type { get; init; } = "";

    /// <summary>In bytes.</summary>
    public long Size { get; init; }

    /// <summary>Where to get it, without the server, for some hours; empty: the server has not said.</summary>
    public string Url { get; init; } = "";

    static long SizeOf(JsonElement item) => item.TryGetProperty("size", out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var size) ? size : 0;

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("id", Id);
        if (Type.Length > 0)
        {
            writer.WriteText("name", Name);
            writer.WriteText("type", Type);
            writer.WriteNumber("size", Size);
        }

        if (Url.Length > 0)
            writer.WriteText("url", Url);
        writer.WriteEndObject();
    }

    /// <summary>The files of a message. What a client says beside the ids is passed over by the server.</summary>
    internal static bool TryReadAll(JsonElement json, int max, out IReadOnlyList<MessageAttachment> attachments)
    {
        attachments = [];
        if (!json.TryGetProperty("attachments", out var list))
            return true;
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > max)
            return false;
        var files = new List<MessageAttachment>();
        try
        {
            foreach (var item in list.EnumerateArray())
            {
                if (item.ValueKind != JsonValueKind.Object || !FileRule.IsId(Text(item, "id")))
                    return false;
                var file = new MessageAttachment(Text(item, "id")) { Name = Text(item, "name"), Type = Text(item, "type"), Size = SizeOf(item), Url = Text(item, "url") };
                if (!files.Exists(other => other.Id == file.Id))
                    files.Add(file);
            }
        }
        catch (InvalidOperationException)
        {
            return false; // half a surrogate pair
        }

        attachments = files;
        return true;
    }

    static string Text(JsonElement item, string key) => item.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
