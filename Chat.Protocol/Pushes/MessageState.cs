using System.Buffers;
using System.Text.Json;

namespace Chat.Protocol;

/// <summary>Who took a message back, and when.</summary>
/// <param name="By">The user.</param>
/// <param name="Timestamp">Milliseconds since 1970, UTC.</param>
public sealed record Recalled(int By, long Timestamp);

/// <summary>What has become of a message since it was sent: its newest state, as 107 and 133 tell it.</summary>
/// <param name="Seq">The message's number in its conversation.</param>
/// <param name="Rev">The conversation's rev when it was last changed.</param>
public sealed record MessageState(long Seq, long Rev)
{
    /// <summary>When its text was last edited, in milliseconds since 1970 UTC; 0: never.</summary>
    public long Edited { get; init; }

    /// <summary>Of an edited message the text that it has now, where it is told beside the message (133).</summary>
    public string? Text { get; init; }

    /// <summary>Whom it mentions now, where its text is told beside the message.</summary>
    public MessageReferences Mentions { get; init; } = MessageReferences.None;

    /// <summary>Null: it was not taken back.</summary>
    public Recalled? Recalled { get; init; }

    /// <summary>Whether it is pinned in its conversation.</summary>
    public bool IsPinned { get; init; }

    /// <summary>How many users have reacted with what.</summary>
    public IReadOnlyDictionary<string, int> Reactions { get; init; } = new Dictionary<string, int>();

    /// <summary>What the asking user has reacted with.</summary>
    public IReadOnlyList<string> Mine { get; init; } = [];

    /// <summary>The same where there is no room for what people have reacted with.</summary>
    internal MessageState WithoutReactions() => Reactions.Count == 0 && Mine.Count == 0 ? this : this with { Reactions = new Dictionary<string, int>(), Mine = [] };

    /// <summary>
    /// The push of a message in a history (<see cref="ChatBody.ToPush"/>), with what has become of it. Its sender's own keys of these names were taken out
    /// (<see cref="ChangedBody.WithoutState"/>).
    /// </summary>
    public byte[] AddTo(byte[] push)
    {
        var buffer = new ArrayBufferWriter<byte>(push.Length + 128);
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteNumber("rev", Rev);
            if (Edited > 0)
                writer.WriteNumber("edited", Edited);
            WriteRest(writer);
            writer.WriteEndObject();
        }

        return [.. push.AsSpan(0, push.Length - 2), .. ","u8, .. buffer.WrittenSpan[1..], .. "\n"u8];
    }

    /// <summary>Whether a key of a message in a history is one of those that <see cref="AddTo"/> and <see cref="ThreadSummary.AddTo"/> write.</summary>
    internal static bool IsKey(in Utf8JsonReader reader) => reader.ValueTextEquals("rev"u8) || reader.ValueTextEquals("edited"u8) || reader.ValueTextEquals("recalled"u8)
        || reader.ValueTextEquals("pinned"u8) || reader.ValueTextEquals("reactions"u8) || reader.ValueTextEquals("mine"u8)
        || reader.ValueTextEquals("replies"u8) || reader.ValueTextEquals("last_reply"u8);

    /// <summary>An entry of 133; one that no frame has room for comes without its reactions, or without its text too, and says so.</summary>
    internal byte[] ToToken(int room)
    {
        var token = ToToken(isCut: false);
        if (token.Length > room)
            token = WithoutReactions().ToToken(isCut: true);
        return token.Length > room ? (WithoutReactions() with { Text = null, Mentions = MessageReferences.None }).ToToken(isCut: true) : token;
    }

    byte[] ToToken(bool isCut) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("seq", Seq);
        writer.WriteNumber("rev", Rev);
        if (Text is { } text)
        {
            writer.WriteStartObject("edit");
            writer.WriteText("msg", text);
            writer.WriteNumber("ts", Edited);
            if (Mentions.HasMentions)
                Mentions.WriteMentions(writer);
            writer.WriteEndObject();
        }

        WriteRest(writer);
        if (isCut)
            writer.WriteBoolean("truncated", true);
        writer.WriteEndObject();
    });

    /// <summary>Of an entry of 133, or of a message in a history; null if nothing has become of that one.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static MessageState? Find(JsonElement json)
    {
        if (json.OptionalNumber("rev") is not (> 0 and var rev))
            return null;
        var edit = json.TryGetProperty("edit", out var found) ? found : default;
        return new MessageState(json.OptionalNumber("seq"), rev)
        {
            Edited = edit.ValueKind == JsonValueKind.Object ? edit.OptionalNumber("ts") : json.OptionalNumber("edited"),
            Text = edit.ValueKind == JsonValueKind.Object ? edit.OptionalText("msg") : null,
            Mentions = edit.ValueKind == JsonValueKind.Object ? MessageReferences.FindMentions(edit) ?? MessageReferences.None : MessageReferences.None,
            Recalled = ReadRecalled(json),
            IsPinned = json.IsSet("pinned"),
            Reactions = ReadReactions(json) ?? new Dictionary<string, int>(),
            Mine = [.. json.OptionalItems("mine").Select(item => item.GetString() ?? throw new FormatException("\"mine\" has an unexpected value"))],
        };
    }

    internal static void WriteRecalled(Utf8JsonWriter writer, Recalled recalled)
    {
        writer.WriteStartObject("recalled");
        writer.WriteNumber("by", recalled.By);
        writer.WriteNumber("ts", recalled.Timestamp);
        writer.WriteEndObject();
    }

    internal static Recalled? ReadRecalled(JsonElement json) =>
        json.TryGetProperty("recalled", out var recalled) ? new Recalled(recalled.RequiredId("by"), recalled.OptionalNumber("ts")) : null;

    internal static void WriteReactions(Utf8JsonWriter writer, IReadOnlyDictionary<string, int> reactions)
    {
        writer.WriteStartObject("reactions");
        foreach (var (emoji, count) in reactions)
            writer.WriteNumber(emoji, count);
        writer.WriteEndObject();
    }

    internal static IReadOnlyDictionary<string, int>? ReadReactions(JsonElement json) => json.TryGetProperty("reactions", out var reactions)
        ? reactions.EnumerateObject().ToDictionary(each => each.Name, each => each.Value.GetInt32())
        : null;

    void WriteRest(Utf8JsonWriter writer)
    {
        if (Recalled is { } recalled)
            WriteRecalled(writer, recalled);
        if (IsPinned)
            writer.WriteBoolean("pinned", true);
        if (Reactions.Count > 0)
            WriteReactions(writer, Reactions);
        if (Mine.Count == 0)
            return;
        writer.WriteStartArray("mine");
        foreach (var emoji in Mine)
            writer.WriteStringValue(emoji);
        writer.WriteEndArray();
    }
}
